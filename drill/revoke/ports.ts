import type { OutcomeLine } from "../../src/contract/outcome-line";

/** How AWS has answered a call. */
export type Attempt = "allowed" | "denied" | "explicitly denied";

/** A session of the role that is drilled. */
export interface DrillSession {
  readonly name: string;
  readonly accessKeyId: string;
  /** The role's unique id and the session's name, `AROA…:name`. */
  readonly principalId: string;
  /** Makes one of the account's harmless calls. */
  attempt(call: string): Promise<Attempt>;
}

/** What a drill does in the account that it is run in. */
export interface DrillAccount {
  /** ARN of who runs the drill. */
  readonly operator: string;
  /** Calls that change nothing and that a revocation denies, one of which the role should be allowed: `ec2:DescribeRegions`. */
  readonly harmlessCalls: readonly string[];
  startSession(roleArn: string, sessionName: string): Promise<DrillSession>;
  /** Names of the role's inline policies. */
  policyNames(roleName: string): Promise<readonly string[]>;
  /** The document of an inline policy; undefined if there is none. */
  policy(roleName: string, policyName: string): Promise<string | undefined>;
  removePolicy(roleName: string, policyName: string): Promise<void>;
  /** Invokes the function with an event, as EventBridge does: it waits for nothing. */
  handOver(event: Readonly<Record<string, unknown>>): Promise<void>;
  /** What the function has logged about a finding; undefined if it has logged nothing since. */
  outcomeOf(findingId: string, since: Date): Promise<OutcomeLine | undefined>;
  now(): Date;
  wait(seconds: number): Promise<void>;
}
