import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { type TerraformStack, TerraformVariable } from "cdktf";
import { Construct } from "constructs";

import { FailureQueue, FindingRule, RevocableRoles, SessionRevoker, type SessionRevokerProps } from "../../../src";
import { functionPackage } from "../../../src/revocation/function-package";
import { problemsOf, statementsOf, Template, testStack } from "../../support/template";

const ROLE = "arn:aws:iam::123456789012:role/app";
const TOPIC = "arn:aws:sns:us-west-2:123456789012:alerts";
const KEY = "arn:aws:kms:us-west-2:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";

function makeRevoker(stack: TerraformStack, props: Partial<SessionRevokerProps> = {}): SessionRevoker {
  const failureQueue = new FailureQueue(stack, "queue", { queueName: "not-handled" });
  return new SessionRevoker(stack, "revoker", {
    functionName: "revoke",
    functionRoleName: "revoke-role",
    topicArn: TOPIC,
    failureQueue,
    revocableRoles: RevocableRoles.named(ROLE),
    ...props,
  });
}

const synthesize = (props?: Partial<SessionRevokerProps>) => Template.from((stack) => makeRevoker(stack, props));
const environmentOf = (template: Template) => template.only(LambdaFunction)["environment"].variables;
const ownRole = (template: Template) => {
  const partition = template.dataReference(DataAwsPartition, "partition");
  return `arn:${partition}:iam::${template.dataReference(DataAwsCallerIdentity, "account_id")}:role/revoke-role`;
};
const permissionsOf = (template: Template) => statementsOf(template.only(IamRolePolicy)["policy"]);

test("the smallest use makes a function, its role with one policy, its log and its failure destination", () => {
  expect(synthesize().counts).toEqual({
    aws_sqs_queue: 1,
    aws_cloudwatch_log_group: 1,
    aws_iam_role: 1,
    aws_iam_role_policy: 1,
    aws_lambda_function: 1,
    aws_lambda_function_event_invoke_config: 1,
  });
});

test("the function runs what was built, on arm64 and Node.js 22 by default", () => {
  // WHEN
  const template = synthesize();

  // THEN
  expect(template.json).toHaveResourceWithProperties(LambdaFunction, {
    function_name: "revoke",
    handler: "index.handler",
    runtime: "nodejs22.x",
    architectures: ["arm64"],
    memory_size: 1_769,
    timeout: 120,
    source_code_hash: functionPackage().sha256,
  });
  expect(template.only(LambdaFunction)).not.toHaveProperty("reserved_concurrent_executions");
});

test("the way the function runs can be chosen", () => {
  // WHEN
  const boundary = "arn:aws:iam::123456789012:policy/boundary";
  const template = synthesize({
    runtime: "nodejs24.x",
    architecture: "x86_64",
    memorySize: 512,
    reservedConcurrency: 2,
    logRetentionDays: 30,
    permissionsBoundaryArn: boundary,
  });

  // THEN
  expect(template.json).toHaveResourceWithProperties(LambdaFunction, {
    runtime: "nodejs24.x",
    architectures: ["x86_64"],
    memory_size: 512,
    reserved_concurrent_executions: 2,
  });
  expect(template.only(CloudwatchLogGroup)["retention_in_days"]).toBe(30);
  expect(template.only(IamRole)["permissions_boundary"]).toBe(boundary);
});

test.each([
  ["is destroyed with the function", {}, undefined],
  ["stays if it is to be kept", { keepLog: true }, true],
])("the log %s", (_, props, skipDestroy) => {
  expect(synthesize(props).only(CloudwatchLogGroup)["skip_destroy"]).toBe(skipDestroy);
});

test("the function logs JSON into a group of its own, which exists before it and is kept for a year", () => {
  // WHEN
  const template = synthesize();

  // THEN
  expect(template.only(CloudwatchLogGroup)).toMatchObject({ name: "/aws/lambda/revoke", retention_in_days: 365 });
  expect(template.only(LambdaFunction)["logging_config"]).toEqual({
    log_format: "JSON",
    log_group: template.reference(CloudwatchLogGroup, "name"),
  });
});

