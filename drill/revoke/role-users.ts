import type { Trust } from "../../lambda/revoke-sessions/trust";
import { KEPT_MILLISECONDS } from "../check/judge/revocations";

/** Who uses a role, as far as a drill can see. */
export interface RoleUsers {
  /** Ids of instances whose profile holds the role, with their region. */
  readonly instances: readonly string[];
  /** Lambda functions that run with it, with their region. */
  readonly functions: readonly string[];
  readonly lastUsed?: { readonly at: Date; readonly region?: string };
  readonly trust: Trust;
  /** Regions that could not be looked at. */
  readonly unseen: readonly string[];
}

/** Who may lose a session with the role, as lines; none if nobody was found, and nobody can have one that is still alive. */
export function describeUsers({ instances, functions, lastUsed, trust, unseen }: RoleUsers, now: Date): string[] {
  const isAlive = lastUsed !== undefined && now.getTime() - lastUsed.at.getTime() < KEPT_MILLISECONDS;
  const found = [
    ...instances.map((each) => `instance ${each}`),
    ...functions.map((each) => `Lambda function ${each}`),
    ...(isAlive ? [`somebody at ${lastUsed.at.toISOString()}, in ${lastUsed.region ?? "an unknown region"}`] : []),
    ...(unseen.length > 0 ? [`whoever is in ${unseen.join(", ")}: these credentials may not look there`] : []),
  ];
  if (found.length === 0) return [];
  const trusted = [...trust.services, ...trust.principals, ...trust.providers].join(", ") || "nobody";
  return [...found, `whoever else its trust policy lets in, which is not looked at: ${trusted}`];
}
