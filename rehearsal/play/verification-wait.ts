import type { Deployment } from "../../local-aws/terraform/deployment";
import type { FunctionEnvironment } from "../../src/contract/environment";
import { functionVariable } from "./function-variable";

/** The function's variable that says how long it waits before it reads the policy back. */
const VARIABLE = "VERIFY_AFTER_SECONDS" satisfies keyof FunctionEnvironment;

/** Long enough to be a wait, short enough for somebody who is watching. */
const REHEARSED_SECONDS = 0.1;

/** The only thing that a rehearsal changes about the deployment; what it shows says so. */
export interface ShortenedWait {
  readonly deployedSeconds: number;
  readonly rehearsedSeconds: number;
  /** The function's variables that are overridden. */
  readonly overrides: Readonly<Record<string, string>>;
}

/** Shortens the wait between the function's write and its verification, which gives IAM time to enforce the change. */
export function shortenWait({ functions }: Deployment): ShortenedWait {
  const deployedSeconds = Math.max(0, ...functions.map((each) => Number(functionVariable(each, VARIABLE) ?? 0)));
  const rehearsedSeconds = Math.min(deployedSeconds, REHEARSED_SECONDS);
  return {
    deployedSeconds,
    rehearsedSeconds,
    overrides: deployedSeconds === 0 ? {} : { [VARIABLE]: String(rehearsedSeconds) },
  };
}

/** A sentence that says what was shortened; undefined if nothing was. */
export function waitNote({ deployedSeconds, rehearsedSeconds }: ShortenedWait): string | undefined {
  if (deployedSeconds === rehearsedSeconds) {
    return undefined;
  }
  return `The deployed function waits ${deployedSeconds} s before it reads the policy back; here ${VARIABLE} is ${rehearsedSeconds}.`;
}
