import { Scope } from "../../src/contract/environment";

/** The siege: for hours a thief steals new credentials of one instance, again and again, and GuardDuty sees each of them at once. */
export const SIEGE = {
  minutes: 360,
  minutesBetweenThefts: 10,
  /** Other instances with the role, none of which is robbed. */
  healthyInstances: 6,
  minutesBetweenCalls: 5,
  /** How long a healthy instance uses the credentials that it has. */
  minutesBetweenRenewals: 60,
} as const;

export const SIEGE_HOURS = SIEGE.minutes / 60;

/** What a deployment revokes, at the first theft and at further ones. */
export interface ScopeSettings {
  readonly scope: Scope;
  readonly repeatScope: Scope;
}

/** The settings that are compared. */
export const COMPARED: readonly ScopeSettings[] = [
  { scope: Scope.ROLE, repeatScope: Scope.ROLE },
  { scope: Scope.ROLE, repeatScope: Scope.INSTANCE },
  { scope: Scope.SESSION, repeatScope: Scope.SESSION },
  { scope: Scope.INSTANCE, repeatScope: Scope.INSTANCE },
];

/** What the siege did under some settings. */
export interface Course extends ScopeSettings {
  /** What became of the healthy instances' calls: one entry for each moment at which they all call. */
  readonly calls: readonly { readonly minute: number; readonly made: number; readonly denied: number }[];
  /** The thefts, and whether the stolen credentials worked until they were found. */
  readonly thefts: readonly { readonly minute: number; readonly worked: boolean }[];
  /** How often the function wrote a policy. */
  readonly writes: number;
  /** How many mails the function sent. */
  readonly mails: number;
}
