import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { type TerraformStack, TerraformVariable } from "cdktf";

import { ArnTarget, FailureQueue, FindingRule, type IFindingRule } from "../../../src";
import { problemsOf, statementsOf, Template, testStack } from "../../support/template";

const TOPIC = "arn:aws:sns:us-west-2:111122223333:alerts";

function makeRule(stack: TerraformStack, findingPattern?: object): FindingRule {
  const failureQueue = new FailureQueue(stack, "queue", { queueName: "not-handled" });
  return new FindingRule(stack, "rule", {
    ruleName: "findings",
    description: "Findings",
    findingPattern,
    failureQueue,
  });
}

test("a rule matches GuardDuty's findings, narrowed by the pattern of the finding", () => {
  // WHEN
  const template = Template.from((stack) => makeRule(stack, { type: [{ prefix: "Recon:" }] }));

  // THEN
  const rule = template.only(CloudwatchEventRule);
  expect(rule).toMatchObject({ name: "findings", description: "Findings" });
  expect(JSON.parse(rule["event_pattern"])).toEqual({
    source: ["aws.guardduty"],
    "detail-type": ["GuardDuty Finding"],
    detail: { type: [{ prefix: "Recon:" }] },
  });
});

test("a rule without a pattern matches every finding", () => {
  // WHEN
  const template = Template.from((stack) => makeRule(stack));

  // THEN
  const pattern = JSON.parse(template.only(CloudwatchEventRule)["event_pattern"]);
  expect(Object.keys(pattern)).toEqual(["source", "detail-type"]);
});

test("a target has a bounded retry policy and the queue behind it", () => {
  // WHEN
  const template = Template.from((stack) => makeRule(stack).addTarget("topic", new ArnTarget(TOPIC)));

  // THEN
  const target = template.only(CloudwatchEventTarget);
  expect(target).toMatchObject({
    rule: template.reference(CloudwatchEventRule, "name"),
    target_id: "topic",
    arn: TOPIC,
    retry_policy: { maximum_event_age_in_seconds: 3600, maximum_retry_attempts: 185 },
    dead_letter_config: { arn: template.reference(SqsQueue, "arn") },
  });
  expect(target).not.toHaveProperty("input_transformer");
});

test("a target with a message gets what the transformer makes of the event", () => {
  // GIVEN
  const message = { inputPaths: { type: "$.detail.type" }, inputTemplate: '"Finding: <type>"' };

  // WHEN
  const template = Template.from((stack) => makeRule(stack).addTarget("topic", new ArnTarget(TOPIC, { message })));

  // THEN
  expect(template.json).toHaveResourceWithProperties(CloudwatchEventTarget, {
    input_transformer: { input_paths: message.inputPaths, input_template: message.inputTemplate },
  });
});

test("a target that needs a role is delivered to as that role", () => {
  // GIVEN
  const bus = "arn:aws:events:us-west-2:111122223333:event-bus/security";
  const roleArn = "arn:aws:iam::123456789012:role/deliver";

  // WHEN
  const template = Template.from((stack) => makeRule(stack).addTarget("bus", new ArnTarget(bus, { roleArn })));

  // THEN
  expect(template.only(CloudwatchEventTarget)).toMatchObject({ arn: bus, role_arn: roleArn });
});

test("a target is bound to the rule that it is added to", () => {
  // GIVEN
  const stack = testStack();
  const rule = makeRule(stack);
  const bound: IFindingRule[] = [];

  // WHEN
  rule.addTarget("custom", {
    bind(to) {
      bound.push(to);
      return { arn: TOPIC };
    },
  });

  // THEN
  expect(bound).toEqual([rule]);
  expect(Template.of(stack).only(CloudwatchEventTarget)["arn"]).toBe(TOPIC);
});

