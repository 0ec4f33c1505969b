/** What stands in the way of a rehearsal and is for its user to change: an option, a file, a setting. One line says it. */
export class RehearsalError extends Error {
  override readonly name = "RehearsalError";
}
