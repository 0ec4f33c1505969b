import type { Scope } from "../../src/contract/environment";
import type { NotRevokedReason } from "../../src/contract/reasons";

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
