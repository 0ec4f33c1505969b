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

/** The stack, by default without the guard, which the tests at the end are about. */
function synthesize(context: Record<string, unknown> = {}): Template {
  const settings = readSettings({ guard: false, ...context }, {});
  return Template.of(new ResponseStack(Testing.app(), "guardduty-response", settings));
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
    activity: true,
    followSessions: true,
    events: true,
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
    ACTIVITY: "true",
    FOLLOW_SESSIONS: "true",
    EVENT_BUS_ARN: expect.stringMatching(/:event-bus\/default$/),
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

test("every role has the boundary that is set", () => {
  // GIVEN
  const permissionsBoundaryArn = "arn:aws:iam::123456789012:policy/boundary";
  // WHEN
  const template = synthesize({ guard: true, permissionsBoundaryArn });
  // THEN
  const roles = Object.values(template.section("resource")["aws_iam_role"] ?? {});
  expect(roles).not.toEqual([]);
  for (const role of roles) expect(role).toHaveProperty("permissions_boundary", permissionsBoundaryArn);
});

describe("the guard of revocations", () => {
  const guarded = (context: Record<string, unknown> = {}) => synthesize({ guard: true, ...context });
  const ofGuard = (template: Template) =>
    Object.entries(template.blocks).filter(([address]) => /^resource\.\w+\.guard_/.test(address));

  test.each([
    ["us-west-2", "us-east-1"],
    ["us-gov-east-1", "us-gov-west-1"],
    ["cn-northwest-1", "cn-north-1"],
  ])("of a workshop in %s is in %s, with a topic of its own and the workshop's tags", (region, iamRegion) => {
    // WHEN
    const template = guarded({ region, alertEmails: ["security@example.com"] });

    // THEN
    expect(template.section("provider").aws).toEqual([
      { region, default_tags: [{ tags: { Workshop: "GuardDuty-Example" } }] },
      { alias: "iam", region: iamRegion, default_tags: [{ tags: { Workshop: "GuardDuty-Example" } }] },
    ]);
    expect(ofGuard(template).length).toBeGreaterThan(10);
    expect(ofGuard(template).filter(([, block]) => block["provider"] !== "aws.iam")).toEqual([]);
    const topics = template.all(SnsTopic).map(({ name, provider }) => [name, provider]);
    expect(topics).toEqual([
      ["GuardDuty-Example-RevocationGuard", "aws.iam"],
      ["GuardDuty-Example", undefined],
    ]);
    expect(template.all(SnsTopicSubscription).map(({ endpoint }) => endpoint)).toEqual([
      "security@example.com",
      "security@example.com",
    ]);
    expect(template.section("output")).toHaveProperty("guard_topic_arn");
  });

  test("of a workshop in the region of IAM's events mails through the workshop's topic", () => {
    // WHEN
    const template = guarded({ region: "us-east-1", alertEmails: ["security@example.com"] });

    // THEN
    expect(template.section("provider").aws).toHaveLength(1);
    const topic = template.reference(SnsTopic, "arn");
    const targets = ofGuard(template).filter(([address]) => address.includes("aws_cloudwatch_event_target"));
    expect(targets.map(([, { arn }]) => arn)).toEqual([topic, topic]);
    expect(template.section("output")).not.toHaveProperty("guard_topic_arn");
  });

  test("is silent about the workshop's function only", () => {
    const patterns = ofGuard(guarded()).flatMap(([, { event_pattern }]) => event_pattern ?? []);
    expect(patterns).toHaveLength(2);
    for (const pattern of patterns) {
      const { detail } = JSON.parse(pattern);
      expect(detail.userIdentity.sessionContext.sessionIssuer.arn).toEqual([
        { "anything-but": [expect.stringMatching(/^\$\{aws_iam_role\.response_revoker_role_\w+\.arn\}$/)] },
        { exists: false },
      ]);
    }
  });

  test("names the runbook that is set", () => {
    // WHEN
    const template = guarded({ runbookUrl: "https://example.com/runbook" });
    // THEN
    const mailed = ofGuard(template).filter(([address]) => address.startsWith("resource.aws_cloudwatch_event_target"));
    expect(mailed).not.toEqual([]);
    for (const [, target] of mailed) expect(JSON.stringify(target)).toContain("https://example.com/runbook");
  });

  test.each([{ guard: false }, { region: "us-iso-east-1" }])("is not made with %j", (context) => {
    expect(ofGuard(guarded(context))).toEqual([]);
  });
});

describe("other accounts", () => {
  const members = (context: Record<string, unknown>) =>
    synthesize({ revocableRoles: "path:/application/", ...context }).only(LambdaFunction)["environment"].variables
      .MEMBERS;

  test("are acted in by a role of the workshop's name", () => {
    expect(JSON.parse(members({ organizationId: "o-a1b2c3d4e5" }))).toEqual({
      organization: "o-a1b2c3d4e5",
      role: "/guardduty-response/GuardDuty-Example-Member",
    });
  });

  test("are left alone unless they are set", () => {
    expect(members({})).toBeUndefined();
  });
});

describe("further regions", () => {
  const REGIONS = ["us-east-1", "eu-west-1"];
  const forwarding = (context: Record<string, unknown> = {}) =>
    synthesize({ guard: true, regions: REGIONS, alertEmails: ["security@example.com"], ...context });
  const inRegion = (template: Template, region: string) =>
    Object.entries(template.blocks).filter(([, block]) => block["provider"] === `aws.${region}`);

  test("have a forwarder each, under the workshop's names, and a detector", () => {
    // WHEN
    const template = forwarding();

    // THEN
    for (const region of REGIONS) {
      const types = inRegion(template, region).map(([address]) => address.split(".")[1]);
      expect(types).toEqual(
        expect.arrayContaining(["aws_cloudwatch_event_rule", "aws_guardduty_detector", "aws_sqs_queue"]),
      );
      for (const [address, { name }] of inRegion(template, region)) {
        if (/aws_(cloudwatch_event_rule|sqs_queue|iam_role)\./.test(address)) {
          expect(name).toMatch(/^GuardDuty-Example-/);
        }
      }
    }
    expect(template.counts).toMatchObject({ aws_guardduty_detector: 3, aws_cloudwatch_event_bus: 1 });
  });

  test("mail failures through a topic of their own, or that of the guard if it is there", () => {
    // WHEN
    const template = forwarding();

    // THEN
    expect(template.all(SnsTopic).map(({ name, provider }) => [name, provider])).toEqual([
      ["GuardDuty-Example-Forwarder", "aws.eu-west-1"],
      ["GuardDuty-Example-RevocationGuard", "aws.iam"],
      ["GuardDuty-Example", undefined],
    ]);
    expect(template.section("output").forwarder_topic_arns.value).toEqual({
      "eu-west-1": expect.stringMatching(/^\$\{aws_sns_topic\.forwarder-eu-west-1_topic_\w+\.arn\}$/),
    });
  });

  test("have topics of their own without a guard", () => {
    const { value } = forwarding({ guard: false }).section("output").forwarder_topic_arns;
    expect(Object.keys(value).sort()).toEqual(["eu-west-1", "us-east-1"]);
  });

  test.each<[string, number, number]>([
    ["none", 0, 0],
    ["lookup", 0, 3],
    ["0123456789abcdef0123456789abcdef", 0, 3],
  ])("with the detector %s get as many detectors as the home region", (detector, made, found) => {
    const template = forwarding({ detector });
    expect(template.counts["aws_guardduty_detector"] ?? 0).toBe(made);
    const lookedUp = Object.values<any>(template.section("data")["aws_guardduty_detector"] ?? {});
    expect(lookedUp).toHaveLength(found);
    // An id is that of the home region.
    expect(lookedUp.filter(({ id, provider }) => id !== undefined && provider !== undefined)).toEqual([]);
  });

  test("are not there unless they are set, nor is the bus", () => {
    expect(synthesize({ guard: true }).json).not.toMatch(/event_bus|[Ff]orwarder/);
  });
});