test("the function has its permissions before it exists, and Lambda alone may assume its role", () => {
  // WHEN
  const template = synthesize();

  // THEN
  const role = template.only(IamRole);
  expect(role["name"]).toBe("revoke-role");
  expect(JSON.parse(role["assume_role_policy"]).Statement).toEqual([
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ]);
  const policyAddress = template.reference(IamRolePolicy, "id").replace(/^\$\{(.*)\.id\}$/, "$1");
  expect(template.only(LambdaFunction)).toMatchObject({
    role: template.reference(IamRole, "arn"),
    depends_on: [policyAddress],
  });
});

test("an event that fails three times ends in the queue", () => {
  // WHEN
  const template = synthesize();

  // THEN
  expect(template.json).toHaveResourceWithProperties(LambdaFunctionEventInvokeConfig, {
    function_name: template.reference(LambdaFunction, "function_name"),
    maximum_retry_attempts: 2,
    maximum_event_age_in_seconds: 21_600,
    destination_config: { on_failure: { destination: template.reference(SqsQueue, "arn") } },
  });
});

test("the function is told the defaults", () => {
  // WHEN
  const template = synthesize();

  // THEN
  expect(environmentOf(template)).toEqual({
    ACCOUNT_ID: template.dataReference(DataAwsCallerIdentity, "account_id"),
    TOPIC_ARN: TOPIC,
    FINDINGS: "[]",
    RESPONSE: "revoke",
    SCOPE: "role",
    REPEAT_SCOPE: "role",
    MINIMUM_SEVERITY: "7",
    SEVERITY_OVERRIDES: "{}",
    REVOCABLE_ROLES: JSON.stringify({ arns: [ROLE] }),
    PROTECTED_ROLES: JSON.stringify([ownRole(template)]),
    EXEMPT_TAG: "guardduty-response=exempt",
    RUNBOOK: "docs/operations.md of cdktf-guardduty-credential-response",
    VERIFY_AFTER_SECONDS: "10",
    ACTIVITY: "false",
    FOLLOW_SESSIONS: "false",
  });
});

test("the function is told what was chosen", () => {
  // WHEN
  const protectedRole = "arn:aws:iam::123456789012:role/break-glass";
  const template = synthesize({
    revocableRoles: RevocableRoles.tagged("team", "web"),
    protectedRoles: [protectedRole],
    exemptTag: { key: "never", value: "revoke" },
    findings: ["AttackSequence:IAM/CompromisedCredentials"],
    response: "notify-only",
    scope: "session",
    repeatScope: "instance",
    minimumSeverity: 0,
    severityOverrides: { "Recon:IAMUser/TorIPCaller": 7.5 },
    verifyAfterSeconds: 0,
    activity: true,
    followSessions: true,
    runbookUrl: "https://example.com/runbook",
  });

  // THEN
  expect(environmentOf(template)).toMatchObject({
    FINDINGS: '["AttackSequence:IAM/CompromisedCredentials"]',
    RESPONSE: "notify-only",
    SCOPE: "session",
    REPEAT_SCOPE: "instance",
    MINIMUM_SEVERITY: "0",
    SEVERITY_OVERRIDES: '{"Recon:IAMUser/TorIPCaller":7.5}',
    REVOCABLE_ROLES: '{"tag":{"key":"team","value":"web"}}',
    PROTECTED_ROLES: JSON.stringify([ownRole(template), protectedRole]),
    EXEMPT_TAG: "never=revoke",
    RUNBOOK: "https://example.com/runbook",
    VERIFY_AFTER_SECONDS: "0",
    ACTIVITY: "true",
    FOLLOW_SESSIONS: "true",
  });
});

test("numbers that only Terraform knows reach the function", () => {
  // WHEN
  const template = Template.from((stack) => {
    const severity = new TerraformVariable(stack, "severity", { type: "number" });
    makeRevoker(stack, { minimumSeverity: severity.numberValue });
  });

  // THEN
  expect(environmentOf(template)["MINIMUM_SEVERITY"]).toBe("${var.severity}");
});

test("the function may do nothing but what its statements say", () => {
  // WHEN
  const template = synthesize({ topicKeyArn: KEY });

  // THEN
  const statements = Object.values(permissionsOf(template));
  const actions = statements.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
  expect(actions.sort()).toEqual([
    "ec2:DescribeInstances",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:PutRolePolicy",
    "kms:Decrypt",
    "kms:GenerateDataKey*",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sns:Publish",
    "sqs:SendMessage",
  ]);
});

