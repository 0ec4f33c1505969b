import { findingKind } from "../../src/contract/finding-kinds";
import { isMember, memberRoleArn } from "../../src/contract/members";
import { protects } from "../../src/contract/protected-roles";
import type { NotRevokedReason } from "../../src/contract/reasons";
import type { FunctionConfiguration } from "./configuration";
import { type Finding, isLongTerm, principalRoleId } from "./finding";
import type { Refusal } from "./refusal";
import type { Trust } from "./trust";

/** The role that a finding names, before IAM has confirmed any of it. */
export interface ClaimedRole {
  readonly roleName: string;
  /** The unique id (`AROA…`) of the role whose session was stolen. */
  readonly roleId: string;
}

/** The role as IAM knows it. */
export interface Role {
  readonly arn: string;
  readonly path: string;
  readonly roleId: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly trust: Trust;
  /** When and where a session of it was last used, as far as IAM has noticed. */
  readonly lastUsed?: { readonly at: Date; readonly region?: string };
}

/** The names that IAM allows for roles: nothing else is ever sent to it. */
export const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

/** Paths of roles that IAM lets nobody edit: service-linked ones and those of IAM Identity Center permission sets. */
const UNMODIFIABLE_PATHS = ["/aws-service-role/", "/aws-reserved/"];

/** Decides from the finding alone whether there may be a role to revoke. */
export function triageFinding(finding: Finding, configuration: FunctionConfiguration): ClaimedRole | Refusal {
  if (finding.sample) {
    return refuse(
      "sample-finding",
      "this is a sample finding: it names nothing that exists and only proves the wiring",
    );
  }
  if (finding.archived) {
    return refuse("archived-finding", "the finding is archived: somebody has already dealt with it");
  }
  if (findingKind(finding.type, configuration.findings) === undefined) {
    return refuse("unsupported-type", "the finding's type is not one that this deployment handles");
  }
  const severity = severityOf(finding, configuration);
  if (severity === undefined || severity < configuration.minimumSeverity) {
    const known = severity === undefined ? "the finding does not say its severity" : `the severity is ${severity}`;
    return refuse("below-severity", `${known}, and this deployment acts from ${configuration.minimumSeverity}`);
  }
  if (!actsIn(configuration, finding.accountId)) {
    const whose = finding.accountId ? "about another account" : "without an account";
    const where = configuration.members ? "the accounts that it is deployed for" : configuration.accountId;
    return refuse("other-account", `the finding is ${whose}, and this deployment may only act in ${where}`);
  }
  return triagePrincipal(finding);
}

/** Whether the deployment acts in an account: its own, or a member. */
export function actsIn({ accountId: own, members }: FunctionConfiguration, accountId: string | undefined): boolean {
  if (accountId === undefined) return false;
  return accountId === own || (members !== undefined && isMember(members, accountId));
}

/** ARN of the role by which the deployment acts in an account; undefined if that is its own, or it does not act there. */
export function memberRoleFor(configuration: FunctionConfiguration, accountId: string | undefined): string | undefined {
  const { accountId: own, members, partition } = configuration;
  if (accountId === own || accountId === undefined || !members || !isMember(members, accountId)) return undefined;
  return memberRoleArn(partition, accountId, members);
}

function triagePrincipal(finding: Finding): ClaimedRole | Refusal {
  const { userType, credentials } = finding;
  const [{ principalId, accessKeyId }] = credentials;
  const roleId = principalRoleId(principalId);
  const otherType = userType !== undefined && userType !== "AssumedRole" && userType !== "Role";
  if (otherType || (principalId !== undefined && roleId === undefined) || isLongTerm(accessKeyId)) {
    return refuse("not-a-role", "the credentials are not a role's temporary ones, so there is no session to revoke");
  }
  if (roleId === undefined) {
    return refuse("role-unknown", "the finding does not say which role's session was stolen (no principal id)");
  }
  return (
    claimedRole(finding) ??
    refuse("role-unknown", "the finding does not name the role, or the name is not one that IAM allows")
  );
}

/** The role that a finding names, whether or not it may be revoked; undefined if it does not name one. */
export function claimedRole({ userName, credentials: [stolen] }: Finding): ClaimedRole | undefined {
  const roleId = principalRoleId(stolen.principalId);
  if (roleId === undefined || userName === undefined || !ROLE_NAME.test(userName)) return undefined;
  return { roleName: userName, roleId };
}

/**
 * Decides with what IAM says about the role whether it may be revoked; undefined if it may.
 *
 * @param role undefined if the account has no role of that name.
 */
export function triageRole(
  claimed: ClaimedRole,
  role: Role | undefined,
  configuration: FunctionConfiguration,
): Refusal | undefined {
  if (role === undefined) {
    return refuse("role-not-found", "the role does not exist in this account (it may have been deleted)");
  }
  if (role.roleId !== claimed.roleId) {
    const ids = `the finding is about ${claimed.roleId}, today's role is ${role.roleId}`;
    return refuse("role-mismatch", `the role has been re-created since: ${ids}`);
  }
  if (configuration.protectedRoles.some((entry) => protects(entry, role.arn))) {
    return refuse("protected-role", "this deployment protects the role: it is never revoked");
  }
  const { exemptTag } = configuration;
  if (hasTag(role, exemptTag)) {
    return refuse("exempt-role", `the role carries the tag ${exemptTag.key}=${exemptTag.value}, which exempts it`);
  }
  if (UNMODIFIABLE_PATHS.some((path) => role.path.startsWith(path))) {
    return refuse("unmodifiable-role", `IAM lets nobody edit roles under ${role.path}`);
  }
  if (!isRevocable(role, configuration)) {
    return refuse("protected-role", "the role is not among those that this deployment may revoke");
  }
  if (configuration.response === "notify-only") {
    return refuse("notify-only", "this deployment only notifies");
  }
  return undefined;
}

/** The severity that counts: the deployment's own for this type if it has one, else the finding's, else that of its kind. */
export function severityOf(
  { type, severity }: Finding,
  { severityOverrides, findings }: FunctionConfiguration,
): number | undefined {
  if (Object.hasOwn(severityOverrides, type)) return severityOverrides[type];
  return severity ?? findingKind(type, findings)?.severity;
}

function isRevocable(role: Role, { revocableRoles }: FunctionConfiguration): boolean {
  if ("any" in revocableRoles) return true;
  const { arns, path, tag } = revocableRoles;
  return (
    (arns?.includes(role.arn) ?? false) ||
    (path !== undefined && role.path.startsWith(path)) ||
    (tag !== undefined && hasTag(role, tag))
  );
}

/** As IAM's conditions compare: the case of a key does not matter, that of a value does. */
function hasTag({ tags }: Role, wanted: Role["tags"][number]): boolean {
  return tags.some(({ key, value }) => key.toLowerCase() === wanted.key.toLowerCase() && value === wanted.value);
}

function refuse(reason: NotRevokedReason, explanation: string): Refusal {
  return { reason, explanation };
}
