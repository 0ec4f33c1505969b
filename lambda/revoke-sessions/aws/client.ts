import { NodeHttpHandler } from "@smithy/node-http-handler";

/**
 * What every client has in common.
 *
 * - A throttled call is tried often enough to outlast the bursts that IAM throttles.
 * - An endpoint that hangs becomes an error after seconds: seven attempts at three seconds and the pauses between them
 *   stay below half of the function's own timeout. The SDK only warns about a slow request unless told to throw.
 * - Lambda hands the role's credentials over in the environment, so no other source is ever asked.
 */
export const clientConfiguration = {
  maxAttempts: 7,
  retryMode: "standard",
  requestHandler: new NodeHttpHandler({
    connectionTimeout: 1_500,
    requestTimeout: 3_000,
    socketTimeout: 3_000,
    throwOnRequestTimeout: true,
  }),
  credentials: async () => ({
    accessKeyId: fromLambda("AWS_ACCESS_KEY_ID"),
    secretAccessKey: fromLambda("AWS_SECRET_ACCESS_KEY"),
    sessionToken: process.env.AWS_SESSION_TOKEN,
  }),
};

function fromLambda(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this function expects the credentials that Lambda gives it`);
  return value;
}

/** Whether an error is AWS's answer with that code; anything else is thrown on by the caller. */
export function isAnswer(error: unknown, ...names: string[]): error is Error {
  return error instanceof Error && names.includes(error.name);
}
