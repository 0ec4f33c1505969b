import type { Scope } from "./environment";
import type { NotRevokedReason } from "./reasons";

/** What became of what one finding says of one role: the larger part of a log line. */
export type Outcome = RevokedOutcome | NotRevokedOutcome;

/** What the function returns: of an attack sequence with several roles the worst outcome, and those of the others. */
export type Result = Outcome & { readonly others?: readonly Outcome[] };

interface HandledFinding {
  readonly findingId: string;
  readonly findingType: string;
  /** The account that the finding is about. */
  readonly accountId: string;
  readonly region: string;
  /** Name of the role; undefined if the finding names none. */
  readonly role?: string;
  /** Name of the policy; of the first one if scope `session` needed several. */
  readonly policyName?: string;
  /** The scope in force, which can be wider than the one that is configured. */
  readonly scope?: Scope;
  readonly accessKeyIds?: readonly string[];
  /** The member account that the function acted in; undefined if it acted in its own, or in none. */
  readonly actedIn?: string;
  /** ARN of the role of that account by which it acted. */
  readonly memberRole?: string;
  /**
   * Whether a person has to act: stolen credentials may still work, somebody works against the revocation, or the incident's event
   * was not sent.
   */
  readonly needsPerson: boolean;
  /** What became of the incident's event: one that was not sent is in the log. Undefined if there was none to send. */
  readonly event?: "sent" | "not-sent";
}

/** Every stolen session of the role is denied: by this invocation, or by an earlier one. */
export interface RevokedOutcome extends HandledFinding {
  readonly outcome: "revoked" | "already-revoked";
  /** Sessions issued before this time are denied, the latest of several policies': ISO 8601, UTC. */
  readonly cutoff: string;
}

/** At least one stolen session is not denied. */
export interface NotRevokedOutcome extends HandledFinding {
  readonly outcome: "not-revoked";
  readonly reason: NotRevokedReason;
}

/** How far a policy is known to be in place. */
export const VERIFICATION_STATES = [
  "verified",
  "restored",
  "not-kept",
  "role-gone",
  "unverified",
  "not-asked",
] as const;
export type VerificationState = (typeof VERIFICATION_STATES)[number];

/**
 * The line of JSON that the function logs for each finding it has handled, and for each role of an attack sequence. Metric filters, the dashboard and the
 * rehearsal read its fields.
 */
export type OutcomeLine = Outcome & {
  readonly level: "INFO";
  readonly timestamp: string;
  readonly message: typeof OUTCOME_MESSAGE;
  /** Seconds from when GuardDuty last saw the credentials used to the write that denies them. */
  readonly secondsToRevoke?: number;
  readonly verification?: VerificationState;
  /** What the stolen credentials were used for; undefined if CloudTrail was not asked, or could not be. */
  readonly activity?: ActivityCounts;
  /** What became of the sessions that the stolen credentials started; undefined if they are not followed. */
  readonly followed?: FollowedCounts;
};

/** How many of the sessions that stolen credentials started are denied, of whichever role. */
export interface FollowedCounts {
  readonly denied: number;
  /** Those that still work. */
  readonly notDenied: number;
}

/** How much CloudTrail knew of what stolen credentials were used for. */
export interface ActivityCounts {
  readonly calls: number;
  readonly denied: number;
  /** Calls that created or changed something. */
  readonly changes: number;
  /** Sessions of roles that were started. */
  readonly sessions: number;
  /** Whether every event was seen that had been delivered in the regions that were asked. */
  readonly complete: boolean;
}

/** What tells the outcome line from the other lines of the log. */
export const OUTCOME_MESSAGE = "finding handled";

type Fields<Line> = Line extends unknown ? keyof Line : never;

/** Name of a field of the outcome line. */
export type OutcomeField = Fields<OutcomeLine>;

/** A field of the outcome line, as CloudWatch's filter patterns address it. */
export const outcomeField = (name: OutcomeField): string => `$.${name}`;
