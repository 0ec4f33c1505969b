import type { StartedSession } from "./activity";

/** What became of a session that was started with stolen credentials, or with those of such a session. */
export interface Followed {
  /** The latest of the sessions that share role and name: IAM does not tell them apart. */
  readonly session: StartedSession;
  /** How it was started: 1 if with the stolen credentials themselves. */
  readonly depth: number;
  readonly end: End;
}

export type End =
  /** Sessions issued before the cut-off are denied. */
  | {
      readonly kind: "denied";
      readonly cutoff: Date;
      /** The policy of its own that denies it; undefined if another one did already. */
      readonly policy?: { readonly roleName: string; readonly policyName: string };
    }
  /** It cannot be used any more. */
  | { readonly kind: "over"; readonly why: string }
  /** It still works. */
  | { readonly kind: "open"; readonly why: string };

/** The sessions that stolen credentials started, and what became of them. */
export interface Following {
  readonly sessions: readonly Followed[];
  /** Why there may be more of them; undefined if all were looked for. */
  readonly shortfall?: string;
  /** Whether there is one that people have not been told of. */
  readonly isNews: boolean;
}
