import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { Testing } from "cdktf";

import { readSettings } from "../../workshop/settings";
import { ResponseStack } from "../../workshop/response-stack";
import { statementsOf, Template } from "../support/template";

const ID = "0123456789abcdef0123456789abcdef";

function synthesize(context: Record<string, unknown> = {}): Template {
  return Template.of(new ResponseStack(Testing.app(), "guardduty-response", readSettings(context, {})));
}

test("everything has the name that the workshop's guide uses", () => {
  // WHEN
  const template = synthesize();

  // THEN
  expect(template.only(CloudwatchEventRule)["name"]).toBe("GuardDuty-Event-IAMUser-InstanceCredentialExfiltration");
  expect(template.only(LambdaFunction)["function_name"]).toBe(
    "GuardDuty-Example-Remediation-InstanceCredentialExfiltration",
  );
  expect(template.only(SnsTopic)["name"]).toBe("GuardDuty-Example");
  expect(template.only(IamRole)["name"]).toMatch(/^GuardDuty-Example-Revoke-\$\{data\.aws_region\..*\.id\}$/);
});

test("any AWS provider from 5.100.0 to below 7.0.0 will do, in the configured region, with tags on everything", () => {
  // WHEN
  const template = synthesize({ region: "eu-central-1" });

  // THEN
  expect(template.section("terraform")).toMatchObject({
    required_providers: { aws: { source: "aws", version: ">= 5.100.0, < 7.0.0" } },
    required_version: ">= 1.5.0",
  });
  expect(template.section("provider").aws).toEqual([
    { region: "eu-central-1", default_tags: [{ tags: { Workshop: "GuardDuty-Example" } }] },
  ]);
});

test("the lab's role, of whatever account and partition, is all that may be revoked unless configured", () => {
  // WHEN
  const template = synthesize();

  // THEN
  const { RevokeNamedRoles } = statementsOf(template.only(IamRolePolicy)["policy"]);
  expect(RevokeNamedRoles!.Resource).toEqual([
    expect.stringMatching(/^arn:\$\{.*partition\}:iam::\$\{.*account_id\}:role\/GuardDuty-Example-EC2-Compromised$/),
  ]);
});

test("the settings reach the function and the topic", () => {
  // WHEN
  const template = synthesize({
    alertEmails: ["security@example.com"],
    revocableRoles: "tag:team=web",
    protectedRoles: ["arn:aws:iam::123456789012:role/break-glass"],
    response: "notify-only",
    scope: "session",
    minimumSeverity: 4,
    severityOverrides: { "Recon:IAMUser/TorIPCaller": 8 },
    alertSeverity: 5,
    verifyAfterSeconds: 3,
    activity: false,
  });

  // THEN
  expect(template.only(SnsTopicSubscription)["endpoint"]).toBe("security@example.com");
  expect(template.only(LambdaFunction)["environment"].variables).toMatchObject({
    RESPONSE: "notify-only",
    SCOPE: "session",
    MINIMUM_SEVERITY: "4",
    SEVERITY_OVERRIDES: '{"Recon:IAMUser/TorIPCaller":8}',
    REVOCABLE_ROLES: '{"tag":{"key":"team","value":"web"}}',
    PROTECTED_ROLES: expect.stringContaining("role/break-glass"),
    VERIFY_AFTER_SECONDS: "3",
    ACTIVITY: "false",
  });
  expect(template.counts["aws_cloudwatch_event_rule"]).toBe(2);
});

test.each<[string, number, object | undefined]>([
  ["create", 1, undefined],
  ["none", 0, undefined],
  ["lookup", 0, {}],
  [ID, 0, { id: ID }],
])("the detector %s: %i made", (detector, made, lookedUp) => {
  // WHEN
  const template = synthesize({ detector });

  // THEN
  expect(template.counts["aws_guardduty_detector"] ?? 0).toBe(made);
  const found = Object.values(template.section("data")["aws_guardduty_detector"] ?? {});
  expect(found).toEqual(lookedUp ? [expect.objectContaining(lookedUp)] : []);
});

test("the outputs name what a person looks for", () => {
  // WHEN
  const outputs = synthesize().section("output") as Record<string, { description: string }>;

  // THEN
  expect(Object.keys(outputs).sort()).toEqual([
    "failure_queue_url",
    "function_name",
    "function_role_arn",
    "rule_name",
    "topic_arn",
  ]);
  for (const { description } of Object.values(outputs)) expect(description).toMatch(/\w+/);
});
