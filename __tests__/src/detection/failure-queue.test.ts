import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";

import { FailureQueue } from "../../../src";
import { problemsOf, statementsOf, Template } from "../../support/template";

const RULES = ["arn:aws:events:us-west-2:111122223333:rule/one", "arn:aws:events:us-west-2:111122223333:rule/two"];

test("what failed is kept for 14 days, encrypted", () => {
  // WHEN
  const template = Template.from((stack) => new FailureQueue(stack, "queue", { queueName: "not-handled" }));

  // THEN
  expect(template.json).toHaveResourceWithProperties(SqsQueue, {
    name: "not-handled",
    message_retention_seconds: 1_209_600,
    sqs_managed_sse_enabled: true,
  });
  expect(template.counts).toEqual({ aws_sqs_queue: 1 });
});

test("a queue of no rule takes nothing from EventBridge, and nothing without TLS", () => {
  // WHEN
  const template = Template.from((stack) => new FailureQueue(stack, "queue", { queueName: "not-handled" }));

  // THEN
  const statements = statementsOf(template.only(SqsQueue)["policy"]);
  expect(Object.keys(statements)).toEqual(["EncryptedTransportOnly"]);
  expect(statements["EncryptedTransportOnly"]).toMatchObject({
    Effect: "Deny",
    Principal: "*",
    Action: "sqs:*",
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });
});

test("EventBridge may leave what it could not deliver for the rules that were named, however late", () => {
  // WHEN
  const template = Template.from((stack) => {
    const queue = new FailureQueue(stack, "queue", { queueName: "not-handled" });
    for (const rule of RULES) queue.acceptFrom(rule);
  });

  // THEN
  const { UndeliverableEvents } = statementsOf(template.only(SqsQueue)["policy"]);
  expect(UndeliverableEvents).toMatchObject({
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Condition: { ArnEquals: { "aws:SourceArn": RULES } },
  });
});

test("the policy names the queue by its own ARN, without a circle in Terraform's graph", () => {
  // WHEN
  const template = Template.from((stack) => new FailureQueue(stack, "queue", { queueName: "not-handled" }));

  // THEN
  const { policy } = template.only(SqsQueue);
  expect(policy).not.toContain("aws_sqs_queue.");
  expect(statementsOf(policy)["EncryptedTransportOnly"]!.Resource).toMatch(
    /^arn:\$\{.*\}:sqs:\$\{.*\}:\$\{.*\}:not-handled$/,
  );
});

test("throws when SQS would not accept the name", () => {
  expect(
    problemsOf(() => Template.from((stack) => new FailureQueue(stack, "queue", { queueName: "not handled" }))),
  ).toEqual([
    "test/queue: invalid props:",
    '  - queueName: must be 1 to 80 of A-Z a-z 0-9 - _; received "not handled"',
  ]);
});
