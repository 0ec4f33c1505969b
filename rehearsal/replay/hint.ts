import type { Role } from "../../local-aws/api/account";
import type { DeployedFunction } from "../../local-aws/terraform/deployment";
import { knownKind } from "../../src/contract/finding-kinds";
import { ResponseMode, type RevocableRolesSpec } from "../../src/contract/environment";
import type { Outcome } from "../../src/contract/outcome-line";
import { reasonOf } from "../play/function-result";
import { functionVariable } from "../play/function-variable";

/** The setting that decided an outcome, and the value under which it would be another one; undefined if no setting did. */
export function hintAbout(outcome: Outcome, deployed: DeployedFunction, role: Role | undefined): string | undefined {
  switch (reasonOf(outcome)) {
    case "protected-role":
      return isRevocable(deployed, role)
        ? undefined
        : "GUARDDUTY_RESPONSE_REVOCABLE_ROLES=any (or its ARN) lets it be revoked";
    case "below-severity":
      return `GUARDDUTY_RESPONSE_MINIMUM_SEVERITY is ${functionVariable(deployed, "MINIMUM_SEVERITY")}: a lower one acts on it`;
    case "notify-only":
      return `GUARDDUTY_RESPONSE_RESPONSE=${ResponseMode.REVOKE} revokes the role's sessions`;
    default:
      return undefined;
  }
}

/** What somebody may wish who sees that no rule matches a finding of a type. */
export function unmatchedHint(type: string): string {
  const kind = knownKind(type);
  return kind && !kind.isDefault
    ? `GUARDDUTY_RESPONSE_FINDINGS=${kind.prefix} handles findings of this type`
    : "GUARDDUTY_RESPONSE_ALERT_SEVERITY=4 mails people about every finding from that severity up";
}

/** Whether the deployment names the role, or every role, as revocable: then it is protected by another setting. */
function isRevocable(deployed: DeployedFunction, role: Role | undefined): boolean {
  const spec = JSON.parse(functionVariable(deployed, "REVOCABLE_ROLES") ?? "{}") as RevocableRolesSpec;
  return "any" in spec || (role !== undefined && (spec.arns ?? []).includes(role.arn));
}