test("the function may publish to its topic, use the topic's key, write its log, fill its queue", () => {
  // WHEN
  const template = synthesize({ topicKeyArn: KEY });

  // THEN
  expect(permissionsOf(template)).toMatchObject({
    Report: { Resource: TOPIC },
    EncryptReports: { Resource: KEY },
    Log: { Resource: `${template.reference(CloudwatchLogGroup, "arn")}:*` },
    LeaveWhatFailed: { Resource: template.reference(SqsQueue, "arn") },
  });
});

describe("a machine is told about incidents", () => {
  const BUS = "arn:aws:events:us-west-2:123456789012:event-bus/security";

  test("on the account's default bus, and the function may put events on it", () => {
    const template = synthesize({ events: true });
    const bus = expect.stringMatching(/^arn:\$\{.*\}:events:\$\{.*\}:\$\{.*\}:event-bus\/default$/);
    expect(environmentOf(template)["EVENT_BUS_ARN"]).toEqual(bus);
    expect(permissionsOf(template)["TellMachines"]).toEqual({
      Sid: "TellMachines",
      Effect: "Allow",
      Action: "events:PutEvents",
      Resource: bus,
    });
  });

  test("on another bus", () => {
    const template = synthesize({ events: true, eventBusArn: BUS });
    expect(environmentOf(template)["EVENT_BUS_ARN"]).toBe(BUS);
    expect(permissionsOf(template)["TellMachines"]!.Resource).toBe(BUS);
  });

  test("only if asked for", () => {
    const template = synthesize();
    expect(environmentOf(template)).not.toHaveProperty("EVENT_BUS_ARN");
    expect(permissionsOf(template)).not.toHaveProperty("TellMachines");
  });

  test("throws when a bus is named and nothing would be put on it", () => {
    expect(problemsOf(() => makeRevoker(testStack(), { eventBusArn: BUS }))).toContain(
      "  - eventBusArn: must be left out unless events is true: nothing would be put on that bus",
    );
  });

  test("throws when what is named is no bus", () => {
    expect(problemsOf(() => makeRevoker(testStack(), { events: true, eventBusArn: "security" }))).toContain(
      '  - eventBusArn: must be the ARN of an event bus; received "security"',
    );
  });
});

test("without a key of the topic there is no permission on keys", () => {
  expect(permissionsOf(synthesize())).not.toHaveProperty("EncryptReports");
});

test.each<[string, RevocableRoles, string, unknown]>([
  ["named roles", RevocableRoles.named(ROLE), "RevokeNamedRoles", [ROLE]],
  ["a path", RevocableRoles.withPath("/app/"), "RevokeRolesByPath", expect.stringMatching(/^arn:.*:role\/app\/\*$/)],
  ["a tag", RevocableRoles.tagged("team", "web"), "RevokeRolesByTag", expect.stringMatching(/^arn:.*:role\/\*$/)],
  ["any role", RevocableRoles.anyOfAccount(), "RevokeAnyRole", expect.stringMatching(/^arn:.*:role\/\*$/)],
])("the choice of %s becomes one statement, next to the two denials", (_, revocableRoles, sid, resource) => {
  // WHEN
  const statements = permissionsOf(synthesize({ revocableRoles }));

  // THEN
  const writing = Object.values(statements).filter(({ Action }) => Action === "iam:PutRolePolicy");
  expect(writing.map(({ Sid, Effect }) => `${Effect} ${Sid}`)).toEqual([
    `Allow ${sid}`,
    "Deny NeverProtectedRoles",
    "Deny NeverExemptRoles",
  ]);
  expect(statements[sid]!.Resource).toEqual(resource);
});

test("roles by tag are allowed on the condition of the tag, and exempt ones are denied on the condition of theirs", () => {
  // WHEN
  const revocableRoles = RevocableRoles.tagged("team", "web");
  const statements = permissionsOf(synthesize({ revocableRoles, exemptTag: { key: "never", value: "revoke" } }));

  // THEN
  expect(statements["RevokeRolesByTag"]!.Condition).toEqual({ StringEquals: { "aws:ResourceTag/team": "web" } });
  expect(statements["NeverExemptRoles"]).toMatchObject({
    Resource: "*",
    Condition: { StringEquals: { "aws:ResourceTag/never": "revoke" } },
  });
});

