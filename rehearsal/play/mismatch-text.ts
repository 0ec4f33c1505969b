import type { RuleOutcome } from "../../local-aws/deployment/local-deployment";
import type { Mismatch } from "../../local-aws/eventbridge/event-pattern";
import type { DeployedRule } from "../../local-aws/terraform/deployment";

/** What the rules did not find as they want it; those on events of another source count only if there are no others. */
export function mismatchesOf(
  outcomes: readonly RuleOutcome[],
): { rule: DeployedRule; mismatches: readonly Mismatch[] }[] {
  const all = outcomes.map(({ rule, match }) => ({ rule, mismatches: match.matched ? [] : match.mismatches }));
  const ofItsSource = all.filter(({ mismatches }) => mismatches.every(({ field }) => field !== "source"));
  return ofItsSource.length > 0 ? ofItsSource : all;
}

/** Why none of the rules matched an event, in one line for each. */
export function explainMismatches(outcomes: readonly RuleOutcome[]): string {
  if (outcomes.length === 0) return "there is no rule";
  return mismatchesOf(outcomes)
    .map(({ rule, mismatches }) => {
      const reasons = mismatches.map(({ field, accepted, seen }) => {
        const values = seen.length === 0 ? "is missing" : `is ${seen.map((value) => JSON.stringify(value)).join(", ")}`;
        return `${field} ${values}; accepted: ${accepted.join(", ")}`;
      });
      return `${rule.name}: ${reasons.join(" and ")}`;
    })
    .join("\n");
}
