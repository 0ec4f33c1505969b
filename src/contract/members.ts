/** The other accounts that the function acts in by a role of theirs, as the function reads it. */
export interface MembersSpec {
  /** Id of the organization of which every account is meant, */
  readonly organization?: string;
  /** or the ids of the accounts. */
  readonly accounts?: readonly string[];
  /** Ids of accounts that are left alone all the same. */
  readonly except?: readonly string[];
  /** Path and name of the role that each account has for it: `/guardduty-response/GuardDuty-Response-Member`. */
  readonly role: string;
}

/** Whether an account is one of those; the function's own account need not be. */
export function isMember({ organization, accounts, except }: MembersSpec, accountId: string): boolean {
  if (!/^\d{12}$/.test(accountId) || except?.includes(accountId)) return false;
  // Whether an account belongs to the organization is for IAM to say: the function's permission has it as a condition.
  return organization !== undefined || (accounts?.includes(accountId) ?? false);
}

/**
 * ARN of the role that an account has for the function.
 *
 * @param accountId `*` for every account's.
 */
export const memberRoleArn = (partition: string, accountId: string, { role }: MembersSpec): string =>
  `arn:${partition}:iam::${accountId}:role${role}`;