test("the function's own role and the protected ones are denied explicitly", () => {
  // WHEN
  const protectedRole = "arn:aws:iam::123456789012:role/break-glass";
  const template = synthesize({ protectedRoles: [protectedRole] });

  // THEN
  expect(permissionsOf(template)["NeverProtectedRoles"]!.Resource).toEqual([
    ownRole(template),
    ownRole(template).replace("role/", "role/*/"),
    protectedRole,
    "arn:aws:iam::123456789012:role/*/break-glass",
  ]);
});

test("a protected role whose ARN only Terraform knows is denied by its name too", () => {
  // WHEN
  const template = Template.from((stack) => {
    const protectedRole = new TerraformVariable(stack, "protected", { type: "string" }).stringValue;
    makeRevoker(stack, { protectedRoles: [protectedRole] });
  });

  // THEN
  const [, , ...resources] = permissionsOf(template)["NeverProtectedRoles"]!.Resource;
  expect(resources).toEqual([
    ownRole(template).replace("revoke-role", "${basename(var.protected)}"),
    ownRole(template).replace("revoke-role", "*/${basename(var.protected)}"),
  ]);
  expect(environmentOf(template).PROTECTED_ROLES).toBe(JSON.stringify([ownRole(template), "${var.protected}"]));
});

test.each([
  [1e-7, "0.0000001"],
  [0.1, "0.1"],
  [10, "10"],
])("the severity %p is written as %s, which the function can read", (minimumSeverity, text) => {
  expect(environmentOf(synthesize({ minimumSeverity })).MINIMUM_SEVERITY).toBe(text);
});

test("a role that is allowed later reaches both the function and its permissions", () => {
  // WHEN
  const later = "arn:aws:iam::123456789012:role/later";
  const template = Template.from((stack) => makeRevoker(stack).allowRevoking(later));

  // THEN
  expect(JSON.parse(environmentOf(template)["REVOCABLE_ROLES"])).toEqual({ arns: [ROLE, later] });
  expect(permissionsOf(template)["RevokeNamedRoles"]!.Resource).toEqual([ROLE, later]);
});

test("a role that is allowed later stands beside a path", () => {
  // WHEN
  const revocableRoles = RevocableRoles.withPath("/app/");
  const template = Template.from((stack) => makeRevoker(stack, { revocableRoles }).allowRevoking(ROLE));

  // THEN
  expect(JSON.parse(environmentOf(template)["REVOCABLE_ROLES"])).toEqual({ path: "/app/", arns: [ROLE] });
  expect(Object.keys(permissionsOf(template))).toEqual(
    expect.arrayContaining(["RevokeNamedRoles", "RevokeRolesByPath"]),
  );
});

test("throws when what is allowed later is not a role", () => {
  // GIVEN
  const revoker = makeRevoker(testStack());

  // THEN
  expect(problemsOf(() => revoker.allowRevoking("app"))).toEqual([
    "test/revoker: invalid props:",
    '  - allowRevoking: must be the ARN of an IAM role such as arn:aws:iam::123456789012:role/app; received "app"',
  ]);
});

test("throws when one more role is allowed later than may be named", () => {
  // GIVEN as many as may be named
  const arns = Array.from({ length: 20 }, (_, index) => `arn:aws:iam::123456789012:role/app-${index}`);
  const revoker = makeRevoker(testStack(), { revocableRoles: RevocableRoles.named(...arns) });

  // THEN
  expect(problemsOf(() => revoker.allowRevoking(ROLE))).toEqual([
    "test/revoker: invalid props:",
    "  - allowRevoking: must be at most 20 roles; received 21; give the roles a common path or tag, and use withPath or tagged",
  ]);
});

test("the rule that the function is a target of, of this account, is all that may invoke it", () => {
  // WHEN
  const template = Template.from((stack) => {
    const failureQueue = new FailureQueue(stack, "rule-queue", { queueName: "undelivered" });
    const rule = new FindingRule(stack, "rule", { ruleName: "findings", description: "Findings", failureQueue });
    rule.addTarget("function", makeRevoker(stack));
  });

  // THEN
  expect(template.only(LambdaPermission)).toMatchObject({
    function_name: template.reference(LambdaFunction, "function_name"),
    action: "lambda:InvokeFunction",
    principal: "events.amazonaws.com",
    source_arn: template.reference(CloudwatchEventRule, "arn"),
    source_account: template.dataReference(DataAwsCallerIdentity, "account_id"),
  });
  expect(template.counts).toMatchObject({ aws_cloudwatch_event_target: 1 });
});

