import type { Deployment } from "../../local-aws/terraform/deployment";
import { Scope } from "../../src/contract/environment";
import type { Claim } from "./claim";
import { functionVariable } from "./function-variable";
import type { Scene } from "./scene";
import { type ShortenedWait, shortenWait } from "./verification-wait";

/** Where a rehearsal is played, and with which settings. */
export interface Stage {
  readonly accountId: string;
  readonly region: string;
  /** What the deployment revokes at the first theft. */
  readonly scope: Scope;
  /** What it revokes from the second theft of one instance on. */
  readonly repeatScope: Scope;
  readonly wait: ShortenedWait;
  readonly startedAt: Date;
}

/** The stage that a deployment makes, now. */
export function stageOf(deployment: Deployment): Stage {
  const { accountId, region, functions } = deployment;
  const [first] = functions;
  const scope = ((first && functionVariable(first, "SCOPE")) ?? Scope.ROLE) as Scope;
  const repeatScope = ((first && functionVariable(first, "REPEAT_SCOPE")) ?? scope) as Scope;
  return { accountId, region, scope, repeatScope, wait: shortenWait(deployment), startedAt: new Date() };
}

/** A rehearsal that was played to its end, or to the first scene with a claim that does not hold. */
export interface Run extends Stage {
  readonly scenes: readonly Scene[];
  /** How long synthesizing took; 0 if the output was there already. */
  readonly synthesisMilliseconds: number;
  readonly milliseconds: number;
}

/** Tells of a rehearsal while it is played. */
export interface Telling {
  begin(stage: Stage): void;
  scene(scene: Scene, number: number): void;
  end(run: Run): void;
}

/** What the rehearsal was to prove. */
export const claimsOf = ({ scenes }: Run): Claim[] => scenes.flatMap(({ claims }) => claims);

/** Whether every claim holds. */
export const holds = (run: Run): boolean => claimsOf(run).every((claim) => claim.holds);
