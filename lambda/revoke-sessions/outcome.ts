import type { Scope } from "../../src/function-environment";

/**
 * Why a finding did not lead to a revocation. In the order in which they are looked at: of several that apply, the first
 * is reported.
 */
export const NOT_REVOKED_REASONS = [
  "sample-finding",
  "archived-finding",
  "unsupported-type",
  "below-severity",
  "other-account",
  "not-a-role",
  "role-unknown",
  "role-not-found",
  "role-mismatch",
  "protected-role",
  "exempt-role",
  "unmodifiable-role",
  "policy-quota-exceeded",
  "notify-only",
] as const;
export type NotRevokedReason = (typeof NOT_REVOKED_REASONS)[number];

/** Stands where nothing was written, and says why in words for people. */
export interface Refusal {
  readonly reason: NotRevokedReason;
  readonly explanation: string;
}

/** What the function answers, and writes to its log as one line. */
export interface Result {
  readonly outcome: "revoked" | "already-revoked" | "not-revoked";
  readonly reason?: NotRevokedReason;
  readonly findingId: string;
  readonly findingType: string;
  readonly accountId: string;
  readonly region: string;
  /** Name of the role, where the finding names one. */
  readonly role?: string;
  /** Name of the policy; of the first one, where scope `session` needed several. */
  readonly policyName?: string;
  /** Sessions issued before this time are denied: ISO 8601, UTC. */
  readonly cutoff?: string;
  readonly scope?: Scope;
  readonly accessKeyIds?: readonly string[];
}
