import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { AwsProvider, type AwsProviderConfig } from "@cdktf/provider-aws/lib/provider";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { type App, TerraformStack, TerraformVariable, Testing } from "cdktf";

import {
  ArnTarget,
  CredentialExfiltrationResponse,
  RevocableRoles,
  RevocationGuard,
  type RevocationGuardProps,
} from "../../src";
import { EventPattern } from "../../local-aws/eventbridge/event-pattern";
import { iamCallEvent, session } from "../support/iam-call-event";
import { problemsOf, statementsOf, Template, testStack } from "../support/template";

const FUNCTION_ROLE = "arn:aws:iam::123456789012:role/GuardDuty-Response-Revoke-us-west-2";
const TOPIC = "arn:aws:sns:us-east-1:123456789012:security";

function stackIn(provider: AwsProviderConfig, app: App = Testing.app(), id = "test"): TerraformStack {
  const stack = new TerraformStack(app, id);
  new AwsProvider(stack, "aws", provider);
  return stack;
}

function makeGuard(stack: TerraformStack, props: Partial<RevocationGuardProps> = {}, id = "guard"): RevocationGuard {
  return new RevocationGuard(stack, id, { functionRoleArns: [FUNCTION_ROLE], ...props });
}

function synthesize(props: Partial<RevocationGuardProps> = {}, provider: AwsProviderConfig = { region: "us-east-1" }) {
  const stack = stackIn(provider);
  makeGuard(stack, props);
  return Template.of(stack);
}

const named = (template: Template, name: string) =>
  template.all(CloudwatchEventRule).find((rule) => rule["name"] === `GuardDuty-Response-${name}`)!;

test("the smallest use makes a topic with its key, two rules on it, a queue behind them, and alarms", () => {
  expect(synthesize().counts).toEqual({
    aws_cloudwatch_event_rule: 2,
    aws_cloudwatch_event_target: 2,
    aws_cloudwatch_metric_alarm: 6,
    aws_kms_alias: 1,
    aws_kms_key: 1,
    aws_sns_topic: 1,
    aws_sns_topic_policy: 1,
    aws_sqs_queue: 1,
  });
});

test.each([
  ["RevocationChanged", undefined],
  ["RevocationChangeRefused", "AccessDenied"],
])("the rule %s matches what others do, and nothing that the functions do", (name, errorCode) => {
  // GIVEN
  const other = "arn:aws:iam::123456789012:role/GuardDuty-Response-Revoke-eu-west-1";
  const template = synthesize({ functionRoleArns: [FUNCTION_ROLE, other] });

  // WHEN
  const pattern = EventPattern.parse(named(template, name)["event_pattern"]);
  const by = (roleName: string) => pattern.match(iamCallEvent({ by: session(roleName, "x"), errorCode })).matched;

  // THEN
  expect(by("deploy")).toBe(true);
  expect(by("GuardDuty-Response-Revoke-us-west-2")).toBe(false);
  expect(by("GuardDuty-Response-Revoke-eu-west-1")).toBe(false);
});

test("a response tells the guard its role, which only Terraform knows", () => {
  // GIVEN
  const stack = stackIn({ region: "us-east-1" });
  const response = new CredentialExfiltrationResponse(stack, "response", {
    revocableRoles: RevocableRoles.anyOfAccount(),
  });

  // WHEN
  makeGuard(stack, { functionRoleArns: [response.functionRoleArn], topicArn: response.topicArn });

  // THEN
  const { detail } = JSON.parse(named(Template.of(stack), "RevocationChanged")["event_pattern"]);
  expect(detail.userIdentity.sessionContext.sessionIssuer.arn[0]["anything-but"]).toEqual([
    expect.stringMatching(/^\$\{aws_iam_role\.response_revoker_role_\w+\.arn\}$/),
  ]);
});

test("each rule mails in words of its own, and what is not delivered goes to the queue", () => {
  // WHEN
  const template = synthesize();

  // THEN
  const [changed, refused] = template.all(CloudwatchEventTarget);
  expect(changed!["input_transformer"].input_template).toContain("has removed or replaced");
  expect(refused!["input_transformer"].input_template).toContain("tried to remove or replace");
  for (const target of [changed, refused]) {
    expect(target).toMatchObject({
      arn: template.reference(SnsTopic, "arn"),
      dead_letter_config: { arn: template.reference(SqsQueue, "arn") },
      retry_policy: { maximum_event_age_in_seconds: 3_600 },
    });
  }
  const { UndeliverableEvents } = statementsOf(template.only(SqsQueue)["policy"]);
  expect((UndeliverableEvents!.Condition as any).ArnEquals["aws:SourceArn"]).toHaveLength(2);
});

