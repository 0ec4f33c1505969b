import {
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListInstanceProfilesForRoleCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";

import type { Refusal } from "../outcome";
import type { Aws } from "../respond";
import { clientConfiguration, isAnswer } from "./client";

const iam = new IAMClient(clientConfiguration);

/** The SDK takes every error called LimitExceeded for throttling, and would try for half a minute to write what never fits. */
const QUOTA_EXCEEDED = "QuotaExceededException";
iam.middlewareStack.add(
  (next) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      if (isAnswer(error, "LimitExceededException")) error.name = QUOTA_EXCEEDED;
      throw error;
    }
  },
  { step: "deserialize", priority: "high" },
);

/** The role and its inline policies. */
export function iamCalls(abortSignal: AbortSignal): Pick<Aws, "getRole" | "getRolePolicy" | "putRolePolicy"> {
  return {
    async getRole(roleName) {
      try {
        const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleName }), { abortSignal });
        if (!Role?.Arn || !Role.RoleId || !Role.Path) throw new Error(`IAM answered without the role ${roleName}`);
        const tags = (Role.Tags ?? []).map(({ Key, Value }) => ({ key: Key ?? "", value: Value ?? "" }));
        return { arn: Role.Arn, path: Role.Path, roleId: Role.RoleId, tags };
      } catch (error) {
        if (isAnswer(error, "NoSuchEntityException")) return undefined;
        throw error;
      }
    },

    async getRolePolicy(roleName, policyName) {
      try {
        const command = new GetRolePolicyCommand({ RoleName: roleName, PolicyName: policyName });
        const { PolicyDocument } = await iam.send(command, { abortSignal });
        if (PolicyDocument === undefined) {
          throw new Error(`IAM answered without the policy ${policyName} of ${roleName}`);
        }
        return decodeURIComponent(PolicyDocument);
      } catch (error) {
        if (isAnswer(error, "NoSuchEntityException")) return undefined;
        throw error;
      }
    },

    async putRolePolicy(roleName, policyName, document) {
      try {
        const input = { RoleName: roleName, PolicyName: policyName, PolicyDocument: document };
        await iam.send(new PutRolePolicyCommand(input), { abortSignal });
        return undefined;
      } catch (error) {
        const refusal = finalRefusal(error);
        if (refusal) return refusal;
        throw error;
      }
    },
  };
}

/** ARNs of the instance profiles that hold a role. */
export async function instanceProfilesOf(roleName: string, abortSignal: AbortSignal): Promise<string[]> {
  const arns: string[] = [];
  let Marker: string | undefined;
  do {
    const command = new ListInstanceProfilesForRoleCommand({ RoleName: roleName, Marker });
    const page = await iam.send(command, { abortSignal });
    arns.push(...(page.InstanceProfiles ?? []).flatMap(({ Arn }) => Arn ?? []));
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker);
  return arns;
}

/** What IAM refuses for good: trying again would end the same way. */
function finalRefusal(error: unknown): Refusal | undefined {
  if (isAnswer(error, "NoSuchEntityException")) {
    return { reason: "role-not-found", explanation: "the role was deleted while it was being revoked" };
  }
  if (isAnswer(error, "UnmodifiableEntityException")) {
    return { reason: "unmodifiable-role", explanation: "IAM lets nobody edit this role" };
  }
  if (isAnswer(error, QUOTA_EXCEEDED)) {
    return {
      reason: "policy-quota-exceeded",
      explanation: "the role's inline policies leave no room for another one (10,240 characters in all)",
    };
  }
  return undefined;
}
