import type { OutcomeLine } from "../../src/contract/outcome-line";

/** What a drill of the wiring does in the account that it is run in. */
export interface WiringAccount {
  /** Has GuardDuty make its sample of a type; false if GuardDuty has none of that type. */
  createSample(type: string): Promise<boolean>;
  /** Id of the sample of a type that GuardDuty has made, or made again, since; undefined if there is none yet. */
  sampleOf(type: string, since: Date): Promise<string | undefined>;
  /** What the function has logged about a finding; undefined if it has logged nothing since. */
  outcomeOf(findingId: string, since: Date): Promise<OutcomeLine | undefined>;
  now(): Date;
  wait(seconds: number): Promise<void>;
}
