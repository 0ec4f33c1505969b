import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { TerraformVariable } from "cdktf";

import { AlertTopic } from "../../../src";
import { problemsOf, statementsOf, Template, testStack } from "../../support/template";

const KEY = "arn:aws:kms:us-west-2:111122223333:key/01234567-89ab-cdef-0123-456789abcdef";

const topic = (
  props: { alertEmails?: string[]; keyArn?: string; displayName?: string; takesFindings?: boolean } = {},
) => Template.from((stack) => new AlertTopic(stack, "topic", { topicName: "alerts", ...props }));

test("the smallest use makes a topic, its policy and its key, and subscribes nobody", () => {
  expect(topic().counts).toEqual({ aws_sns_topic: 1, aws_sns_topic_policy: 1, aws_kms_key: 1, aws_kms_alias: 1 });
});

test("the topic is encrypted with the key that is made, which rotates and can be found by its alias", () => {
  // WHEN
  const template = topic();

  // THEN
  expect(template.only(SnsTopic)).toMatchObject({
    name: "alerts",
    kms_master_key_id: template.reference(KmsKey, "arn"),
  });
  expect(template.only(KmsKey)).toMatchObject({ enable_key_rotation: true, deletion_window_in_days: 7 });
  expect(template.only(KmsAlias)).toMatchObject({
    name: "alias/alerts",
    target_key_id: template.reference(KmsKey, "key_id"),
  });
});

