import { CREDENTIAL_EXFILTRATION_TYPES } from "../../src/contract/finding-kinds";
import { protects } from "../../src/contract/protected-roles";
import type { NotRevokedReason } from "../../src/contract/reasons";
import type { Configuration } from "./configuration";
import { type Finding, principalRoleId } from "./finding";
import type { Refusal } from "./outcome";

/** What the finding claims was robbed, before IAM has confirmed any of it. */
export interface Suspect {
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
}

/** What IAM allows as the name of a role: nothing else is ever sent to it. */
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

/** Paths of roles that IAM lets nobody edit: service-linked ones and those of IAM Identity Center permission sets. */
const UNMODIFIABLE_PATHS = ["/aws-service-role/", "/aws-reserved/"];

/** Decides from the finding alone whether there may be a role to revoke. */
export function triageFinding(finding: Finding, configuration: Configuration): Suspect | Refusal {
  if (finding.sample) {
    return refuse(
      "sample-finding",
      "this is a sample finding: it names nothing that exists and only proves the wiring",
    );
  }
  if (finding.archived) {
    return refuse("archived-finding", "the finding is archived: somebody has already dealt with it");
  }
  if (!CREDENTIAL_EXFILTRATION_TYPES.some((type) => finding.type.startsWith(type))) {
    return refuse("unsupported-type", "the finding's type is not one of stolen role credentials");
  }
  const severity = severityOf(finding, configuration);
  if (severity === undefined || severity < configuration.minimumSeverity) {
    const is = severity === undefined ? "the finding has no severity" : `the severity is ${severity}`;
    return refuse("below-severity", `${is}, and this deployment acts from ${configuration.minimumSeverity}`);
  }
  if (finding.accountId !== configuration.accountId) {
    const whose = finding.accountId ? "about another account" : "without an account";
    return refuse(
      "other-account",
      `the finding is ${whose}, and this deployment may only act in ${configuration.accountId}`,
    );
  }
  return triagePrincipal(finding);
}

function triagePrincipal(finding: Finding): Suspect | Refusal {
  const { userType, credentials } = finding;
  const [{ principalId, accessKeyId }] = credentials;
  const roleId = principalRoleId(principalId);
  const otherType = userType !== undefined && userType !== "AssumedRole" && userType !== "Role";
  if (otherType || (principalId !== undefined && roleId === undefined) || accessKeyId?.startsWith("AKIA")) {
    return refuse("not-a-role", "the credentials are not a role's temporary ones, so there is no session to revoke");
  }
  if (roleId === undefined) {
    return refuse("role-unknown", "the finding does not say which role's session was stolen (no principal id)");
  }
  return (
    namedRole(finding) ??
    refuse("role-unknown", "the finding does not name the role, or the name is not one that IAM allows")
  );
}

/** The role that a finding names, whether or not it may be revoked; undefined where it names none. */
export function namedRole({ userName, credentials: [stolen] }: Finding): Suspect | undefined {
  const roleId = principalRoleId(stolen.principalId);
  if (roleId === undefined || userName === undefined || !ROLE_NAME.test(userName)) return undefined;
  return { roleName: userName, roleId };
}

/**
 * Decides with what IAM says about the role whether it may be revoked; undefined where it may.
 *
 * @param role undefined where IAM knows no role of that name.
 */
export function triageRole(
  suspect: Suspect,
  role: Role | undefined,
  configuration: Configuration,
): Refusal | undefined {
  if (role === undefined) {
    return refuse("role-not-found", "the account has no role of that name (any more)");
  }
  if (role.roleId !== suspect.roleId) {
    const ids = `the finding is about ${suspect.roleId}, today's role is ${role.roleId}`;
    return refuse("role-mismatch", `the role of that name is another one than the finding's: ${ids}`);
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

/** The severity that counts: the deployment's own for this finding type where it has one, else the finding's. */
export function severityOf(finding: Finding, { severityOverrides }: Configuration): number | undefined {
  return Object.hasOwn(severityOverrides, finding.type) ? severityOverrides[finding.type] : finding.severity;
}

function isRevocable(role: Role, { revocableRoles }: Configuration): boolean {
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