describe("the permission of each rule", () => {
  const idsOf = (order: readonly string[]) => {
    const stack = testStack();
    const failureQueue = new FailureQueue(stack, "rule-queue", { queueName: "undelivered" });
    const team = new Construct(stack, "team");
    const rules: Record<string, FindingRule> = {
      rule: new FindingRule(stack, "rule", { ruleName: "first", description: "Findings", failureQueue }),
      "team/rule": new FindingRule(team, "rule", { ruleName: "second", description: "Findings", failureQueue }),
      miners: new FindingRule(stack, "miners", { ruleName: "third", description: "Findings", failureQueue }),
    };
    const revoker = makeRevoker(stack);
    for (const path of order) rules[path]!.addTarget("function", revoker);
    const permissions = revoker.node.children.filter((child) => child instanceof LambdaPermission);
    return Object.fromEntries(permissions.map(({ node, statementIdInput }) => [node.id, statementIdInput]));
  };

  test("is told by the rule's id if it is beside the function, and by its path elsewhere; only that of `rule` goes without", () => {
    expect(idsOf(["rule", "team/rule", "miners"])).toEqual({
      permission: "InvokedByRule",
      "permission-team-rule": expect.stringMatching(/^InvokedByRule-\w{42}$/),
      "permission-miners": "InvokedByRule-miners",
    });
  });

  test("does not depend on the order in which the rules get the target", () => {
    expect(idsOf(["miners", "rule", "team/rule"])).toEqual(idsOf(["rule", "team/rule", "miners"]));
  });

  test("is given once if the function is a target of the rule twice", () => {
    // WHEN
    const template = Template.from((stack) => {
      const failureQueue = new FailureQueue(stack, "rule-queue", { queueName: "undelivered" });
      const rule = new FindingRule(stack, "rule", { ruleName: "findings", description: "Findings", failureQueue });
      const revoker = makeRevoker(stack);
      for (const id of ["function", "again"]) rule.addTarget(id, revoker);
    });

    // THEN
    expect(template.counts).toMatchObject({ aws_lambda_permission: 1, aws_cloudwatch_event_target: 2 });
  });
});

test("throws when props are invalid, with every one of them in one error", () => {
  // WHEN
  const problems = problemsOf(() =>
    synthesize({
      revocableRoles: RevocableRoles.named(),
      protectedRoles: ["app"],
      exemptTag: { key: "a=b", value: "c" },
      response: "shout" as never,
      scope: "account" as never,
      minimumSeverity: 11,
      severityOverrides: { nonsense: 5, "Recon:IAMUser/TorIPCaller": -1 },
      verifyAfterSeconds: 31,
      runtime: "python3.13",
      architecture: "arm",
      memorySize: 64,
      reservedConcurrency: 0,
      logRetentionDays: 2,
      permissionsBoundaryArn: "boundary",
      functionName: "re voke",
      functionRoleName: "r".repeat(65),
      topicArn: "alerts",
      topicKeyArn: "alias/aws/sns",
    }),
  );

  // THEN
  expect(problems).toEqual([
    "test/revoker: invalid props:",
    '  - functionName: must be 1 to 64 of A-Z a-z 0-9 - _; received "re voke"',
    `  - functionRoleName: must be 1 to 64 of A-Z a-z 0-9 +=,.@-_; received "${"r".repeat(65)}"`,
    '  - topicArn: must be the ARN of an SNS topic; received "alerts"',
    '  - topicKeyArn: must be the ARN of a KMS key, not of an alias; received "alias/aws/sns"',
    '  - runtime: must be nodejs20.x or later; received "python3.13"',
    '  - permissionsBoundaryArn: must be the ARN of an IAM policy; received "boundary"',
    "  - RevocableRoles.named: must be at least one role; received none",
    '  - protectedRoles[0]: must be the ARN of an IAM role such as arn:aws:iam::123456789012:role/app, or a pattern of names such as arn:aws:iam::123456789012:role/aws-controltower-*; received "app"',
    '  - response: must be revoke or notify-only; received "shout"',
    '  - scope: must be role or session or instance; received "account"',
    "  - minimumSeverity: must be a number from 0 to 10; received 11",
    '  - severityOverrides: must be keyed by finding types such as Recon:IAMUser/TorIPCaller; received "nonsense"',
    '  - severityOverrides["Recon:IAMUser/TorIPCaller"]: must be a number from 0 to 10; received -1',
    "  - verifyAfterSeconds: must be a number of seconds from 0 to 30; received 31",
    '  - exemptTag: must be a tag with a key of 1 to 128 and a value of 0 to 256 letters, digits, spaces and _.:/=+@-, the key not aws:…, and without an equals sign; received {"key":"a=b","value":"c"}',
    '  - architecture: must be arm64 or x86_64; received "arm"',
    "  - memorySize: must be a whole number of MB from 128 to 10240; received 64",
    "  - reservedConcurrency: must be a whole number from 1 to 1000; received 0",
    expect.stringMatching(/^ {2}- logRetentionDays: must be one of 1, 3, 5, .*; received 2$/),
  ]);
});

