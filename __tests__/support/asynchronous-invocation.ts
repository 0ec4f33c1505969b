import type { Outcome } from "../../src/contract/outcome-line";

/** What Lambda leaves at the failure destination: the event is whole in `requestPayload`. */
export interface FailureRecord {
  readonly version: "1.0";
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: "RetriesExhausted";
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext: {
    readonly statusCode: 200;
    readonly executedVersion: "$LATEST";
    readonly functionError: "Unhandled";
  };
  readonly responsePayload: { readonly errorType: string; readonly errorMessage: string };
}

/** What Lambda waits before the second and the third attempt. */
const RETRY_AFTER_MILLISECONDS = [60_000, 120_000];

/**
 * What Lambda does with an event that it was handed over asynchronously, as EventBridge does: it invokes the function up
 * to three times, and leaves what failed then at the failure destination.
 *
 * @returns the result of the attempt that succeeded, or what goes to the failure destination.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export async function invokeAsynchronously(
  event: unknown,
  attempt: (event: unknown) => Promise<Outcome>,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<{ readonly result: Outcome } | { readonly failure: FailureRecord }> {
  for (let attempts = 1; ; attempts++) {
    try {
      return { result: await attempt(event) };
    } catch (error) {
      const pause = RETRY_AFTER_MILLISECONDS[attempts - 1];
      if (pause === undefined) return { failure: failureRecord(event, error as Error, attempts) };
      await sleep(pause);
    }
  }
}

/** The message at the failure destination about an event whose last attempt ended with an error. */
export function failureRecord(event: unknown, error: Error, attempts: number): FailureRecord {
  return {
    version: "1.0",
    timestamp: "2026-03-01T12:03:30.000Z",
    requestContext: {
      requestId: "11111111-2222-4333-8444-555555555555",
      functionArn: "arn:aws:lambda:us-west-2:111122223333:function:revoker:$LATEST",
      condition: "RetriesExhausted",
      approximateInvokeCount: attempts,
    },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    responsePayload: { errorType: error.name, errorMessage: error.message },
  };
}
