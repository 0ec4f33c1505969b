import { policyProblem } from "../iam/policy-problem";
import type { AwsAccount, Role } from "./account";
import { AwsError } from "./protocol";
import { type Parameters, type QueryAction, required } from "./service-action";

/** All inline policies of a role together, white space not counted. */
const INLINE_POLICY_QUOTA = 10_240;

/** Roles that AWS keeps for itself: service-linked ones and those of IAM Identity Center. */
const UNMODIFIABLE_PATHS = ["/aws-service-role/", "/aws-reserved/"];

/** The IAM actions that the local AWS supports. */
export const iamActions: Record<string, QueryAction> = {
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
          AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(role.trustPolicy)),
          RoleLastUsed: { LastUsedDate: role.lastUsed?.date.toISOString(), Region: role.lastUsed?.region },
          Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
        },
      };
    },
  },

  GetRolePolicy: {
    resource: roleResource,
    perform: (parameters, account) => {
      const role = existingRole(parameters, account);
      const policyName = requiredName(parameters, "PolicyName", 128);
      const document = role.policies.get(policyName);
      if (document === undefined) {
        throw new AwsError("NoSuchEntity", `The role policy with name ${policyName} cannot be found.`, 404);
      }
      return { RoleName: role.name, PolicyName: policyName, PolicyDocument: encodeURIComponent(document) };
    },
  },

  ListRolePolicies: {
    resource: roleResource,
    perform: (parameters, account) => ({
      PolicyNames: [...existingRole(parameters, account).policies.keys()],
      IsTruncated: false,
    }),
  },

  PutRolePolicy: {
    resource: roleResource,
    perform: (parameters, account) => {
      const role = existingRole(parameters, account);
      const policyName = requiredName(parameters, "PolicyName", 128);
      const document = requiredDocument(parameters);
      if (UNMODIFIABLE_PATHS.some((path) => role.path.startsWith(path))) {
        throw new AwsError(
          "UnmodifiableEntity",
          `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`,
        );
      }
      const problem = policyProblem(document);
      if (problem !== undefined) {
        throw new AwsError("MalformedPolicyDocument", problem);
      }
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
  const name = requiredName(parameters, "RoleName", 64);
  const role = account.roles.get(name);
  if (!role) throw new AwsError("NoSuchEntity", `The role with name ${name} cannot be found.`, 404);
  return role;
}

/** The name of a role or policy, as IAM allows it. */
function requiredName(parameters: Parameters, parameter: string, maxLength: number): string {
  const name = required(parameters, parameter);
  const member = parameter[0]!.toLowerCase() + parameter.slice(1);
  if (name.length > maxLength) {
    throw new AwsError(
      "ValidationError",
      `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${maxLength}`,
    );
  }
  if (!/^[\w+=,.@-]+$/.test(name)) {
    throw new AwsError(
      "ValidationError",
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  }
  return name;
}

/** The document of a policy: text in the characters that IAM's API accepts. */
function requiredDocument(parameters: Parameters): string {
  const document = required(parameters, "PolicyDocument");
  if (!/^[\t\n\r\x20-\xff]{1,131072}$/.test(document)) {
    throw new AwsError(
      "ValidationError",
      "The specified value for policyDocument is invalid. It must contain only printable ASCII characters.",
    );
  }
  return document;
}