test("further targets can be added to its rules", () => {
  // GIVEN
  const stack = stackIn({ region: "us-east-1" });

  // WHEN
  makeGuard(stack).changed.addTarget("cases", new ArnTarget("arn:aws:sqs:us-east-1:123456789012:cases"));

  // THEN
  expect(Template.of(stack).all(CloudwatchEventTarget)).toHaveLength(3);
});

test("alarms watch the queue and both rules, and tell the topic", () => {
  // WHEN
  const template = synthesize();

  // THEN
  const alarms = template.all(CloudwatchMetricAlarm);
  expect(alarms.map(({ alarm_name }) => alarm_name.replace("GuardDuty-Response-RevocationGuard-", "")).sort()).toEqual([
    "changed-did-not-deliver",
    "changed-lost-events",
    "events-not-handled",
    "events-still-not-handled",
    "refused-did-not-deliver",
    "refused-lost-events",
  ]);
  for (const alarm of alarms) expect(alarm["alarm_actions"]).toEqual([template.reference(SnsTopic, "arn")]);
  expect(JSON.stringify(alarms)).not.toMatch(/finding/i);
});

test("alarms can be left out", () => {
  expect(synthesize({ alarms: false }).counts).not.toHaveProperty("aws_cloudwatch_metric_alarm");
});

test("addresses are mailed; without any, a warning says that nobody is", () => {
  // GIVEN
  const warnings = (props: Partial<RevocationGuardProps>) =>
    makeGuard(stackIn({ region: "us-east-1" }), props).node.metadata.map(({ data }) => data);

  // THEN
  const alertEmails = ["security@example.com"];
  expect(synthesize({ alertEmails }).only(SnsTopicSubscription)["endpoint"]).toBe("security@example.com");
  expect(warnings({})).toEqual([expect.stringContaining("no alertEmails: nobody is mailed")]);
  expect(warnings({ alertEmails })).toEqual([]);
  expect(warnings({ topicArn: TOPIC })).toEqual([]);
});

