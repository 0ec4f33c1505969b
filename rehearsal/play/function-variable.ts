import type { DeployedFunction } from "../../local-aws/terraform/deployment";
import type { FunctionEnvironment } from "../../src/contract/environment";

/** The value of a variable of a deployed function; undefined if the deployment does not set it. */
export function functionVariable(
  { environment }: DeployedFunction,
  name: keyof FunctionEnvironment,
): string | undefined {
  return environment[name];
}
