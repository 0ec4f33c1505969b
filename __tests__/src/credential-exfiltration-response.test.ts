import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Aspects, TerraformOutput, type TerraformStack, TerraformVariable } from "cdktf";

import {
  CredentialExfiltrationResponse,
  type CredentialExfiltrationResponseProps,
  Detector,
  RevocableRoles,
  type Scope,
} from "../../src";
import { EventPattern } from "../../local-aws/eventbridge/event-pattern";
import { problemsOf, statementsOf, Template, testStack } from "../support/template";

const ROLE = "arn:aws:iam::123456789012:role/app";
const TOPIC = "arn:aws:sns:us-west-2:123456789012:security";
const KEY = "arn:aws:kms:us-west-2:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
const TOR = "Recon:IAMUser/TorIPCaller";

type Props = Partial<CredentialExfiltrationResponseProps>;

const makeResponse = (stack: TerraformStack, props: Props = {}, id = "response") =>
  new CredentialExfiltrationResponse(stack, id, { revocableRoles: RevocableRoles.named(ROLE), ...props });
const synthesize = (props?: Props) => Template.from((stack) => makeResponse(stack, props));
const targets = (template: Template) =>
  Object.fromEntries(template.all(CloudwatchEventTarget).map((target) => [target["target_id"], target]));

/** Everything that the smallest use deploys; the table in docs/architecture.md names it. */
const SMALLEST = {
  aws_cloudwatch_event_rule: 1,
  aws_cloudwatch_event_target: 2,
  aws_cloudwatch_log_group: 1,
  aws_cloudwatch_log_metric_filter: 6,
  aws_cloudwatch_metric_alarm: 11,
  aws_iam_role: 1,
  aws_iam_role_policy: 1,
  aws_kms_alias: 1,
  aws_kms_key: 1,
  aws_lambda_function: 1,
  aws_lambda_function_event_invoke_config: 1,
  aws_lambda_permission: 1,
  aws_sns_topic: 1,
  aws_sns_topic_policy: 1,
  aws_sns_topic_subscription: 1,
  aws_sqs_queue: 1,
};

test("the smallest use is one statement, and makes no detector, provider, backend, variable or output", () => {
  // GIVEN
  const stack = testStack();
  const before = Template.of(testStack());

  // WHEN
  new CredentialExfiltrationResponse(stack, "response", {
    alertEmails: ["security@example.com"],
    revocableRoles: RevocableRoles.named("arn:aws:iam::123456789012:role/app"),
  });

  // THEN
  const template = Template.of(stack);
  expect(template.counts).toEqual(SMALLEST);
  for (const section of ["provider", "terraform", "variable", "output"]) {
    expect(template.section(section)).toEqual(before.section(section));
  }
});

