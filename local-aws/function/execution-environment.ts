import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { unzipSync } from "fflate";

import { LocalAwsError } from "../local-aws-error";
import type { FunctionCredentials, FunctionDefinition } from "./definition";

/** The name of the log stream that a function is told. */
export const LOG_STREAM = "local";

/** Unpacks a function's zip into a new temporary directory; throws a `LocalAwsError` if it holds a file that would lie elsewhere. */
export function unpack(zip: Uint8Array): string {
  const files = Object.entries(unzipSync(zip)).filter(([name]) => !name.endsWith("/"));
  for (const [name] of files) {
    if (path.isAbsolute(name) || path.normalize(name).startsWith("..")) {
      throw new LocalAwsError(`the function's zip holds a file outside of itself: ${name}`);
    }
  }
  const directory = mkdtempSync(path.join(tmpdir(), "function-"));
  for (const [name, bytes] of files) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  return directory;
}

/**
 * The deployment's variables and those that Lambda sets. The home directory is the package's, which has no AWS
 * configuration files; Node on Windows does not start without `SystemRoot`. Nothing else of this machine reaches the function.
 */
export function environmentOf(
  definition: FunctionDefinition,
  home: string,
  endpointUrl: string,
  credentials: FunctionCredentials,
): Record<string, string> {
  const { functionName, region, handler, memorySize } = definition;
  return {
    ...definition.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: LOG_STREAM,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: home,
    TZ: ":UTC",
    AWS_ENDPOINT_URL: endpointUrl,
    HOME: home,
    ...(process.env["SystemRoot"] ? { SystemRoot: process.env["SystemRoot"] } : {}),
  };
}
