import type { Roles } from "./ports";
import { type Refusal, RefusalError } from "./refusal";

/** The permissions of a deployment that has just been made can take this long to reach every part of IAM. */
const PROPAGATION_WAITS_SECONDS = [1, 2, 4, 8];

/**
 * The roles of an account, whose calls are tried again if they are not permitted, for as long as the permissions of a fresh deployment
 * take to spread. What a policy denies explicitly is not tried again.
 */
export function outlastingPropagation(roles: Roles, wait: (seconds: number) => Promise<void>): Roles {
  const patiently =
    <Parameters extends unknown[], Value>(call: (...parameters: Parameters) => Promise<Value>) =>
    async (...parameters: Parameters): Promise<Value> => {
      for (const seconds of PROPAGATION_WAITS_SECONDS) {
        try {
          return await call(...parameters);
        } catch (error) {
          if (!isNotYetPermitted(error)) throw error;
        }
        await wait(seconds);
      }
      return call(...parameters);
    };
  return {
    getRole: patiently((...parameters) => roles.getRole(...parameters)),
    getRolePolicy: patiently((...parameters) => roles.getRolePolicy(...parameters)),
    putRolePolicy: patiently((...parameters) => roles.putRolePolicy(...parameters)),
    listRolePolicies: (...parameters) => roles.listRolePolicies(...parameters),
  };
}

const isNotYetPermitted = (error: unknown): boolean =>
  error instanceof RefusalError &&
  error.refusal.reason === "not-permitted" &&
  !isExplicitDeny(error.refusal.explanation);

/** Whether AWS's sentence says that a policy denies a call, and not merely that none allows it. */
export const isExplicitDeny = (sentence: string): boolean => /explicit deny/i.test(sentence);

/**
 * The refusal that an access error of AWS means.
 *
 * @param sentence AWS's own, such as "User: … is not authorized to perform: iam:PutRolePolicy on resource: role web with an
 * explicit deny in a service control policy".
 */
export function notPermitted(sentence: string): Refusal {
  return { reason: "not-permitted", explanation: `AWS does not permit it: ${sentence.replace(/\s+/g, " ").trim()}` };
}

/** The kind of policy that denied a call, as AWS's sentence names it; undefined if it does not. */
export function denyingPolicy(sentence: string): string | undefined {
  const kinds =
    "service control|resource control|permissions boundary|identity-based|resource-based|session|VPC endpoint";
  const kind = new RegExp(`\\b(?:in an?|no) (${kinds})( policy)?`, "i").exec(sentence)?.[1]?.toLowerCase();
  if (kind === undefined) return undefined;
  return kind === "permissions boundary" ? kind : `${kind} policy`;
}
