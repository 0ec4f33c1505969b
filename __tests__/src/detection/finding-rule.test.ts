import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import type { TerraformStack } from "cdktf";

import { FailureQueue, FindingRule } from "../../../src";
import { statementsOf, Template, testStack } from "../../support/template";

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
  const template = Template.from((stack) => makeRule(stack).addTarget("topic", { arn: TOPIC }));

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
  const template = Template.from((stack) => makeRule(stack).addTarget("topic", { arn: TOPIC, message }));

  // THEN
  expect(template.json).toHaveResourceWithProperties(CloudwatchEventTarget, {
    input_transformer: { input_paths: message.inputPaths, input_template: message.inputTemplate },
  });
});

test("the queue takes undeliverable events of this rule only", () => {
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
    for (let number = 1; number <= 5; number++) rule.addTarget(`target-${number}`, { arn: TOPIC });
  });

  // THEN
  expect(template.counts).toMatchObject({ aws_cloudwatch_event_target: 5 });
});

test("fails on the sixth target, naming rule and target", () => {
  // GIVEN
  const rule = makeRule(testStack());
  for (let number = 1; number <= 5; number++) rule.addTarget(`target-${number}`, { arn: TOPIC });

  // THEN
  expect(() => rule.addTarget("target-6", { arn: TOPIC })).toThrow(
    'test/rule cannot have the target "target-6": a rule has at most 5 targets',
  );
});

test("fails on a name that EventBridge would not take", () => {
  const failureQueue = new FailureQueue(testStack(), "queue", { queueName: "not-handled" });
  expect(() => new FindingRule(failureQueue, "rule", { ruleName: "my rule", description: "", failureQueue })).toThrow(
    'ruleName: received "my rule"; allowed is 1 to 64 of A-Z a-z 0-9 . - _',
  );
});
