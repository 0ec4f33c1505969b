import type { FunctionConfiguration } from "../../lambda/revoke-sessions/configuration";
import type { Role } from "../../lambda/revoke-sessions/triage";
import { mayAssumeItself } from "../../lambda/revoke-sessions/trust";
import { Scope } from "../../src/contract/environment";
import type { Clients } from "../aws/clients";
import { configurationOf } from "../configuration";
import { DrillError } from "../drill-error";
import { requireDeployed } from "../find-deployed";
import type { Step } from "../step";
import { drillAccount } from "./aws/account";
import { readRole, readUsers } from "./aws/role";
import { askToCut } from "./ask";
import { refusalOf } from "./refusal";
import { revoke } from "./revoke";
import { describeUsers } from "./role-users";

export interface RevokeOptions {
  readonly roleName: string;
  readonly functionName?: string;
  /** Whether the policy is removed in the end. */
  readonly undo: boolean;
  /** Whether sessions of others are cut without asking. */
  readonly yes: boolean;
}

/**
 * Drills a role of the operator's account, if it may be drilled.
 *
 * @throws DrillError if it may not, or something keeps the drill from being run.
 */
export async function* runRevoke(operator: Clients, options: RevokeOptions): AsyncGenerator<Step> {
  const { roleName, functionName, undo, yes } = options;
  const deployed = await requireDeployed(operator, functionName);
  const configuration = configurationOf(deployed);
  const clients = operator.in(deployed.region);
  const account = drillAccount(clients, deployed);

  const role = await readRole(clients, roleName);
  const refusal = refusalOf(roleName, role, role ? await account.policyNames(roleName) : [], configuration);
  if (refusal !== undefined) throw new DrillError(refusal);
  if (cutsOthers(configuration, role!)) {
    const users = describeUsers(await readUsers(clients, roleName, role!), account.now());
    await askToCut(roleName, users, yes);
  }
  yield* revoke(account, { deployed, roleName, roleArn: role!.arn, scope: configuration.scope, undo });
}

/** Whether a cut-off of the drill's session is one of the whole role, in the scope that the function will choose. */
const cutsOthers = ({ scope }: FunctionConfiguration, role: Role): boolean =>
  scope === Scope.ROLE || mayAssumeItself(role.trust, role);
