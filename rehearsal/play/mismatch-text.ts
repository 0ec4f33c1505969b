import type { RuleOutcome } from "../../local-aws/deployment/local-deployment";

/** Why none of the rules matched an event, in one line for each. */
export function explainMismatches(outcomes: readonly RuleOutcome[]): string {
  if (outcomes.length === 0) return "there is no rule";
  return outcomes
    .map(({ rule, match }) => {
      const mismatches = match.matched ? [] : match.mismatches;
      const reasons = mismatches.map(({ field, accepted, seen }) => {
        const values = seen.length === 0 ? "is missing" : `is ${seen.map((value) => JSON.stringify(value)).join(", ")}`;
        return `${field} ${values}; accepted: ${accepted.join(", ")}`;
      });
      return `${rule.name}: ${reasons.join(" and ")}`;
    })
    .join("\n");
}
