import type { DecidingStatement } from "./simulator";

/** A kind of policy that AWS names when it denies a call. */
export type PolicyType =
  | "identity-based policy"
  | "resource-based policy"
  | "permissions boundary"
  | "session policy"
  | "service control policy"
  | "resource control policy"
  | "VPC endpoint policy";

/** Why somebody may not perform an action on a resource. */
export interface Denial {
  /** ARN of a role's session, or a service such as `events.amazonaws.com`. */
  readonly principal: string;
  /** As `iam:PutRolePolicy`. */
  readonly action: string;
  /** ARN, or `*` for an action that knows no resources. */
  readonly resource: string;
  /** The kind of policy that decided. */
  readonly policyType: PolicyType;
  /** Whether a statement denies the action; otherwise no policy of that kind allows it. */
  readonly explicit: boolean;
  /** ARN of the policy that denies explicitly; an inline policy has none. */
  readonly policyArn?: string;
  /** The statements that deny explicitly, if they are known. AWS does not tell them. */
  readonly statements?: readonly DecidingStatement[];
}

/**
 * A denial in AWS's own words.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function denialSentence({ principal, action, resource, policyType, explicit, policyArn }: Denial): string {
  const on = resource === "*" ? "" : ` on resource: ${resource}`;
  const article = policyType.startsWith("identity") ? "an" : "a";
  const policy = `${article} ${policyType}${policyArn === undefined ? "" : `: ${policyArn}`}`;
  const why = explicit ? `with an explicit deny in ${policy}` : `because no ${policyType} allows the ${action} action`;
  return `User: ${principal} is not authorized to perform: ${action}${on} ${why}`;
}