test("the queue accepts undeliverable events of this rule only", () => {
  // WHEN
  const template = Template.from((stack) => makeRule(stack));

  // THEN
  const { UndeliverableEvents } = statementsOf(template.only(SqsQueue)["policy"]);
  expect(UndeliverableEvents).toMatchObject({
    Principal: { Service: "events.amazonaws.com" },
    Condition: { ArnEquals: { "aws:SourceArn": [template.reference(CloudwatchEventRule, "arn")] } },
  });
});

test("a rule has room for five targets", () => {
  // WHEN
  const template = Template.from((stack) => {
    const rule = makeRule(stack);
    for (let number = 1; number <= 5; number++) rule.addTarget(`target-${number}`, new ArnTarget(TOPIC));
  });

  // THEN
  expect(template.counts).toMatchObject({ aws_cloudwatch_event_target: 5 });
});

test("throws on the sixth target, naming rule and target", () => {
  // GIVEN
  const rule = makeRule(testStack());
  for (let number = 1; number <= 5; number++) rule.addTarget(`target-${number}`, new ArnTarget(TOPIC));

  // THEN
  expect(() => rule.addTarget("target-6", new ArnTarget(TOPIC))).toThrow(
    'test/rule: must have at most 5 targets; received "target-6" as one more',
  );
});

test("throws when EventBridge would not accept the name", () => {
  const failureQueue = new FailureQueue(testStack(), "queue", { queueName: "not-handled" });
  expect(() => new FindingRule(failureQueue, "rule", { ruleName: "my rule", description: "", failureQueue })).toThrow(
    'ruleName: must be 1 to 64 of A-Z a-z 0-9 . - _; received "my rule"',
  );
});

test.each<[string, string, ArnTarget]>([
  ["id", "a b", new ArnTarget(TOPIC)],
  ["arn", "x", new ArnTarget("topic")],
  ["roleArn", "x", new ArnTarget(TOPIC, { roleArn: "deliver" })],
  ["message", "x", new ArnTarget(TOPIC, { message: { inputPaths: {}, inputTemplate: '"${x}"' } })],
])("throws when the %s of a target is invalid", (prop, id, target) => {
  const rule = makeRule(testStack());
  expect(problemsOf(() => rule.addTarget(id, target))[1]).toMatch(new RegExp(`^ {2}- ${prop}: must be `));
});

test.each([{ description: "100 %{x}" }, { findingPattern: { type: ["${x}"] } }])(
  "rejects %j, which Terraform would evaluate",
  (props) => {
    const failureQueue = new FailureQueue(testStack(), "queue", { queueName: "not-handled" });
    const make = () =>
      new FindingRule(failureQueue, "rule", { ruleName: "rule", description: "", failureQueue, ...props });
    expect(problemsOf(make)[1]).toMatch(/^ {2}- \w+: must be a text without \$\{ and %\{/);
  },
);

describe("a failure queue", () => {
  const elsewhere = (stack: TerraformStack, region: string) =>
    new AwsProvider(stack, "elsewhere", { alias: "elsewhere", region });
  const ruleWith = (stack: TerraformStack, provider: AwsProvider) => {
    const failureQueue = new FailureQueue(stack, "queue", { queueName: "not-handled", provider });
    return new FindingRule(stack, "rule", { ruleName: "findings", description: "Findings", failureQueue });
  };

  test("rejects a rule of another region, which EventBridge would refuse", () => {
    const stack = testStack();
    expect(problemsOf(() => ruleWith(stack, elsewhere(stack, "eu-west-1")))).toEqual([
      "test/rule: invalid props:",
      `  - failureQueue: must be in the rule's region, us-west-2; received "eu-west-1"`,
    ]);
  });

  test("serves a rule of the same region, whatever the provider, or of a region that only Terraform knows", () => {
    const [known, unknown] = [testStack(), testStack()];
    const region = new TerraformVariable(unknown, "region", { type: "string" }).stringValue;
    expect(() => ruleWith(known, elsewhere(known, "us-west-2"))).not.toThrow();
    expect(() => ruleWith(unknown, elsewhere(unknown, region))).not.toThrow();
  });
});
