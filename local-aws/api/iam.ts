import type { AwsAccount, Role } from "./account";
import { AwsError } from "./query-protocol";
import { type Parameters, required, type ServiceAction } from "./service-action";

/** All inline policies of a role together, white space not counted. */
const INLINE_POLICY_QUOTA = 10_240;

/** Roles that AWS keeps for itself: service-linked ones and those of IAM Identity Center. */
const UNMODIFIABLE_PATHS = ["/aws-service-role/", "/aws-reserved/"];

/** The IAM actions that the local AWS supports. */
export const iamActions: Record<string, ServiceAction> = {
  GetRole: {
    resource: roleResource,
    perform: (parameters, account) => {
      const role = existingRole(parameters, account);
      return {
        Role: {
          Path: role.path,
          RoleName: role.name,
          RoleId: role.roleId,
          Arn: role.arn,
          CreateDate: "2026-01-01T00:00:00Z",
          MaxSessionDuration: 3600,
          Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
        },
      };
    },
  },

  GetRolePolicy: {
    resource: roleResource,
    perform: (parameters, account) => {
      const role = existingRole(parameters, account);
      const policyName = required(parameters, "PolicyName");
      const document = role.policies.get(policyName);
      if (document === undefined) {
        throw new AwsError("NoSuchEntity", `The role policy with name ${policyName} cannot be found.`, 404);
      }
      return { RoleName: role.name, PolicyName: policyName, PolicyDocument: encodeURIComponent(document) };
    },
  },

  PutRolePolicy: {
    resource: roleResource,
    perform: (parameters, account) => {
      const role = existingRole(parameters, account);
      const policyName = checked(parameters, "PolicyName", /^[\w+=,.@-]{1,128}$/);
      const document = required(parameters, "PolicyDocument");
      if (UNMODIFIABLE_PATHS.some((path) => role.path.startsWith(path))) {
        throw new AwsError(
          "UnmodifiableEntity",
          `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`,
        );
      }
      requirePolicy(document);
      const others = [...role.policies].filter(([name]) => name !== policyName).map(([, other]) => other);
      if ([...others, document].join("").replace(/\s/g, "").length > INLINE_POLICY_QUOTA) {
        throw new AwsError(
          "LimitExceeded",
          `Maximum policy size of ${INLINE_POLICY_QUOTA} bytes exceeded for role ${role.name}`,
          409,
        );
      }
      role.policies.set(policyName, document);
      return undefined;
    },
  },

  ListInstanceProfilesForRole: {
    resource: roleResource,
    perform: (parameters, account) => {
      const role = existingRole(parameters, account);
      const profiles = account.instanceProfiles.filter(({ roleName }) => roleName === role.name);
      return {
        InstanceProfiles: profiles.map(({ name, path, arn }) => ({ InstanceProfileName: name, Path: path, Arn: arn })),
        IsTruncated: false,
      };
    },
  },
};

function roleResource(parameters: Parameters, account: AwsAccount): string {
  const name = parameters["RoleName"] ?? "";
  return account.roles.get(name)?.arn ?? `arn:${account.partition}:iam::${account.accountId}:role/${name}`;
}

function existingRole(parameters: Parameters, account: AwsAccount): Role {
  const name = checked(parameters, "RoleName", /^[\w+=,.@-]{1,64}$/);
  const role = account.roles.get(name);
  if (!role) throw new AwsError("NoSuchEntity", `The role with name ${name} cannot be found.`, 404);
  return role;
}

function checked(parameters: Parameters, name: string, pattern: RegExp): string {
  const value = required(parameters, name);
  if (!pattern.test(value)) throw new AwsError("ValidationError", `${name} must match ${pattern.source}`);
  return value;
}

/** The mistakes in a policy that IAM refuses and that a program could make. */
function requirePolicy(document: string): void {
  const malformed = (reason: string): never => {
    throw new AwsError("MalformedPolicyDocument", reason);
  };
  let policy: { Statement?: unknown };
  try {
    policy = JSON.parse(document) as { Statement?: unknown };
  } catch {
    return malformed("Syntax errors in policy.");
  }
  const statements = [policy?.Statement].flat() as (Record<string, unknown> | undefined)[];
  const sids = statements.map((statement) => statement?.["Sid"]).filter((sid) => sid !== undefined);
  if (statements.length === 0) return malformed("A policy needs at least one statement.");
  for (const statement of statements) {
    if (typeof statement !== "object" || statement === null) return malformed("Syntax errors in policy.");
    if (!["Allow", "Deny"].includes(String(statement["Effect"]))) return malformed("Effect must be Allow or Deny.");
    if (!("Action" in statement || "NotAction" in statement)) {
      return malformed("Policy statement must contain actions.");
    }
    if (!("Resource" in statement || "NotResource" in statement)) {
      return malformed("Policy statement must contain resources.");
    }
  }
  if (!sids.every((sid) => /^[A-Za-z0-9]*$/.test(String(sid)))) {
    return malformed("Statement IDs (SID) must be alpha-numeric.");
  }
  if (new Set(sids).size < sids.length) return malformed("Statement IDs (SID) in a single policy must be unique.");
}