describe("a topic that exists", () => {
  test("is used, and none is made", () => {
    // WHEN
    const template = synthesize({ topicArn: TOPIC });

    // THEN
    expect(template.counts).not.toHaveProperty("aws_sns_topic");
    expect(template.all(CloudwatchEventTarget).map(({ arn }) => arn)).toEqual([TOPIC, TOPIC]);
  });

  test("must be where the guard is, as the plan says", () => {
    // WHEN
    const { lifecycle } = named(synthesize({ topicArn: TOPIC }), "RevocationChanged");

    // THEN
    expect(lifecycle.precondition).toEqual([
      {
        condition: expect.stringMatching(/^\$\{startswith\(/),
        error_message: expect.stringMatching(/^The topic must/),
      },
    ]);
  });

  test("throws when there are addresses too", () => {
    expect(problemsOf(() => synthesize({ topicArn: TOPIC, alertEmails: ["security@example.com"] }))).toEqual([
      "test/guard: invalid props:",
      "  - alertEmails: must be left out if topicArn is given: subscribe the addresses where that topic is made",
    ]);
  });
});

describe("the region", () => {
  test.each(["us-east-1", "us-gov-west-1", "cn-north-1"])("may be %s, and no plan has to ask", (region) => {
    expect(named(synthesize({}, { region }), "RevocationChanged")).not.toHaveProperty("lifecycle");
  });

  test.each(["us-west-2", "us-gov-east-1", "cn-northwest-1", "aws-global"])("throws when it is %s", (region) => {
    expect(problemsOf(() => synthesize({}, { region }))).toEqual([
      "test/guard: invalid props:",
      "  - provider: must be of the region that has IAM's events: us-east-1, us-gov-west-1, cn-north-1, by partition; received " +
        `"${region}"; give the guard a provider of its own, with an alias`,
    ]);
  });

  test("may be that of an aliased provider, which then makes everything", () => {
    // GIVEN
    const stack = testStack();
    const provider = new AwsProvider(stack, "virginia", { alias: "virginia", region: "us-east-1" });

    // WHEN
    makeGuard(stack, { provider });

    // THEN
    const { blocks } = Template.of(stack);
    expect(Object.values(blocks).filter((block) => block["provider"] !== "aws.virginia")).toEqual([]);
  });

  test.each<[string, (stack: TerraformStack) => string | undefined]>([
    ["the environment", () => undefined],
    ["Terraform", (stack) => new TerraformVariable(stack, "region", {}).stringValue],
  ])("is checked by the plan if only %s knows it", (_, region) => {
    // GIVEN
    const stack = new TerraformStack(Testing.app(), "test");
    new AwsProvider(stack, "aws", { region: region(stack) });

    // WHEN
    makeGuard(stack);

    // THEN
    const { lifecycle } = named(Template.of(stack), "RevocationChanged");
    expect(lifecycle.precondition).toEqual([
      {
        condition: expect.stringMatching(/^\$\{\(data\.aws_region\.\S+\.id == lookup\(\{.*"aws" = "us-east-1"/s),
        error_message: expect.stringMatching(/^The guard must be in .*, which has the events of IAM; received \$\{/),
      },
    ]);
  });
});

test.each<[string, Partial<RevocationGuardProps>, string]>([
  ["no role", { functionRoleArns: [] }, "functionRoleArns: must be the ARN of at least one role"],
  [
    "roles that are left out",
    { functionRoleArns: undefined },
    "functionRoleArns: must be the ARN of at least one role",
  ],
  ["a role's name", { functionRoleArns: ["revoke"] }, "functionRoleArns[0]: must be the ARN of an IAM role"],
  [
    "more roles than a pattern holds",
    { functionRoleArns: Array.from({ length: 30 }, (_, index) => `${FUNCTION_ROLE}-${index}`) },
    "functionRoleArns: must be so few that the rules' patterns have at most 2048 characters; received 30 roles",
  ],
  ["a prefix", { prefix: "a b" }, "prefix: must be 1 to 27 letters"],
  ["a topic's name", { topicArn: "security" }, "topicArn: must be the ARN of an SNS topic"],
  ["an address", { alertEmails: ["security"] }, "alertEmails[0]: must be an e-mail address"],
])("throws when it is given %s that is not usable", (_, props, problem) => {
  const [, first, ...others] = problemsOf(() => synthesize(props));
  expect(first).toContain(problem);
  expect(others).toEqual([]);
});

test("seventeen regions, which are on unless turned off, have room in a pattern", () => {
  const functionRoleArns = Array.from(
    { length: 17 },
    (_, index) => `arn:aws:iam::123456789012:role/GuardDuty-Response-Revoke-ap-southeast-${index}`,
  );
  expect(() => synthesize({ functionRoleArns })).not.toThrow();
});

describe("a second guard of the same names", () => {
  test("throws when it is in the same place", () => {
    // GIVEN
    const stack = stackIn({ region: "us-east-1" });
    makeGuard(stack);

    // THEN
    expect(problemsOf(() => makeGuard(stack, {}, "again"))[1]).toMatch(
      /^ {2}- prefix: must differ from that of test\/guard, .*; received "GuardDuty-Response" twice/,
    );
  });

  test("is made in another account", () => {
    // GIVEN
    const app = Testing.app();
    makeGuard(stackIn({ region: "us-east-1" }, app, "one"));

    // THEN
    const another = stackIn({ region: "us-east-1", allowedAccountIds: ["222222222222"] }, app, "another");
    expect(() => makeGuard(another)).not.toThrow();
  });

  test("waits for the alias of the topic's key, which AWS refuses to make twice, with all that it would take over", () => {
    // GIVEN
    const { blocks } = synthesize();
    const ours = Object.entries(blocks)
      .filter(([address]) => address.startsWith("resource.") && !address.startsWith("resource.aws_kms_key."))
      .map(([address, block]) => [address.replace("resource.", ""), JSON.stringify(block)] as const);
    const alias = ours.find(([address]) => address.startsWith("aws_kms_alias."))![0];

    // WHEN
    const waiting = new Set([alias]);
    for (let before = 0; before < waiting.size;) {
      before = waiting.size;
      for (const [address, text] of ours) {
        if ([...waiting].some((each) => text.includes(each))) waiting.add(address);
      }
    }

    // THEN
    expect(ours.map(([address]) => address).filter((address) => !waiting.has(address))).toEqual([]);
  });
});
