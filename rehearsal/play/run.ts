import type { Claim } from "./claim";
import type { Scene } from "./scene";
import type { ShortenedWait } from "./verification-wait";

/** Where a rehearsal is played, and with which settings. */
export interface Stage {
  readonly accountId: string;
  readonly region: string;
  /** What the deployment revokes at the first theft. */
  readonly scope: string;
  readonly wait: ShortenedWait;
  readonly startedAt: Date;
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
