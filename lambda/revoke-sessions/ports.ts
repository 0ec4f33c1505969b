import type { KeyActivity } from "./activity";
import type { FunctionConfiguration } from "./configuration";
import type { Finding } from "./finding";
import type { Incident, RoleUse } from "./incident";
import type { Stolen } from "./stolen";
import type { Role } from "./triage";

/**
 * The roles of one account. Each call retries by itself what can pass; what it throws must be retried as a whole, but for a
 * RefusalError, which is final.
 */
export interface Roles {
  /** The role; undefined if the account has none of that name. */
  getRole(roleName: string): Promise<Role | undefined>;
  /** The document of an inline policy; undefined if there is none. */
  getRolePolicy(roleName: string, policyName: string): Promise<string | undefined>;
  /** The names of a role's inline policies. */
  listRolePolicies(roleName: string): Promise<readonly string[]>;
  /** Attaches an inline policy, in place of one of the same name. */
  putRolePolicy(roleName: string, policyName: string, document: string): Promise<void>;
}

/** What the function does in one account. */
export interface Account extends Roles {
  /** The instances of a region whose profile holds the role. */
  findRoleUse(roleName: string, region: string): Promise<readonly RoleUse[]>;
  /**
   * What credentials were used for, as far as that can be looked up in so many seconds: those of the finding, unless others are
   * given.
   */
  lookUpActivity(finding: Finding, seconds: number, stolen?: Stolen): Promise<KeyActivity>;
}

/** Everything that `respond` needs from outside. */
export interface Dependencies {
  readonly configuration: FunctionConfiguration;
  /**
   * The account that a finding is about, with credentials that may act there.
   *
   * @throws RefusalError if the account does not let the function act.
   */
  readonly accountOf: (finding: Finding) => Promise<Account>;
  /**
   * Writes the mail about an incident and sends it: in one step, because both are loaded after the policy is written.
   *
   * @param others what happened to other roles of the same finding, in the order in which they are told.
   */
  readonly report: (incident: Incident, others: readonly Incident[]) => Promise<void>;
  /**
   * Puts the event about an incident on the deployment's bus. It never throws: whoever was mailed must not be mailed again because a
   * machine could not be told.
   *
   * @returns whether the bus took it.
   */
  readonly announce: (incident: Incident) => Promise<boolean>;
  readonly now: () => Date;
  readonly wait: (seconds: number) => Promise<void>;
  /** Until the function's own deadline, at which every call is given up. */
  readonly secondsLeft: () => number;
}
