import type { Clients } from "../aws/clients";
import { findDeployed } from "../find-deployed";
import { type CheckName, checksOf, deploymentFound } from "./checks";
import { type Result, wrong } from "./result";
import { runChecks } from "./run-checks";

export interface CheckOptions {
  /** The function's name; if undefined, it is told from others by its environment. */
  readonly functionName?: string;
  /** Checks that are left out. */
  readonly without: readonly CheckName[];
  /** Ids of the member accounts that are looked into; if undefined, the first five that the deployment names. */
  readonly accountIds?: readonly string[];
  /** Name of a role of theirs that the operator may assume; if undefined, none is looked into. */
  readonly auditRole?: string;
}

/**
 * Looks at a deployed response, and changes nothing.
 *
 * @param expectedSha256 base64 of the SHA-256 of the package that should be deployed.
 * @throws DrillError if AWS cannot be asked at all.
 */
export async function check(clients: Clients, options: CheckOptions, expectedSha256: string): Promise<Result[]> {
  const deployed = await findDeployed(clients, options.functionName);
  if ("why" in deployed) return [{ check: "deployment", ...wrong(deployed.why, deployed.mend) }];
  const results = await runChecks(
    checksOf(clients.in(deployed.region), deployed, expectedSha256, options, new Date()),
    options.without,
  );
  return [{ check: "deployment", ...deploymentFound(deployed) }, ...results];
}
