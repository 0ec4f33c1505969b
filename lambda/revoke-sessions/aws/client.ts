import type { Agent } from "node:https";

import { NodeHttpHandler } from "@smithy/node-http-handler";

const { env } = process;

/** Credentials to act in one account. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Gives the credentials for each request, so that they can be renewed. */
export type CredentialSource = () => Promise<Credentials>;

/** The function's own credentials, for its own account. */
export const ownCredentials: CredentialSource = async () => ({
  accessKeyId: fromLambda("AWS_ACCESS_KEY_ID"),
  secretAccessKey: fromLambda("AWS_SECRET_ACCESS_KEY"),
  sessionToken: env.AWS_SESSION_TOKEN,
});

/** Sends requests over an agent's connections; without one, over connections of its own. */
const requestHandlerOver = (httpsAgent?: Agent) =>
  new NodeHttpHandler({
    httpsAgent,
    connectionTimeout: 1_500,
    requestTimeout: 3_000,
    socketTimeout: 3_000,
    throwOnRequestTimeout: true,
  });

/** Its connections are shared by all clients that are not given an agent. */
const sharedRequestHandler = requestHandlerOver();

/**
 * What every client has in common.
 *
 * - A throttled call is tried often enough to outlast the bursts that IAM throttles.
 * - An endpoint that hangs becomes an error after seconds: seven attempts at three seconds and the pauses between them
 *   stay below half of the function's own timeout. The SDK only warns about a slow request unless told to throw.
 * - Lambda hands everything over in the environment. What is read from there need not be searched for in configuration
 *   files, which the SDK would do for each setting before the first call.
 *
 * @param region undefined for the function's own.
 */
export const clientConfiguration = (credentials: CredentialSource, region?: string, agent?: Agent) => ({
  maxAttempts: 7,
  retryMode: "standard",
  requestHandler: agent ? requestHandlerOver(agent) : sharedRequestHandler,
  streamCollector: collect,
  credentials,
  region: async () => region ?? fromLambda("AWS_REGION"),
  useFipsEndpoint: env.AWS_USE_FIPS_ENDPOINT === "true",
  useDualstackEndpoint: env.AWS_USE_DUALSTACK_ENDPOINT === "true",
  defaultsMode: "standard" as const,
  authSchemePreference: [],
  userAgentAppId: async () => env.AWS_SDK_UA_APP_ID,
});

function fromLambda(name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set: this function expects the environment that Lambda gives it`);
  return value;
}

/** Reads a response whole. The SDK's own way would load the web streams first, which none of these responses are. */
async function collect(response: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Whether AWS responded with one of these error codes; anything else is thrown on by the caller. */
export function isError(error: unknown, ...names: string[]): error is Error {
  return error instanceof Error && names.includes(error.name);
}
