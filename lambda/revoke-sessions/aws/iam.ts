import type { Agent } from "node:https";

import {
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";

import { notPermitted } from "../permission";
import type { Account } from "../ports";
import { type Refusal, RefusalError } from "../refusal";
import { readTrust } from "../trust";
import { clientConfiguration, type CredentialSource, isError } from "./client";

/** The SDK takes every error called LimitExceeded for throttling, and would try for half a minute to write what never fits. */
const QUOTA_EXCEEDED = "QuotaExceededException";

/** A client for the IAM of the account that the credentials are for. */
export function iamClient(credentials: CredentialSource, agent?: Agent): IAMClient {
  const iam = new IAMClient(clientConfiguration(credentials, undefined, agent));
  iam.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (isError(error, "LimitExceededException")) error.name = QUOTA_EXCEEDED;
        throw error;
      }
    },
    { step: "deserialize", priority: "high" },
  );
  return iam;
}

/** The role and its inline policies. */
export function iamCalls(iam: IAMClient, abortSignal: AbortSignal): Omit<Account, "findRoleUse" | "lookUpActivity"> {
  return {
    getRole: (roleName) =>
      unlessMissing(async () => {
        const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleName }), { abortSignal });
        if (!Role?.Arn || !Role.RoleId || !Role.Path) throw new Error(`IAM responded without the role ${roleName}`);
        const { LastUsedDate: at, Region: region } = Role.RoleLastUsed ?? {};
        return {
          arn: Role.Arn,
          path: Role.Path,
          roleId: Role.RoleId,
          tags: (Role.Tags ?? []).map(({ Key, Value }) => ({ key: Key ?? "", value: Value ?? "" })),
          trust: readTrust(Role.AssumeRolePolicyDocument && decodeURIComponent(Role.AssumeRolePolicyDocument)),
          lastUsed: at && { at, region },
        };
      }),

    getRolePolicy: (roleName, policyName) =>
      unlessMissing(async () => {
        const command = new GetRolePolicyCommand({ RoleName: roleName, PolicyName: policyName });
        const { PolicyDocument } = await iam.send(command, { abortSignal });
        if (PolicyDocument === undefined) {
          throw new Error(`IAM responded without the policy ${policyName} of ${roleName}`);
        }
        return decodeURIComponent(PolicyDocument);
      }),

    async listRolePolicies(roleName) {
      const names: string[] = [];
      let Marker: string | undefined;
      do {
        const page = await refusing(
          iam.send(new ListRolePoliciesCommand({ RoleName: roleName, Marker }), { abortSignal }),
        );
        names.push(...(page.PolicyNames ?? []));
        Marker = page.IsTruncated ? page.Marker : undefined;
      } while (Marker);
      return names;
    },

    async putRolePolicy(roleName, policyName, document) {
      const input = { RoleName: roleName, PolicyName: policyName, PolicyDocument: document };
      await refusing(iam.send(new PutRolePolicyCommand(input), { abortSignal }));
    },
  };
}

/** ARNs of the instance profiles that hold a role. */
export async function instanceProfilesOf(
  iam: IAMClient,
  roleName: string,
  abortSignal: AbortSignal,
): Promise<string[]> {
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

/** Undefined if IAM does not know what is asked for. */
async function unlessMissing<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await refusing(read());
  } catch (error) {
    if (error instanceof RefusalError && error.refusal.reason === "role-not-found") return undefined;
    throw error;
  }
}

/** @throws RefusalError for what IAM refuses for good. */
async function refusing<Value>(response: Promise<Value>): Promise<Value> {
  try {
    return await response;
  } catch (error) {
    const refusal = finalRefusal(error);
    throw refusal ? new RefusalError(refusal, { cause: error }) : error;
  }
}

/** What IAM refuses for good: trying again would end the same way. */
function finalRefusal(error: unknown): Refusal | undefined {
  if (isError(error, "NoSuchEntityException")) {
    return { reason: "role-not-found", explanation: "the role was deleted while it was being revoked" };
  }
  if (isError(error, "UnmodifiableEntityException")) {
    return { reason: "unmodifiable-role", explanation: "IAM lets nobody edit this role" };
  }
  if (isError(error, QUOTA_EXCEEDED)) {
    return {
      reason: "policy-quota-exceeded",
      explanation: "the role's inline policies leave no room for another one (10,240 characters in all)",
    };
  }
  if (isError(error, "AccessDenied", "AccessDeniedException")) return notPermitted(error.message);
  return undefined;
}