test("the rule matches stolen role credentials by prefix", () => {
  // WHEN
  const pattern = JSON.parse(synthesize().only(CloudwatchEventRule)["event_pattern"]);

  // THEN
  expect(pattern).toEqual({
    source: ["aws.guardduty"],
    "detail-type": ["GuardDuty Finding"],
    detail: {
      type: [
        { prefix: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration" },
        { prefix: "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration" },
      ],
    },
  });
});

test("the rule mails the topic a text and hands the function the whole event", () => {
  // WHEN
  const template = synthesize();

  // THEN
  const { topic, function: revoker, ...others } = targets(template);
  expect(others).toEqual({});
  expect(topic).toMatchObject({ arn: template.reference(SnsTopic, "arn"), input_transformer: expect.anything() });
  expect(revoker!["arn"]).toBe(template.reference(LambdaFunction, "arn"));
  expect(revoker).not.toHaveProperty("input_transformer");
  for (const target of [topic, revoker]) {
    expect(target).toMatchObject({
      dead_letter_config: { arn: template.reference(SqsQueue, "arn") },
      retry_policy: expect.anything(),
    });
  }
});

test("the function may publish to the topic that is made, with its key, and the alarms tell the same topic", () => {
  // WHEN
  const template = synthesize();

  // THEN
  const topicArn = template.reference(SnsTopic, "arn");
  expect(statementsOf(template.only(IamRolePolicy)["policy"])).toMatchObject({
    Report: { Resource: topicArn },
    EncryptReports: { Resource: template.reference(KmsKey, "arn") },
  });
  for (const alarm of template.all(CloudwatchMetricAlarm)) expect(alarm["alarm_actions"]).toEqual([topicArn]);
});

describe("further findings", () => {
  const FINDINGS = [
    "AttackSequence:IAM/CompromisedCredentials",
    "AttackSequence:S3/CompromisedData",
    "CredentialAccess:IAMUser/CompromisedCredentials",
    "UnauthorizedAccess:IAMUser/MaliciousIPCaller",
  ];
  const STOLEN = ["Instance", "Resource"].map((kind) => `UnauthorizedAccess:IAMUser/${kind}CredentialExfiltration`);

  /** The names of the rules that match findings of a type and a severity, with their targets. */
  function matching(template: Template, type: string, severity: number): Record<string, string[]> {
    const event = { source: "aws.guardduty", "detail-type": "GuardDuty Finding", detail: { type, severity } };
    const rules = Object.entries(template.blocks).filter(
      ([address, { event_pattern }]) =>
        address.startsWith("resource.aws_cloudwatch_event_rule.") &&
        EventPattern.parse(event_pattern).match(event).matched,
    );
    const targetsOf = (address: string) =>
      template.all(CloudwatchEventTarget).filter(({ rule }) => rule === `\${${address.replace("resource.", "")}.name}`);
    return Object.fromEntries(
      rules.map(([address, { name }]) => [name, targetsOf(address).map(({ target_id }) => target_id)]),
    );
  }

  test.each(FINDINGS)("are handled, and mailed once, exactly if they were asked for: %s", (type) => {
    const asked = synthesize({ findings: FINDINGS, alertSeverity: 0, severityOverrides: { [type]: 9 } });
    expect(matching(asked, type, 9)).toEqual({ "GuardDuty-Response-FurtherFindings": ["function", "topic"] });
    const others = FINDINGS.filter((each) => each !== type);
    expect(matching(synthesize({ findings: others }), type, 9)).toEqual({});
    const mailed = { "GuardDuty-Response-AnyFinding": ["topic"] };
    expect(matching(synthesize({ findings: others, alertSeverity: 7 }), type, 9)).toEqual(mailed);
  });

  test.each(STOLEN)("leave stolen role credentials to their own rule: %s", (type) => {
    const template = synthesize({ findings: FINDINGS, alertSeverity: 0 });
    expect(matching(template, `${type}.OutsideAWS`, 8)).toEqual({
      "GuardDuty-Response-CredentialExfiltration": ["function", "topic"],
    });
  });

  test("are known to the function, which lets their rule in, and watched by alarms", () => {
    const template = synthesize({ findings: FINDINGS });
    expect(template.counts).toEqual({
      ...synthesize().counts,
      aws_cloudwatch_event_rule: 2,
      aws_cloudwatch_event_target: 4,
      aws_cloudwatch_metric_alarm: 13,
      aws_lambda_permission: 2,
    });
    const { variables } = template.only(LambdaFunction)["environment"];
    expect(JSON.parse(variables.FINDINGS)).toEqual(FINDINGS);
  });

  test("that further regions forward have a rule on the bus", () => {
    const rules = (props: Props) => synthesize({ furtherRegions: true, ...props }).all(CloudwatchEventRule);
    const [forwarded, ...others] = rules({ findings: FINDINGS }).filter(
      ({ name }) => name === "GuardDuty-Response-ForwardedFurtherFindings",
    );
    expect(others).toEqual([]);
    expect(forwarded!["event_bus_name"]).toMatch(/^\$\{aws_cloudwatch_event_bus\./);
    expect(JSON.parse(forwarded!["event_pattern"]).detail).toEqual({ type: FINDINGS.map((prefix) => ({ prefix })) });
    expect(rules({}).map(({ name }) => name)).not.toContain("GuardDuty-Response-ForwardedFurtherFindings");
  });

  test("are none unless they are asked for", () => {
    expect(synthesize({ findings: [] }).counts).toEqual(synthesize().counts);
  });

  test.each<[what: string, findings: readonly string[], ...problems: string[]]>([
    [
      "no type",
      ["stolen"],
      '  - findings[0]: must be one of the types of findings about IAM or S3 such as CredentialAccess:IAMUser/CompromisedCredentials; of attack sequences AttackSequence:IAM/CompromisedCredentials and AttackSequence:S3/CompromisedData; received "stolen"',
    ],
    [
      "a type that names no credentials",
      ["CryptoCurrency:EC2/BitcoinTool.B"],
      expect.stringMatching(/^ {2}- findings\[0\]: must be .*; received "CryptoCurrency/),
    ],
    [
      "an attack sequence that names no credentials",
      ["AttackSequence:EKS/CompromisedCluster"],
      expect.stringMatching(/^ {2}- findings\[0\]: must be .*; received "AttackSequence:EKS/),
    ],
    [
      "a part of an attack sequence's name",
      ["AttackSequence:S3/Compromised"],
      expect.stringMatching(/^ {2}- findings\[0\]: must be .*; received "AttackSequence:S3/),
    ],
    [
      "a pattern",
      ["Recon:IAMUser/*"],
      expect.stringMatching(/^ {2}- findings\[0\]: must be .*; received "Recon:IAMUser\/\*"/),
    ],
    [
      "what is handled anyway",
      [`${STOLEN[0]}.InsideAWS`],
      `  - findings[0]: must not cover what ${STOLEN[0]} covers; received "${STOLEN[0]}.InsideAWS"; remove one of them`,
    ],
    [
      "what covers that",
      ["UnauthorizedAccess:IAMUser/Resource"],
      `  - findings[0]: must not cover what ${STOLEN[1]} covers; received "UnauthorizedAccess:IAMUser/Resource"; remove one of them`,
    ],
    [
      "one type twice",
      [TOR, `${TOR}.Custom`],
      `  - findings[1]: must not cover what ${TOR} covers; received "${TOR}.Custom"; remove one of them`,
    ],
    [
      "too many",
      Array.from({ length: 40 }, (_, index) => `Recon:IAMUser/Invented${index}EndOfTheName`),
      expect.stringMatching(
        /^ {2}- findings: must make a pattern of at most 1950 characters.*; received \d{4}; name fewer types/,
      ),
    ],
  ])("throws when they hold %s", (_, findings, ...problems) => {
    expect(problemsOf(() => makeResponse(testStack(), { findings }))).toEqual([
      "test/response: invalid props:",
      ...problems,
    ]);
  });
});

test("an existing topic and its key are used as they are", () => {
  // WHEN
  const template = synthesize({ topicArn: TOPIC, topicKeyArn: KEY });

  // THEN
  for (const type of [
    "aws_sns_topic",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_kms_key",
    "aws_kms_alias",
  ]) {
    expect(template.counts).not.toHaveProperty(type);
  }
  expect(targets(template)["topic"]!["arn"]).toBe(TOPIC);
  expect(template.only(LambdaFunction)["environment"].variables.TOPIC_ARN).toBe(TOPIC);
  expect(statementsOf(template.only(IamRolePolicy)["policy"])).toMatchObject({
    Report: { Resource: TOPIC },
    EncryptReports: { Resource: KEY },
  });
});

test("a topic can be made with an existing key", () => {
  // WHEN
  const template = synthesize({ topicKeyArn: KEY });

  // THEN
  expect(template.only(SnsTopic)["kms_master_key_id"]).toBe(KEY);
  expect(template.counts).not.toHaveProperty("aws_kms_key");
  expect(statementsOf(template.only(IamRolePolicy)["policy"])["EncryptReports"]!.Resource).toBe(KEY);
});

test("any other finding is mailed from a severity up, and its rule may use the queue as well", () => {
  // WHEN
  const template = synthesize({ alertSeverity: 4, severityOverrides: { [TOR]: 8 } });

  // THEN
  const rules = template.all(CloudwatchEventRule);
  expect(rules.map(({ name }) => name).sort()).toEqual([
    "GuardDuty-Response-AnyFinding",
    "GuardDuty-Response-CredentialExfiltration",
  ]);
  const pattern = JSON.parse(rules.find(({ name }) => name === "GuardDuty-Response-AnyFinding")!["event_pattern"]);
  expect(pattern.detail.$or).toEqual([
    expect.objectContaining({ severity: [{ numeric: [">=", 4] }] }),
    { type: [TOR] },
  ]);
  expect(template.all(CloudwatchEventTarget)).toHaveLength(3);
  const { UndeliverableEvents } = statementsOf(template.only(SqsQueue)["policy"]);
  expect((UndeliverableEvents!.Condition as any).ArnEquals["aws:SourceArn"]).toHaveLength(2);
  expect(JSON.parse(template.only(LambdaFunction)["environment"].variables.SEVERITY_OVERRIDES)).toEqual({ [TOR]: 8 });
});

test("the severity 0 mails every other finding", () => {
  expect(synthesize({ alertSeverity: 0 }).counts["aws_cloudwatch_event_rule"]).toBe(2);
});

test("alarms can be left out, or tell somebody else", () => {
  // WHEN
  const [without, elsewhere] = [synthesize({ alarms: false }), synthesize({ alarmActions: [TOPIC] })];

  // THEN
  expect(without.counts).not.toHaveProperty("aws_cloudwatch_metric_alarm");
  for (const alarm of elsewhere.all(CloudwatchMetricAlarm)) expect(alarm["alarm_actions"]).toEqual([TOPIC]);
});

test("every name derives from the prefix, and the name of the role, which is global, carries the region", () => {
  // WHEN
  const template = synthesize({ prefix: "Acme", alertSeverity: 4 });

  // THEN
  const region = template.dataReference(DataAwsRegion, "id");
  const names = Object.values(template.blocks).flatMap(
    (block) => block["name"] ?? block["function_name"] ?? block["alarm_name"] ?? [],
  );
  const own = names.filter((name) => !name.startsWith("${"));
  expect(own.sort()).toEqual([
    "/aws/lambda/Acme-RevokeSessions",
    "Acme",
    "Acme-AnyFinding",
    "Acme-CredentialExfiltration",
    `Acme-Revoke-${region}`,
    "Acme-RevokeSessions",
    "Acme-act-by-hand",
    "Acme-any-finding-did-not-deliver",
    "Acme-any-finding-lost-findings",
    "Acme-events-not-handled",
    "Acme-events-still-not-handled",
    "Acme-function-delayed",
    "Acme-function-errors",
    "Acme-function-gave-up",
    "Acme-function-lost-findings",
    "Acme-function-throttled",
    "Acme-not-handled",
    "Acme-rule-did-not-deliver",
    "Acme-rule-lost-findings",
    "Acme-slow-revocation",
    "ActByHand",
    "AlreadyRevoked",
    "NotRevoked",
    "NotRevokedByReason",
    "RevokeSessions",
    "Revoked",
    "SecondsToRevoke",
    "alias/Acme",
  ]);
});

test("each name can be given", () => {
  // WHEN
  const names = { ruleName: "rule", functionName: "function", functionRoleName: "role", topicName: "topic" };
  const template = synthesize(names);

  // THEN
  expect(template.only(CloudwatchEventRule)["name"]).toBe("rule");
  expect(template.only(LambdaFunction)["function_name"]).toBe("function");
  expect(template.only(IamRole)["name"]).toBe("role");
  expect(template.only(SnsTopic)["name"]).toBe("topic");
});

test("an aliased provider reaches every resource and data source", () => {
  // WHEN
  const template = Template.from((stack) => {
    const provider = new AwsProvider(stack, "other", { alias: "other", region: "eu-central-1" });
    const detector = new Detector(stack, "detector", { provider });
    makeResponse(stack, { provider, detector, alertEmails: ["a@example.com"], alertSeverity: 4 });
  });

  // THEN
  const strays = Object.entries(template.blocks).filter(([, block]) => block["provider"] !== "aws.other");
  expect(strays.map(([address]) => address)).toEqual([]);
  expect(Object.keys(template.blocks).length).toBeGreaterThan(20);
});

test("two responses with providers of two regions fit into one stack", () => {
  // WHEN
  const template = Template.from((stack) => {
    const provider = new AwsProvider(stack, "other", { alias: "other", region: "eu-central-1" });
    makeResponse(stack, {}, "here");
    makeResponse(stack, { provider }, "there");
  });

  // THEN
  const regions = template.all(IamRole).map(({ name }) => name);
  expect(new Set(regions).size).toBe(2);
  expect(template.counts).toMatchObject({ aws_lambda_function: 2, aws_sns_topic: 2 });
});

test("what was made is known by its attributes", () => {
  // WHEN
  const template = Template.from((stack) => {
    const response = makeResponse(stack, { detector: new Detector(stack, "detector") });
    const { topicArn, ruleName, functionName, functionArn, functionRoleArn, deadLetterQueueArn, detectorId } = response;
    const values = { topicArn, ruleName, functionName, functionArn, functionRoleArn, deadLetterQueueArn, detectorId };
    for (const [name, value] of Object.entries(values)) new TerraformOutput(stack, name, { value });
  });

  // THEN
  const outputs = template.section("output") as Record<string, { value: string }>;
  expect(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))).toEqual({
    topicArn: template.reference(SnsTopic, "arn"),
    ruleName: "GuardDuty-Response-CredentialExfiltration",
    functionName: "GuardDuty-Response-RevokeSessions",
    functionArn: template.reference(LambdaFunction, "arn"),
    functionRoleArn: template.reference(IamRole, "arn"),
    deadLetterQueueArn: template.reference(SqsQueue, "arn"),
    detectorId: expect.stringMatching(/^\$\{aws_guardduty_detector\..*\.id\}$/),
  });
});

test("without a detector there is no id of one", () => {
  expect(makeResponse(testStack()).detectorId).toBeUndefined();
});

test.each<[string, Props, string[]]>([
  ["nobody to mail draws a warning", {}, ["no alertEmails: nobody is mailed"]],
  ["somebody to mail draws none", { alertEmails: ["a@example.com"] }, []],
  ["an existing topic draws none", { topicArn: TOPIC }, []],
])("%s", (_, props, warnings) => {
  // WHEN
  const response = makeResponse(testStack(), props);

  // THEN
  const drawn = response.node.metadata.filter(({ type }) => type === "@cdktf/warn");
  expect(drawn.map(({ data }) => String(data))).toEqual(warnings.map((text) => expect.stringContaining(text)));
});

test("values that only Terraform knows pass every check", () => {
  // WHEN
  const template = Template.from((stack) => {
    const text = (name: string) => new TerraformVariable(stack, name, { type: "string" }).stringValue;
    const number = (name: string) => new TerraformVariable(stack, name, { type: "number" }).numberValue;
    makeResponse(stack, {
      alertEmails: [text("email")],
      revocableRoles: RevocableRoles.named(text("role_arn")),
      protectedRoles: [text("protected_arn")],
      topicKeyArn: text("key_arn"),
      permissionsBoundaryArn: text("boundary_arn"),
      minimumSeverity: number("minimum_severity"),
      alertSeverity: number("alert_severity"),
      ruleName: text("rule_name"),
      functionRoleName: text("role_name"),
    });
  });

  // THEN
  const { variables } = template.only(LambdaFunction)["environment"];
  expect(variables.REVOCABLE_ROLES).toBe('{"arns":["${var.role_arn}"]}');
  expect(variables.MINIMUM_SEVERITY).toBe("${var.minimum_severity}");
  expect(template.all(CloudwatchEventRule)[0]!["event_pattern"]).toContain('{"numeric":[">=",${var.alert_severity}]}');
});

test("throws when props are invalid, with every one of them in one error", () => {
  // WHEN
  const problems = problemsOf(() =>
    synthesize({
      revocableRoles: RevocableRoles.named("app"),
      scope: "account" as Scope,
      memorySize: 1,
      alertEmails: ["nobody"],
      prefix: "no blanks",
      ruleName: "r".repeat(65),
      functionName: "a.b",
      functionRoleName: "a/b",
      topicName: "a b",
      topicArn: "security",
      alertSeverity: -1,
      alarms: false,
      alarmActions: [TOPIC],
    }),
  );

  // THEN
  expect(problems).toEqual([
    "test/response: invalid props:",
    '  - prefix: must be 1 to 27 letters, digits or hyphens; received "no blanks"',
    `  - ruleName: must be 1 to 64 of A-Z a-z 0-9 . - _; received "${"r".repeat(65)}"`,
    '  - functionName: must be 1 to 64 of A-Z a-z 0-9 - _; received "a.b"',
    '  - functionRoleName: must be 1 to 64 of A-Z a-z 0-9 +=,.@-_; received "a/b"',
    '  - topicName: must be 1 to 246 of A-Z a-z 0-9 - _; received "a b"',
    '  - topicArn: must be the ARN of an SNS topic; received "security"',
    expect.stringMatching(/^ {2}- RevocableRoles.named: must be the ARN of an IAM role .*; received "app"$/),
    '  - scope: must be role or session or instance; received "account"',
    "  - memorySize: must be a whole number of MB from 128 to 10240; received 1",
    '  - alertEmails[0]: must be an e-mail address such as security@example.com; received "nobody"',
    "  - alertSeverity: must be a number from 0 to 10; received -1",
    "  - topicName: must be left out if topicArn is given: that topic has its name",
    "  - alertEmails: must be left out if topicArn is given; subscribe the addresses where that topic is made",
    "  - alarmActions: must be left out if alarms is false: there is no alarm to act",
  ]);
});

test.each([{}, { activity: false }])("rejects sessions that are followed without activity: %j", (props) => {
  expect(problemsOf(() => synthesize({ ...props, followSessions: true }))).toEqual([
    "test/response: invalid props:",
    "  - followSessions: must be left out unless activity is true, since CloudTrail tells which sessions were started; received true; " +
      "set activity to true as well",
  ]);
});

test("follows no sessions if it is told not to, with or without activity", () => {
  expect(() => synthesize({ followSessions: false })).not.toThrow();
});

test("subscribers are sent what the topic is, and are enough for somebody to be told", () => {
  // WHEN
  const template = synthesize({
    alertEmails: [],
    subscribers: { pager: { protocol: "https", endpoint: "https://pager.example.com" } },
  });

  // THEN
  expect(template.only(SnsTopicSubscription)).toMatchObject({
    protocol: "https",
    endpoint: "https://pager.example.com",
    topic_arn: expect.stringContaining("aws_sns_topic.response_topic"),
  });
});

test("rejects subscribers of a topic that exists", () => {
  const subscribers = { pager: { protocol: "https", endpoint: "https://pager.example.com" } };
  expect(problemsOf(() => synthesize({ alertEmails: undefined, topicArn: TOPIC, subscribers }))).toEqual([
    "test/response: invalid props:",
    "  - subscribers: must be left out if topicArn is given; subscribe them where that topic is made",
  ]);
});

test("rejects alarm actions that are not ARNs", () => {
  expect(
    problemsOf(() => synthesize({ alarmActions: [TOPIC, "x", "arn:aws:sns:us-west-2:123456789012:${x}"] })),
  ).toEqual([
    "test/response: invalid props:",
    '  - alarmActions[1]: must be an ARN; received "x"',
    '  - alarmActions[2]: must be an ARN; received "arn:aws:sns:us-west-2:123456789012:${x}"',
  ]);
});

test("throws when a role to redrive has no name of a role", () => {
  const response = makeResponse(testStack());
  expect(problemsOf(() => response.grantRedrive("on-call", "arn:aws:iam::123456789012:role/on-call"))[1]).toMatch(
    /^ {2}- roleName: must be 1 to 64 of/,
  );
});

test("throws when severities are compared that only Terraform knows", () => {
  // GIVEN
  const stack = testStack();
  const alertSeverity = new TerraformVariable(stack, "severity", { type: "number" }).numberValue;

  // THEN
  expect(problemsOf(() => makeResponse(stack, { alertSeverity, severityOverrides: { [TOR]: 8 } }))).toEqual([
    "test/response: invalid props:",
    "  - severityOverrides: must be known, like alertSeverity, to be compared with it; received what only Terraform knows; give " +
      "both as numbers, or leave one out",
  ]);
});

test("an aspect of the caller's can tag what is made", () => {
  // GIVEN
  const stack = testStack();
  makeResponse(stack);

  // WHEN
  Aspects.of(stack).add({
    visit: (node) => {
      const tagged = node as { tagsInput?: unknown; tags?: Record<string, string> };
      if ("tagsInput" in tagged) tagged.tags = { Team: "security" };
    },
  });

  // THEN
  expect(Template.of(stack).only(LambdaFunction)["tags"]).toEqual({ Team: "security" });
});

test("another region has room for a response with the same names, the dashboard's included", () => {
  // WHEN
  const template = Template.from((stack) => {
    const provider = new AwsProvider(stack, "other", { alias: "other", region: "eu-central-1" });
    makeResponse(stack, { dashboard: true });
    makeResponse(stack, { dashboard: true, provider }, "other-response");
  });

  // THEN
  const regions = template.all(CloudwatchDashboard).map(({ dashboard_name }) => dashboard_name);
  expect(regions).toHaveLength(2);
  expect(new Set(regions).size).toBe(2);
});

test("throws when the overrides are more than a rule's pattern can hold", () => {
  const severityOverrides = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`Recon:IAMUser/InventedType${index}`, 9]),
  );
  expect(problemsOf(() => makeResponse(testStack(), { severityOverrides, alertSeverity: 7 }))).toEqual([
    "test/response: invalid props:",
    expect.stringMatching(
      /^ {2}- severityOverrides, findings: must make a pattern of at most 1950 characters .*; received \d{4}; name fewer types/,
    ),
  ]);
  expect(() => makeResponse(testStack(), { severityOverrides })).not.toThrow();
});
