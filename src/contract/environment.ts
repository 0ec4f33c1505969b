/** What the function does about a finding whose role may be revoked. */
export const ResponseMode = {
  /** Revoke the stolen sessions and mail what was done. */
  REVOKE: "revoke",
  /** Change nothing, and mail what a person could do. */
  NOTIFY_ONLY: "notify-only",
} as const;
export type ResponseMode = (typeof ResponseMode)[keyof typeof ResponseMode];

/** Which sessions a revocation denies. */
export const Scope = {
  /** All sessions of the role that were issued before the cut-off. */
  ROLE: "role",
  /** Only those of the compromised instances; `ROLE` if a stolen session does not belong to an instance. */
  SESSION: "session",
  /** All sessions of the compromised instances, those to come included, until a person lifts it; else as `SESSION`. */
  INSTANCE: "instance",
} as const;
export type Scope = (typeof Scope)[keyof typeof Scope];

/** A tag of a role. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Which roles may be revoked, as the function reads it: every role of the account, or those that any of the keys covers. */
export type RevocableRolesSpec = { readonly any: true } | ChosenRoles;

/** The roles that at least one of the keys covers. */
export interface ChosenRoles {
  /** The roles with these ARNs. */
  readonly arns?: readonly string[];
  /** The roles whose path begins so. */
  readonly path?: string;
  /** The roles that carry this tag. */
  readonly tag?: Tag;
}

/**
 * The environment variables of the deployed function: the contract between the construct that sets them and the
 * function that reads them. Every value is a string; `FINDINGS`, `REVOCABLE_ROLES`, `PROTECTED_ROLES`,
 * `SEVERITY_OVERRIDES` and `MEMBERS` hold JSON.
 */
export interface FunctionEnvironment {
  /** The account whose roles the function may revoke: twelve digits. */
  readonly ACCOUNT_ID: string;
  /** ARN of the topic that is told about every outcome. */
  readonly TOPIC_ARN: string;
  /** JSON array: what further types of findings begin with that are handled, besides stolen role credentials. */
  readonly FINDINGS: string;
  /** A {@link ResponseMode}. */
  readonly RESPONSE: string;
  /** A {@link Scope}. */
  readonly SCOPE: string;
  /** The {@link Scope} from the second theft of one instance on; as `SCOPE` if it is not set. */
  readonly REPEAT_SCOPE?: string;
  /** The severity from which the function acts: a number from 0 to 10. */
  readonly MINIMUM_SEVERITY: string;
  /** JSON object: the severity to assume for a finding type, in place of the finding's own. */
  readonly SEVERITY_OVERRIDES: string;
  /** JSON: a {@link RevocableRolesSpec}. */
  readonly REVOCABLE_ROLES: string;
  /**
   * JSON array of the ARNs of roles that are never revoked, as {@link protects} reads them; the function's own role is one of them.
   */
  readonly PROTECTED_ROLES: string;
  /** `key=value` of the tag that exempts a role from revocation. */
  readonly EXEMPT_TAG: string;
  /** Seconds between the write and reading it back; 0 does not read back. */
  readonly VERIFY_AFTER_SECONDS: string;
  /** Whether CloudTrail is asked what the stolen credentials were used for: `true` or `false`. */
  readonly ACTIVITY: string;
  /** Whether sessions of other roles that the stolen credentials started are revoked too: `true` or `false`. */
  readonly FOLLOW_SESSIONS: string;
  /** ARN of the event bus that is told about every incident; left out if none is. */
  readonly EVENT_BUS_ARN?: string;
  /** JSON: the {@link MembersSpec}. Left out, the function acts in its own account alone. */
  readonly MEMBERS?: string;
  /** The runbook that each mail names: its address, or where it is. */
  readonly RUNBOOK: string;
}
