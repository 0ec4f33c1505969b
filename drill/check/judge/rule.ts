import { CREDENTIAL_EXFILTRATION_TYPES } from "../../../src/contract/finding-kinds";
import type { Deployed } from "../../deployed";
import { APPLY, type Judgement, unlessWrong, wrong } from "../result";

/** A rule of the default event bus that has the function among its targets. */
export interface ReadRule {
  readonly name: string;
  readonly arn: string;
  readonly enabled: boolean;
  /** JSON. */
  readonly pattern: string;
  readonly targets: readonly ReadTarget[];
}

export interface ReadTarget {
  readonly id: string;
  readonly arn: string;
  /** The queue for events that could not be delivered. */
  readonly deadLetterQueueArn?: string;
}

/** Findings of stolen role credentials reach the function and people, and what cannot be delivered is kept. */
export function judgeRules(rules: readonly ReadRule[], deployed: Deployed): readonly Judgement[] {
  const { functionName, region } = deployed;
  const rule = rules.find(({ pattern }) => matchesTheft(pattern)) ?? rules[0];
  if (!rule) return [wrong(`no rule of EventBridge has the function ${functionName} as a target`, APPLY)];
  const problems: Judgement[] = [];
  if (!matchesTheft(rule.pattern)) {
    problems.push(
      wrong(
        `the rule ${rule.name} does not match every finding of stolen role credentials: its pattern is ${rule.pattern}`,
        `aws events put-rule --region ${region} --name ${rule.name} --event-pattern '${JSON.stringify(THEFT)}'`,
      ),
    );
  }
  for (const each of rules.filter(({ enabled }) => !enabled)) {
    problems.push(
      wrong(
        `the rule ${each.name} is disabled: nothing is mailed or revoked`,
        `aws events enable-rule --region ${region} --name ${each.name}`,
      ),
    );
  }
  return unlessWrong(`the rule ${rule.name} is enabled and matches findings of stolen role credentials`, [
    ...problems,
    ...targetProblems(rule, deployed),
  ]);
}

function targetProblems(rule: ReadRule, { environment, region }: Deployed): Judgement[] {
  const topicArn = environment["TOPIC_ARN"];
  const problems: Judgement[] = [];
  if (!rule.targets.some(({ arn }) => arn === topicArn)) {
    problems.push(wrong(`the rule ${rule.name} does not alert the topic ${topicArn}`, APPLY));
  }
  for (const { id, deadLetterQueueArn } of rule.targets) {
    if (deadLetterQueueArn) continue;
    problems.push(
      wrong(`the target ${id} of the rule ${rule.name} in ${region} has no queue for what cannot be delivered`, APPLY),
    );
  }
  return problems;
}

/** The pattern of the response's rule. */
const THEFT = {
  source: ["aws.guardduty"],
  "detail-type": ["GuardDuty Finding"],
  detail: { type: CREDENTIAL_EXFILTRATION_TYPES.map((prefix) => ({ prefix })) },
};

/** Whether a pattern matches every finding that the response's rule matches: it may match further types. */
function matchesTheft(pattern: string): boolean {
  const { detail, ...envelope } = JSON.parse(pattern) as Record<string, unknown>;
  const { detail: expected, ...expectedEnvelope } = THEFT;
  if (sorted(envelope) !== sorted(expectedEnvelope)) return false;
  const { type, ...further } = (detail ?? {}) as Record<string, unknown>;
  if (!Array.isArray(type) || Object.keys(further).length > 0) return false;
  const prefixes = new Set(type.map((entry) => JSON.stringify(entry)));
  return expected.type.every((entry) => prefixes.has(JSON.stringify(entry)));
}

const sorted = (value: Record<string, unknown>): string => JSON.stringify(Object.entries(value).sort());