test("EventBridge and CloudWatch may use the key, and the account's policies rule the rest", () => {
  // WHEN
  const template = topic();

  // THEN
  const account = template.dataReference(DataAwsCallerIdentity, "account_id");
  const partition = template.dataReference(DataAwsPartition, "partition");
  const use = ["kms:Decrypt", "kms:GenerateDataKey*"];
  expect(statementsOf(template.only(KmsKey)["policy"])).toEqual({
    AccountPolicies: {
      Sid: "AccountPolicies",
      Effect: "Allow",
      Principal: { AWS: `arn:${partition}:iam::${account}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    // A condition here would silently stop the mails: EventBridge sends KMS neither account nor rule.
    Findings: {
      Sid: "Findings",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: use,
      Resource: "*",
    },
    Alarms: {
      Sid: "Alarms",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: use,
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
  });
});

test("EventBridge and CloudWatch may publish, nobody else may, and only over TLS", () => {
  // WHEN
  const template = topic();

  // THEN
  const policy = template.only(SnsTopicPolicy);
  const arn = template.reference(SnsTopic, "arn");
  expect(policy["arn"]).toBe(arn);
  const statements = statementsOf(policy["policy"]);
  expect(Object.keys(statements)).toEqual(["Findings", "Alarms", "EncryptedTransportOnly"]);
  expect(statements["Findings"]).toEqual({
    Sid: "Findings",
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sns:Publish",
    Resource: arn,
  });
  expect(statements["Alarms"]).toMatchObject({
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: "sns:Publish",
    Condition: { StringEquals: { "aws:SourceAccount": template.dataReference(DataAwsCallerIdentity, "account_id") } },
  });
  expect(statements["EncryptedTransportOnly"]).toMatchObject({
    Effect: "Deny",
    Principal: "*",
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });
});

test("EventBridge may neither publish nor use the key if the topic takes no findings, and nothing else changes", () => {
  // WHEN
  const [template, others] = [topic({ takesFindings: false }), topic()];

  // THEN
  for (const type of [SnsTopicPolicy, KmsKey]) {
    const { Findings: _, ...rest } = statementsOf(others.only(type)["policy"]);
    expect(statementsOf(template.only(type)["policy"])).toEqual(rest);
  }
  expect(template.counts).toEqual(others.counts);
});

test("an existing key is used as it is", () => {
  // WHEN
  const template = topic({ keyArn: KEY });

  // THEN
  expect(template.only(SnsTopic)["kms_master_key_id"]).toBe(KEY);
  expect(template.counts).toEqual({ aws_sns_topic: 1, aws_sns_topic_policy: 1 });
});

test("each address is subscribed once", () => {
  // WHEN
  const template = topic({ alertEmails: ["a@example.com", "b.c+d@sub.example.org"] });

  // THEN
  const arn = template.reference(SnsTopic, "arn");
  expect(template.all(SnsTopicSubscription)).toEqual([
    expect.objectContaining({ topic_arn: arn, protocol: "email", endpoint: "a@example.com" }),
    expect.objectContaining({ topic_arn: arn, protocol: "email", endpoint: "b.c+d@sub.example.org" }),
  ]);
});

test("a subscriber can have the reports alone that its filter policy chooses", () => {
  // WHEN
  const template = Template.from((stack) => {
    new AlertTopic(stack, "topic", { topicName: "alerts" }).subscribe("pager", {
      protocol: "https",
      endpoint: "https://pager.example.com",
      filterPolicy: { "needs-a-person": ["true"], severity: [{ numeric: [">=", 7] }] },
    });
  });

  // THEN
  expect(JSON.parse(template.only(SnsTopicSubscription)["filter_policy"])).toEqual({
    "needs-a-person": ["true"],
    severity: [{ numeric: [">=", 7] }],
  });
});

test("a subscriber gets messages without an envelope, and confirms by itself, if it says so", () => {
  // WHEN
  const template = Template.from((stack) => {
    new AlertTopic(stack, "topic", { topicName: "alerts" }).subscribe("pager", {
      protocol: "https",
      endpoint: "https://pager.example.com",
      rawMessageDelivery: true,
      endpointAutoConfirms: true,
    });
  });

  // THEN
  expect(template.only(SnsTopicSubscription)).toMatchObject({
    raw_message_delivery: true,
    endpoint_auto_confirms: true,
  });
});

test("an address that only Terraform knows is passed on", () => {
  // WHEN
  const template = Template.from((stack) => {
    const address = new TerraformVariable(stack, "address", { type: "string" });
    new AlertTopic(stack, "topic", { topicName: "alerts", alertEmails: [address.stringValue] });
  });

  // THEN
  expect(template.only(SnsTopicSubscription)["endpoint"]).toBe("${var.address}");
});

test("rejects everything that is not an address, and what is named twice, in one error", () => {
  // WHEN
  const alertEmails = ["a@example.com", "nobody", "a b@example.com", "a@localhost", "a@example.com"];
  const problems = problemsOf(() => new AlertTopic(testStack(), "topic", { topicName: "alerts", alertEmails }));

  // THEN
  const expected = "must be an e-mail address such as security@example.com";
  expect(problems).toEqual([
    "test/topic: invalid props:",
    `  - alertEmails[1]: ${expected}; received "nobody"`,
    `  - alertEmails[2]: ${expected}; received "a b@example.com"`,
    `  - alertEmails[3]: ${expected}; received "a@localhost"`,
    '  - alertEmails[4]: must be named once; received "a@example.com"',
  ]);
});

test("rejects a name that SNS would not accept, and a key by its alias", () => {
  expect(
    problemsOf(() => new AlertTopic(testStack(), "topic", { topicName: "on call", keyArn: "alias/alerts" })),
  ).toEqual([
    "test/topic: invalid props:",
    '  - topicName: must be 1 to 246 of A-Z a-z 0-9 - _; received "on call"',
    '  - keyArn: must be the ARN of a KMS key, not of an alias; received "alias/alerts"',
  ]);
});

test("throws when Terraform would evaluate a subscriber's endpoint", () => {
  const topic = new AlertTopic(testStack(), "topic", { topicName: "alerts" });
  expect(
    problemsOf(() => topic.subscribe("pager", { protocol: "https", endpoint: "https://example.com/${x}" })),
  ).toEqual([
    "test/topic: invalid props:",
    '  - endpoint: must be a text without ${ and %{, which Terraform would evaluate; received "https://example.com/${x}"',
  ]);
});

test("mails come from a name that people can read, or from one that is given", () => {
  expect(topic().only(SnsTopic)).toMatchObject({ display_name: "GuardDuty response" });
  expect(topic({ displayName: "Security of Acme" }).only(SnsTopic)).toMatchObject({ display_name: "Security of Acme" });
});

test.each(["", "x".repeat(101), "Sécurité", "two\nlines", "${terraform.workspace}"])(
  "throws when SNS does not accept the display name %j, or Terraform would evaluate it",
  (displayName) => {
    expect(problemsOf(() => topic({ displayName }))).toEqual([
      "test/topic: invalid props:",
      expect.stringMatching(
        /^ {2}- displayName: must be 1 to 100 printable ASCII characters, without \$\{ and %\{; received/,
      ),
    ]);
  },
);

test("a check looks at every subscription, however it was added", () => {
  // WHEN
  const template = Template.from((stack) => {
    const made = new AlertTopic(stack, "topic", { topicName: "alerts", alertEmails: ["a@example.com"] });
    made.subscribe("pager", { protocol: "https", endpoint: "https://pager.example.com" });
  });

  // THEN
  const [{ assert }, ...others] = Object.values<any>(template.section("check"));
  expect(others).toEqual([]);
  for (const address of Object.keys(template.blocks).filter((each) => each.includes("aws_sns_topic_subscription"))) {
    expect(assert[0].condition).toContain(address.replace("resource.", ""));
  }
  expect(assert[0].condition).toMatch(
    /^\$\{length\(\[for subscription in \[\S+, \S+\] : subscription\.endpoint if subscription\.pending/,
  );
});

test("there is no check when nobody is subscribed", () => {
  expect(topic().section("check")).toBeUndefined();
});
