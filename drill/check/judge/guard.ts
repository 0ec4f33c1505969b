import { OLD_SESSIONS_POLICY } from "../../../src/contract/policy-names";
import type { Deployed } from "../../deployed";
import { APPLY, type Judgement, unlessWrong, wrong } from "../result";
import type { ReadRule } from "./rule";

/** Whether a rule's pattern is one on policies that revoke sessions. */
export const isGuard = (pattern: string): boolean =>
  pattern.includes("DeleteRolePolicy") && pattern.includes(OLD_SESSIONS_POLICY);

/** ARNs of the topics that rules publish to. */
export const topicsOf = (rules: readonly ReadRule[]): string[] => [
  ...new Set(
    rules.flatMap(({ targets }) => targets.map(({ arn }) => arn)).filter((arn) => arn.split(":")[2] === "sns"),
  ),
];

/**
 * Who undoes a revocation is mailed, and the function's own writes are not.
 *
 * @param topics what is judged of the topics that the guard mails through.
 */
export function judgeGuard(
  rules: readonly ReadRule[],
  topics: readonly Judgement[],
  deployed: Deployed,
  region: string,
): readonly Judgement[] {
  if (rules.length === 0) {
    return [
      wrong(
        `nobody is told who undoes a revocation: there is no RevocationGuard in ${region}`,
        `deploy one in ${region}: docs/operations.md, "The guard"; or leave this out with --without guard`,
      ),
    ];
  }
  const problems: Judgement[] = topics.filter(({ holds }) => !holds);
  for (const { name, enabled, pattern, targets } of rules) {
    if (!enabled) {
      problems.push(
        wrong(`the guard's rule ${name} is disabled`, `aws events enable-rule --region ${region} --name ${name}`),
      );
    }
    if (targets.length === 0) problems.push(wrong(`the guard's rule ${name} has no target`, APPLY));
    if (!pattern.includes(`"${deployed.roleArn}"`)) {
      const what = `the guard's rule ${name} does not know the function's role, and mails each revocation as somebody else's`;
      problems.push(wrong(what, `add ${deployed.roleArn} to functionRoleArns of the guard, and apply`));
    }
  }
  return unlessWrong(`the guard in ${region} mails who undoes a revocation`, problems);
}
