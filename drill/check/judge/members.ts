import { isMember, memberRoleArn, type MembersSpec } from "../../../src/contract/members";
import { wildcard } from "../../../src/contract/wildcard";
import type { Deployed } from "../../deployed";
import { type Judgement, right, unlessWrong, wrong } from "../result";
import { has, statementsOf } from "./policy-document";

/** A member account that was looked into. */
export type ReadMember =
  | {
      readonly accountId: string;
      /** The role that it has for the function; undefined if it has none. */
      readonly role?: ReadMemberRole;
    }
  | {
      readonly accountId: string;
      /** Why it could not be looked into. */
      readonly closed: string;
    };

export interface ReadMemberRole {
  readonly arn: string;
  /** JSON of the policy that says who may assume it. */
  readonly trustPolicy: string;
  /** JSON of its permissions; undefined if it has none of that name. */
  readonly permissions?: string;
}

/**
 * The members that were looked into let the function in.
 *
 * @param members as the function has them; undefined if it acts in its own account only.
 */
export function judgeMembers(
  members: MembersSpec | undefined,
  looked: readonly ReadMember[],
  deployed: Deployed,
): readonly Judgement[] {
  if (!members) return [right("the function acts in its own account only")];
  const whom = members.organization ?? `${members.accounts?.length ?? 0} accounts`;
  if (looked.length === 0) {
    return [
      right(
        `the function acts in the members of ${whom}; none was looked into: --audit-role and --members name how and which`,
      ),
    ];
  }
  return unlessWrong(
    `of ${whom}, these members let the function in: ${looked.map(({ accountId }) => accountId).join(", ")}`,
    looked.flatMap((member) => memberProblems(member, members, deployed)),
  );
}

function memberProblems(member: ReadMember, members: MembersSpec, deployed: Deployed): Judgement[] {
  const { accountId } = member;
  if (!isMember(members, accountId)) {
    const what = `the function does not act in account ${accountId}: it is not one of its members`;
    return [wrong(what, "add it to members of the response and apply, or leave it out of --members")];
  }
  if ("closed" in member) {
    const mend = `let ${deployed.operator} assume the role of --audit-role there, or leave ${accountId} out of --members`;
    return [wrong(`the member ${accountId} could not be looked into: ${member.closed}`, mend)];
  }
  const expected = memberRoleArn(deployed.partition, accountId, members);
  if (member.role?.arn !== expected) {
    return [wrong(`the member ${accountId} has no role ${expected}: the function cannot act there`, DEPLOY)];
  }
  const { trustPolicy, permissions = "{}" } = member.role;
  const problems: Judgement[] = [];
  if (!letsIn(trustPolicy, members, deployed)) {
    problems.push(wrong(`the role ${expected} does not let the function's role ${deployed.roleName} in`, DEPLOY));
  }
  if (!statementsOf(permissions).some(({ Effect, Action }) => Effect === "Allow" && has(Action, "iam:PutRolePolicy"))) {
    problems.push(wrong(`the role ${expected} may not revoke: it lacks iam:PutRolePolicy`, DEPLOY));
  }
  return problems;
}

const DEPLOY = 'deploy the member role again: docs/organization.md, "Who deploys what where"';

/** Whether a trust policy names the function's account or role, and no condition on the caller excludes the function's role. */
function letsIn(
  trustPolicy: string,
  { organization }: MembersSpec,
  { partition, accountId, roleArn }: Deployed,
): boolean {
  const named = ["*", accountId, `arn:${partition}:iam::${accountId}:root`, roleArn];
  return statementsOf(trustPolicy).some(({ Effect, Action, Principal, Condition }) => {
    if (Effect !== "Allow" || !has(Action, "sts:AssumeRole")) return false;
    if (!named.some((each) => has((Principal as { AWS?: unknown })?.AWS, each))) return false;
    return (
      isTaken(Condition, "aws:PrincipalArn", roleArn) &&
      (organization === undefined || isTaken(Condition, "aws:PrincipalOrgID", organization))
    );
  });
}

/** The operators with which a condition says whom it takes. */
const TAKING = ["ArnLike", "ArnEquals", "StringLike", "StringEquals"];

/** Whether a condition takes a value of a key, or asks nothing of that key. */
function isTaken(condition: unknown, key: string, value: string): boolean {
  const operators = (condition ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const patterns = TAKING.flatMap((operator) => operators[operator]?.[key] ?? []);
  return patterns.length === 0 || patterns.some((pattern) => wildcard(String(pattern)).test(value));
}
