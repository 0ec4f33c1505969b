import { type FunctionConfiguration, readConfiguration } from "../lambda/revoke-sessions/configuration";
import { oneLine } from "./aws/errors";
import type { Deployed } from "./deployed";
import { DrillError } from "./drill-error";

/**
 * How the deployed function is configured, as it reads it itself.
 *
 * @throws DrillError if it could not start, or is another account's.
 */
export function configurationOf({ environment, functionName, accountId }: Deployed): FunctionConfiguration {
  const configuration = read(environment, functionName);
  if (configuration.accountId === accountId) return configuration;
  throw new DrillError(
    `the function ${functionName} handles findings of account ${configuration.accountId}, and these credentials are of ` +
      `${accountId}: name a profile of its account with --profile`,
  );
}

/** How the function is configured, in whatever account; undefined if it could not start, for which there is a check of its own. */
export function usableConfiguration({ environment }: Pick<Deployed, "environment">): FunctionConfiguration | undefined {
  try {
    return readConfiguration(environment);
  } catch {
    return undefined;
  }
}

function read(environment: Deployed["environment"], functionName: string): FunctionConfiguration {
  try {
    return readConfiguration(environment);
  } catch (error) {
    throw new DrillError(`the function ${functionName} cannot start: ${oneLine(error)}`, { cause: error });
  }
}
