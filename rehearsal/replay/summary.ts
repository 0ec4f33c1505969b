import { endingOf, outcomeOf, reasonOf } from "../play/function-result";
import { mismatchesOf } from "../play/mismatch-text";
import type { InvocationFact } from "../play/scene";
import type { Replay } from "./replay";

/** A replay in one row: for a table of many. */
export interface ReplaySummary {
  readonly file: string;
  readonly matched: boolean;
  /**
   * The function's outcome, or `failed` if it came to none; `mailed` if no function is a target, `undeliverable` if a
   * target does not take the event, `-` if no rule matches.
   */
  readonly outcome: string;
  /** The function's reason; if no rule matches, the fields that differ. */
  readonly reason: string;
  /** The setting that decided the outcome. */
  readonly hint?: string;
  readonly mailSubject?: string;
}

/** The row of a replay. */
export function summarize({ name: file, outcomes, facts }: Replay): ReplaySummary {
  const matching = outcomes.filter(({ match }) => match.matched);
  if (matching.length === 0) {
    const fields = new Set(mismatchesOf(outcomes).flatMap(({ mismatches }) => mismatches.map(({ field }) => field)));
    return { file, matched: false, outcome: "-", reason: [...fields].join(", ") };
  }
  const refused = matching.flatMap(({ deliveries }) => deliveries).find((delivery) => delivery.kind === "refused");
  if (refused) return { file, matched: true, outcome: "undeliverable", reason: refused.why };
  const invocation = facts.find((fact): fact is InvocationFact => fact.kind === "invocation");
  if (!invocation) return { file, matched: true, outcome: "mailed", reason: "no function is a target" };

  const { invoked, hint } = invocation;
  const mailSubject = invoked.mails[0]?.subject;
  const ended = outcomeOf(invoked);
  return ended
    ? { file, matched: true, outcome: ended.outcome, reason: reasonOf(ended) ?? "", hint, mailSubject }
    : { file, matched: true, outcome: "failed", reason: endingOf(invoked), mailSubject };
}