test("throws when the settings are more than the function's environment holds", () => {
  // GIVEN
  const protectedRoles = Array.from({ length: 80 }, (_, index) => `arn:aws:iam::123456789012:role/protected-${index}`);

  // THEN
  expect(problemsOf(() => synthesize({ protectedRoles }))).toEqual([
    "test/revoker: invalid props:",
    "  - protectedRoles, severityOverrides, findings, revocableRoles: must be at most 3400 bytes in all, since a function's environment " +
      "holds 4 KB; received 3727; choose roles by path or tag, and exempt them by the exemptTag",
  ]);
});

test("rejects a list that only Terraform knows, which cannot be checked", () => {
  expect(
    problemsOf(() =>
      Template.from((stack) => {
        const protectedRoles = new TerraformVariable(stack, "protected", { type: "list(string)" }).listValue;
        makeRevoker(stack, { protectedRoles });
      }),
    )[1],
  ).toBe(
    "  - protectedRoles: must be a list of known length; received one that only Terraform knows; list the items, which may " +
      "themselves be known later",
  );
});

test("throws when nobody chose which roles may be revoked", () => {
  expect(problemsOf(() => synthesize({ revocableRoles: undefined }))).toEqual([
    "test/revoker: invalid props:",
    "  - revocableRoles: must be given; received none; use RevocableRoles.named, withPath, tagged or anyOfAccount",
  ]);
});

test("rejects a severity that is not a number, and says so", () => {
  expect(problemsOf(() => synthesize({ minimumSeverity: NaN }))[1]).toBe(
    "  - minimumSeverity: must be a number from 0 to 10; received NaN",
  );
});

test("throws when the stack has something else in the place of what looks up the account", () => {
  expect(() =>
    Template.from((stack) => {
      new Construct(stack, "place");
      makeRevoker(stack);
    }),
  ).toThrow("There is already a Construct with name 'place'");
});

test("rejects a role that is both revocable and protected", () => {
  expect(problemsOf(() => synthesize({ protectedRoles: [ROLE] }))).toEqual([
    "test/revoker: invalid props:",
    `  - protectedRoles[0]: must not cover the revocable ${ROLE}; received "${ROLE}"; take one of them out`,
  ]);
});

test.each(["arn:aws:iam::123456789012:role/a*", "arn:aws:iam::123456789012:role/path/app"])(
  "rejects %s, which would protect a revocable role",
  (entry) => {
    expect(problemsOf(() => synthesize({ protectedRoles: [entry] }))[1]).toContain(
      `must not cover the revocable ${ROLE}`,
    );
  },
);

test.each([
  "arn:aws:iam::123456789012:role/*",
  "arn:aws:iam::123456789012:role/**",
  "arn:aws:iam::123456789012:role/ops*/Admin",
  "arn:aws:iam::*123:role/Admin",
  "arn:aws:iam::123456789012:role/Admin?",
  "arn:aws:iam::123456789012:role/${aws:username}",
  "*",
])("rejects the protected role %s", (entry) => {
  expect(problemsOf(() => synthesize({ protectedRoles: [entry] }))[1]).toContain(
    "protectedRoles[0]: must be the ARN of",
  );
});

test.each([
  "arn:aws:iam::123456789012:role/aws-controltower-*",
  "arn:aws:iam::123456789012:role/stacksets-exec-*",
  "arn:aws:iam::123456789012:role/operations/*",
])("accepts the pattern %s", (entry) => {
  expect(() => synthesize({ protectedRoles: [entry] })).not.toThrow();
});
