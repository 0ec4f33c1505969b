import { CREDENTIAL_EXFILTRATION_TYPES } from "../../../src/contract/finding-kinds";
import { usableConfiguration } from "../../configuration";
import type { Deployed } from "../../deployed";
import { APPLY, type Judgement, unlessWrong, wrong } from "../result";

/** A rule of EventBridge that has the function among its targets. */
export interface ReadRule {
  readonly name: string;
  readonly arn: string;
  /** Name of its event bus; undefined if it is on the default one. */
  readonly busName?: string;
  readonly enabled: boolean;
  /** JSON. */
  readonly pattern: string;
  readonly targets: readonly ReadTarget[];
}

export interface ReadTarget {
  readonly id: string;
  readonly arn: string;
  /** The role that EventBridge delivers with, if the target needs one. */
  readonly roleArn?: string;
  /** The queue for events that could not be delivered. */
  readonly deadLetterQueueArn?: string;
}

/** The findings that the deployment handles reach the function and people, and what cannot be delivered is kept. */
export function judgeRules(rules: readonly ReadRule[], deployed: Deployed): readonly Judgement[] {
  const findings = furtherFindings(deployed);
  const further = findings.length === 0 ? "" : `, and of ${findings.join(", ")}`;
  const names = rules.map(({ name }) => name).join(", ");
  return unlessWrong(
    `${names}: enabled, matching findings of stolen role credentials${further}`,
    ruleProblems(rules, deployed),
  );
}

/** What is wrong with the rules of one event bus that have the function as a target. */
export function ruleProblems(rules: readonly ReadRule[], deployed: Deployed): readonly Judgement[] {
  const { functionName, region } = deployed;
  const rule = rules.find(({ pattern }) => matchesTheft(pattern)) ?? rules[0];
  if (!rule) return [wrong(`no rule of EventBridge has the function ${functionName} as a target`, APPLY)];
  const problems: Judgement[] = [];
  if (!matchesTheft(rule.pattern)) {
    problems.push(
      wrong(
        `the rule ${rule.name} does not match every finding of stolen role credentials: its pattern is ${rule.pattern}`,
        `aws events put-rule --region ${region} ${named(rule)} --event-pattern '${JSON.stringify(THEFT)}'`,
      ),
    );
  }
  for (const each of rules.filter(({ enabled }) => !enabled)) {
    problems.push(
      wrong(
        `the rule ${each.name} is disabled: nothing is mailed or revoked`,
        `aws events enable-rule --region ${region} ${named(each)}`,
      ),
    );
  }
  const ofFurther = new Set<ReadRule>();
  for (const type of furtherFindings(deployed)) {
    const matching = rules.find(({ pattern }) => matchesAll(pattern, [type]));
    if (matching) ofFurther.add(matching);
    else problems.push(wrong(`no rule matches findings of ${type}, which the function is deployed to handle`, APPLY));
  }
  return [...problems, ...[...new Set([rule, ...ofFurther])].flatMap((each) => targetProblems(each, deployed))];
}

const named = ({ name, busName }: ReadRule): string => `--name ${name}${busName ? ` --event-bus-name ${busName}` : ""}`;

const furtherFindings = (deployed: Deployed): readonly string[] => usableConfiguration(deployed)?.findings ?? [];

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

const matchesTheft = (pattern: string): boolean => matchesAll(pattern, CREDENTIAL_EXFILTRATION_TYPES);

/** Whether a pattern matches every finding of some types, given by what they begin with: it may match further types. */
function matchesAll(pattern: string, types: readonly string[]): boolean {
  const { detail, ...envelope } = JSON.parse(pattern) as Record<string, unknown>;
  const { detail: _, ...expectedEnvelope } = THEFT;
  if (sorted(envelope) !== sorted(expectedEnvelope)) return false;
  if (detail === undefined) return true;
  const { type, ...further } = detail as Record<string, unknown>;
  if (!Array.isArray(type) || Object.keys(further).length > 0) return false;
  const prefixes = type.flatMap((entry: { prefix?: string }) => entry?.prefix ?? []);
  return types.every((each) => prefixes.some((prefix) => each.startsWith(prefix)));
}

/** Whether a pattern matches every finding of GuardDuty. */
export const matchesEveryFinding = (pattern: string): boolean =>
  (JSON.parse(pattern) as { detail?: unknown }).detail === undefined && matchesAll(pattern, []);

const sorted = (value: Record<string, unknown>): string => JSON.stringify(Object.entries(value).sort());
