import type { FunctionConfiguration } from "../../lambda/revoke-sessions/configuration";
import { type Role, triageRole } from "../../lambda/revoke-sessions/triage";
import { revokes } from "../check/judge/revocations";

/**
 * Why a role is not drilled, in one line; undefined if it may be. The function would refuse the same roles, and say so in a mail.
 *
 * @param role undefined if the account has no role of that name.
 * @param policyNames of its inline policies.
 */
export function refusalOf(
  roleName: string,
  role: Role | undefined,
  policyNames: readonly string[],
  configuration: FunctionConfiguration,
): string | undefined {
  const refusal = triageRole({ roleName, roleId: role?.roleId ?? "" }, role, configuration);
  if (refusal) return `the role ${roleName} is not drilled: ${refusal.explanation} (${refusal.reason})`;
  // A drill would move somebody's cut-off, and could not be undone without letting a thief back in.
  const [attached] = policyNames.filter(revokes);
  if (attached === undefined) return undefined;
  return (
    `the role ${roleName} is not drilled: it is revoked already, by ${attached}. If nobody needs that any more ` +
    `(drill check says so): aws iam delete-role-policy --role-name ${roleName} --policy-name ${attached}`
  );
}
