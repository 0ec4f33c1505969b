import { type Credential, isLongTerm, principalRoleId } from "../finding";
import { POLICY_NAME, type Target } from "../target";
import { forEach, NOW, quote } from "./shell";

/** What is attached by hand has a name of its own, so that it never replaces what denies more. */
const SUFFIX = "-by-hand";

/** More principals than this are left to the list of them. */
const MAX_PRINCIPALS = 20;

/** A policy, and the one session that it denies; undefined denies every session of the role. */
type Denied = Pick<Target, "policyName" | "userId">;

/** Attaches to a role what denies the sessions of some targets, as far as they were issued until somebody runs it. */
export const revokeByHand = (roleName: string, targets: readonly Denied[]): string[] =>
  targets.map(({ policyName, userId }) => put(quote(roleName), policyName + SUFFIX, userId));

/** The same for a role whose inline policies leave no room for another one: managed policies do not count among them. */
export const revokeWithoutRoom = (roleName: string, targets: readonly Target[]): string[] =>
  targets.map(({ policyName, userId }) => {
    const create =
      `aws iam create-policy --policy-name ${quote(`${policyName}-${roleName}`)}"$(date -u +-%Y%m%dT%H%M%SZ)" ` +
      `--policy-document ${denial(userId)} --query Policy.Arn --output text`;
    return `aws iam attach-role-policy --role-name ${quote(roleName)} --policy-arn "$(${create})"`;
  });

/** Replaces policies that deny sessions yet to come, so that they deny those issued until somebody runs it. */
export const endDenialNow = (roleName: string, targets: readonly Target[]): string[] =>
  targets.map(({ policyName, userId }) => put(quote(roleName), policyName, userId));

/** Revokes what other principals hold: roles by their ids, which is all that a finding says of them, and users' keys. */
export function revokeOthers(credentials: readonly Credential[]): string[] {
  const roleIds = unique(credentials.flatMap(({ principalId }) => principalRoleId(principalId) ?? []));
  const keys = unique(credentials.flatMap(({ accessKeyId }) => (isLongTerm(accessKeyId) ? accessKeyId! : [])));
  const name = `$(aws iam list-roles --query "Roles[?RoleId=='$id'].RoleName" --output text)`;
  return [
    ...forEach("id", roleIds.slice(0, MAX_PRINCIPALS), forEach("role", [name], [put('"$role"', POLICY_NAME + SUFFIX)])),
    ...forEach("key", keys.slice(0, MAX_PRINCIPALS).map(quote), [
      'user=$(aws iam get-access-key-last-used --access-key-id "$key" --query UserName --output text) &&',
      'aws iam update-access-key --user-name "$user" --access-key-id "$key" --status Inactive',
    ]),
  ];
}

/** Switches off a user's own access key. */
export const switchOff = (userName: string, accessKeyId: string): string =>
  `aws iam update-access-key --user-name ${quote(userName)} --access-key-id ${quote(accessKeyId)} --status Inactive`;

/** @param role a word of a shell. */
const put = (role: string, policyName: string, userId?: string): string =>
  `aws iam put-role-policy --role-name ${role} --policy-name ${quote(policyName)} --policy-document ${denial(userId)}`;

/** A word of a shell: the policy that denies every session, or one, as far as issued until it is read. */
function denial(userId: string | undefined): string {
  const policy = {
    Version: "2012-10-17",
    Statement: {
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: {
        DateLessThan: { "aws:TokenIssueTime": "NOW" },
        ...(userId !== undefined && { StringEquals: { "aws:userid": userId } }),
      },
    },
  };
  const document = JSON.stringify(policy).replaceAll("'", "\\u0027");
  return `'${document.replace('"NOW"', () => `"'"${NOW}"'"`)}'`;
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];
