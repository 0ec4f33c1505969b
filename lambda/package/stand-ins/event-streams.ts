/**
 * A stand-in for `@smithy/core/event-streams` in the bundle. None of the APIs that the function calls streams events;
 * left in, the part is not only loaded, but keeps esbuild from leaving out what else is never called.
 */
export class EventStreamSerde {
  constructor() {
    throw new Error("this function calls no API that streams events");
  }
}
