import type { PolicyType } from "./policy";
import type { DecidingStatement } from "./simulator";

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
export function denialSentence(denial: Denial): string {
  const { action, policyType, explicit, policyArn } = denial;
  const article = policyType.startsWith("identity") ? "an" : "a";
  const policy = `${article} ${policyType}${policyArn === undefined ? "" : `: ${policyArn}`}`;
  const why = explicit ? `with an explicit deny in ${policy}` : `because no ${policyType} allows the ${action} action`;
  return `${deniedUse(denial)} ${why}`;
}

/** The part of AWS's sentence that says who may not do what, without the reason. */
export function deniedUse({ principal, action, resource }: Denial): string {
  const on = resource === "*" ? "" : ` on resource: ${resource}`;
  return `User: ${principal} is not authorized to perform: ${action}${on}`;
}
