import { judgeAlarms } from "../../../drill/check/judge/alarms";
import { judgeDetector } from "../../../drill/check/judge/detector";
import { judgeFailures } from "../../../drill/check/judge/failures";
import { judgeEnvironment, judgeInvocation } from "../../../drill/check/judge/function";
import { judgeGuard } from "../../../drill/check/judge/guard";
import { judgeLog } from "../../../drill/check/judge/log";
import { judgePermissions, type ReadRole } from "../../../drill/check/judge/permissions";
import { judgeRevocations, type ReadOutcome } from "../../../drill/check/judge/revocations";
import { judgeRules, type ReadRule } from "../../../drill/check/judge/rule";
import { judgeTopic } from "../../../drill/check/judge/topic";
import { judgeTrails } from "../../../drill/check/judge/trail";
import type { Judgement } from "../../../drill/check/result";
import type { Deployed } from "../../../drill/deployed";
import { CREDENTIAL_EXFILTRATION_TYPES } from "../../../src/contract/finding-kinds";
import { functionStatements, revocationStatements } from "../../../src/revocation/permissions";
import { environment } from "../../support/configuration";

const TOPIC = "arn:aws:sns:us-west-2:123456789012:alerts";
const QUEUE = "arn:aws:sqs:us-west-2:123456789012:failures";
const FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:revoke";
const ROLE = "arn:aws:iam::123456789012:role/revoke";
const RULE = "arn:aws:events:us-west-2:123456789012:rule/thefts";
const NOW = new Date("2026-11-25T12:00:00Z");

const DEPLOYED: Deployed = {
  operator: "arn:aws:iam::123456789012:user/operator",
  accountId: "123456789012",
  partition: "aws",
  region: "us-west-2",
  functionName: "revoke",
  functionArn: FUNCTION,
  roleArn: ROLE,
  roleName: "revoke",
  logGroupName: "/aws/lambda/revoke",
  state: "Active",
  lastUpdate: "Successful",
  codeSha256: "abc=",
  environment: {
    ...environment({
      ACCOUNT_ID: "123456789012",
      TOPIC_ARN: TOPIC,
      REVOCABLE_ROLES: '{"path":"/application/"}',
      PROTECTED_ROLES: JSON.stringify([ROLE]),
    }),
  },
};

const RULES: ReadRule[] = [
  {
    name: "thefts",
    arn: RULE,
    enabled: true,
    pattern: JSON.stringify({
      "detail-type": ["GuardDuty Finding"],
      source: ["aws.guardduty"],
      detail: { type: CREDENTIAL_EXFILTRATION_TYPES.map((prefix) => ({ prefix })) },
    }),
    targets: [
      { id: "topic", arn: TOPIC, deadLetterQueueArn: QUEUE },
      { id: "function", arn: FUNCTION, deadLetterQueueArn: QUEUE },
    ],
  },
];
const [RULE_READ] = RULES as [ReadRule];

/** Expects one judgement that something does not hold, which says so and how to mend it. */
function expectWrong(judgements: readonly Judgement[], says: string, mend: string): void {
  const found = judgements.map((each) => [each.what, each.holds ? undefined : each.mend]);
  expect(found).toEqual([[expect.stringContaining(says), expect.stringContaining(mend)]]);
}

const expectRight = (judgements: readonly Judgement[], says = ""): void =>
  expect(judgements).toEqual([{ holds: true, what: expect.stringContaining(says) }]);

describe("the detector", () => {
  const detector = { id: "d1", status: "ENABLED", frequency: "FIFTEEN_MINUTES" };

  test("is right if it is on and publishes often", () => {
    expectRight(judgeDetector(detector, "us-west-2"));
  });

  test.each([
    ["there is none", undefined, "GuardDuty is off in us-west-2", "create-detector"],
    ["it is suspended", { ...detector, status: "DISABLED" }, "suspended", "--enable"],
    ["it publishes rarely", { ...detector, frequency: "SIX_HOURS" }, "every SIX_HOURS", "FIFTEEN_MINUTES"],
  ])("is wrong if %s", (_, read, says, mend) => {
    expectWrong(judgeDetector(read, "us-west-2"), says, mend);
  });
});

describe("the rule", () => {
  test("is right if it matches, is enabled, and has both targets", () => {
    expectRight(judgeRules(RULES, DEPLOYED));
  });

  test("may match further types of findings", () => {
    const pattern = JSON.parse(RULE_READ.pattern);
    pattern.detail.type.push({ prefix: "AttackSequence:" });
    expectRight(judgeRules([{ ...RULE_READ, pattern: JSON.stringify(pattern) }], DEPLOYED));
  });

  test("may stand beside others that have the function as a target", () => {
    const other = { ...RULE_READ, name: "other", pattern: '{"source":["aws.guardduty"]}' };
    expectRight(judgeRules([other, ...RULES], DEPLOYED));
  });

  test.each<[string, ReadRule[], string, string]>([
    ["there is none", [], "no rule of EventBridge", "apply"],
    ["it is disabled", [{ ...RULE_READ, enabled: false }], "disabled", "enable-rule --region us-west-2 --name thefts"],
    [
      "its pattern asks for more",
      [{ ...RULE_READ, pattern: RULE_READ.pattern.replace('{"type"', '{"severity":[8],"type"') }],
      "does not match every finding",
      "put-rule",
    ],
    ["it does not alert", [{ ...RULE_READ, targets: RULE_READ.targets.slice(1) }], "does not alert", "apply"],
    [
      "a target has no queue",
      [{ ...RULE_READ, targets: [RULE_READ.targets[0]!, { id: "function", arn: FUNCTION }] }],
      "the target function",
      "apply",
    ],
  ])("is wrong if %s", (_, rules, says, mend) => {
    expectWrong(judgeRules(rules, DEPLOYED), says, mend);
  });
});

describe("the function", () => {
  const statement = {
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Condition: { ArnLike: { "AWS:SourceArn": RULE } },
  };
  const invocation = { ruleArns: [RULE], policy: JSON.stringify({ Statement: [statement] }) };

  test("is right if it is active, and its rule may invoke it", () => {
    expectRight(judgeInvocation(invocation, DEPLOYED));
    expectRight(judgeInvocation({ ...invocation, reservedConcurrency: 2 }, DEPLOYED));
  });

  test.each([
    ["its image is gone", invocation, { ...DEPLOYED, state: "Failed" }, "is Failed", "apply"],
    ["its update failed", invocation, { ...DEPLOYED, lastUpdate: "Failed" }, "last update", "apply"],
    [
      "it may run zero times",
      { ...invocation, reservedConcurrency: 0 },
      DEPLOYED,
      "switched off",
      "delete-function-concurrency",
    ],
    ["it has no policy", { ruleArns: [RULE] }, DEPLOYED, "thefts may not invoke", `--source-arn ${RULE}`],
    [
      "another rule may invoke it",
      { ...invocation, ruleArns: [`${RULE}-2`] },
      DEPLOYED,
      "thefts-2 may not invoke",
      "add-permission",
    ],
  ])("is wrong if %s", (_, read, deployed, says, mend) => {
    expectWrong(judgeInvocation(read, deployed), says, mend);
  });
});

describe("the environment", () => {
  test("is right if the function can start with it, and says what it does", () => {
    expect(judgeEnvironment(DEPLOYED)).toMatchObject([
      { holds: true, what: expect.stringContaining("revokes sessions") },
    ]);
  });

  test("says that a function only notifies", () => {
    const notifying = { ...DEPLOYED.environment, RESPONSE: "notify-only" };
    expect(judgeEnvironment({ ...DEPLOYED, environment: notifying })).toMatchObject([
      { holds: true, what: expect.stringContaining("revokes nothing") },
    ]);
  });

  test("is wrong if the function cannot start with it", () => {
    const { SCOPE: _, ...others } = DEPLOYED.environment;
    expectWrong(judgeEnvironment({ ...DEPLOYED, environment: others }), "SCOPE", "apply");
  });

  test("is wrong if the function acts in another account", () => {
    expectWrong(judgeEnvironment({ ...DEPLOYED, accountId: "999988887777" }), "of account 123456789012", "--profile");
  });
});

describe("the permissions", () => {
  const configuration = {
    revocableRoles: { path: "/application/" },
    protectedRoles: [ROLE],
    exemptTag: { key: "guardduty-response", value: "exempt" },
    activity: false,
  };
  const statements = [
    ...revocationStatements({
      ...configuration,
      place: { roleArns: (path = "/") => `arn:aws:iam::123456789012:role${path}*` },
    }),
    ...functionStatements({
      topicArn: TOPIC,
      topicKeyArn: "arn:aws:kms:us-west-2:123456789012:key/k1",
      queueArn: QUEUE,
      logGroupArn: "arn:aws:logs:us-west-2:123456789012:log-group:/aws/lambda/revoke",
    }),
  ];
  const context = { queueArn: QUEUE, topicKey: "arn:aws:kms:us-west-2:123456789012:key/k1" };
  const role = (change: Partial<ReadRole> = {}, Statement: object[] = statements): ReadRole => ({
    trustPolicy: '{"Statement":[{"Principal":{"Service":"lambda.amazonaws.com"}}]}',
    inlinePolicies: ["RevokeSessions"],
    attachedPolicies: [],
    permissions: JSON.stringify({ Statement }),
    ...change,
  });

  test("are right if they are what the deployment writes, in whatever order", () => {
    expectRight(judgePermissions(role(), DEPLOYED, context), "may do what it has to, and nothing else");
    expectRight(judgePermissions(role({}, [...statements].reverse()), DEPLOYED, context), "and nothing else");
  });

  test("say that they were not compared if the environment is not usable", () => {
    expectRight(judgePermissions(role(), { ...DEPLOYED, environment: {} }, context), "was not compared");
  });

  test("may send outcomes to where Lambda sends them", () => {
    const outcomesArn = "arn:aws:events:us-west-2:123456789012:event-bus/outcomes";
    const sending = { Sid: "SendOutcomes", Effect: "Allow", Action: "events:PutEvents", Resource: outcomesArn };
    expectRight(judgePermissions(role({}, [...statements, sending]), DEPLOYED, { ...context, outcomesArn }));
    expectWrong(judgePermissions(role({}, [...statements, sending]), DEPLOYED, context), "SendOutcomes", "apply");
  });

  test.each<[string, ReadRole | undefined, string, string]>([
    ["there is no role", undefined, "does not exist", "apply"],
    ["Lambda may not assume the role", role({ trustPolicy: "{}" }), "Lambda may not assume", "apply"],
    ["there is no policy", role({ permissions: undefined, inlinePolicies: [] }), "it may revoke nothing", "apply"],
    [
      "there is another policy",
      role({ inlinePolicies: ["RevokeSessions", "x"] }),
      "did not give it: x",
      "delete-role-policy",
    ],
    [
      "there is a managed policy",
      role({ attachedPolicies: ["arn:x"] }),
      "did not give it: arn:x",
      "detach-role-policy",
    ],
    [
      "a statement is missing",
      role({}, statements.slice(1)),
      "RevokeRolesByPath of the function's permissions is missing",
      "",
    ],
    [
      "a statement allows more",
      role(
        {},
        statements.map((each) => (each.Sid === "Report" ? { ...each, Action: "sns:*" } : each)),
      ),
      "Report of the function's permissions is not as it is deployed",
      "apply",
    ],
    [
      "there is one more statement",
      role({}, [...statements, { Sid: "More", Effect: "Allow", Action: "iam:*", Resource: "*" }]),
      "not deployed: More",
      "apply",
    ],
  ])("are wrong if %s", (_, read, says, mend) => {
    expectWrong(judgePermissions(read, DEPLOYED, context), says, mend);
  });
});

describe("the failure queue", () => {
  test("is right if it is empty", () => {
    expectRight(judgeFailures({ queueArn: QUEUE, queue: { messages: 0 } }, DEPLOYED));
  });

  test.each([
    ["there is no destination", {}, "is lost", "apply"],
    ["the queue is gone", { queueArn: QUEUE }, "failures does not exist", "apply"],
    ["findings wait", { queueArn: QUEUE, queue: { messages: 2 } }, "2 findings", "docs/redrive.md"],
  ])("is wrong if %s", (_, read, says, mend) => {
    expectWrong(judgeFailures(read, DEPLOYED), says, mend);
  });
});

describe("the topic", () => {
  const policy = JSON.stringify({ Statement: { Effect: "Allow", Principal: { Service: "events.amazonaws.com" } } });
  const confirmed = { arn: `${TOPIC}:1`, protocol: "email", endpoint: "a@example.com" };
  const topic = { arn: TOPIC, policy, subscriptions: [confirmed] };

  test("is right if somebody has confirmed, and says who", () => {
    expect(judgeTopic(topic, TOPIC)).toEqual([{ holds: true, what: "the topic alerts tells a@example.com" }]);
  });

  test.each([
    ["it is gone", undefined, "does not exist", "apply"],
    ["nobody is subscribed", { ...topic, subscriptions: [] }, "nobody is subscribed", "sns subscribe"],
    [
      "somebody has not confirmed",
      { ...topic, subscriptions: [confirmed, { ...confirmed, arn: "PendingConfirmation", endpoint: "b@example.com" }] },
      "b@example.com has not confirmed",
      "confirm-subscription",
    ],
    ["EventBridge may not publish", { ...topic, policy: "{}" }, "EventBridge may not publish", "apply"],
  ])("is wrong if %s", (_, read, says, mend) => {
    expectWrong(judgeTopic(read, TOPIC), says, mend);
  });
});

describe("the alarms", () => {
  const alarm = { name: "a", state: "OK", actionsEnabled: true, actions: [TOPIC] };

  test("are right if all are in OK", () => {
    expectRight(judgeAlarms([alarm], "us-west-2"));
  });

  test.each([
    ["there are none", [], "no alarm", "apply"],
    ["one is in ALARM", [{ ...alarm, state: "ALARM" }], "a is in ALARM", "describe-alarms"],
    ["one has no data yet", [{ ...alarm, state: "INSUFFICIENT_DATA" }], "INSUFFICIENT_DATA", "check again"],
    ["one is switched off", [{ ...alarm, actionsEnabled: false }], "switched off", "enable-alarm-actions"],
    ["one tells nobody", [{ ...alarm, actions: [] }], "no actions", "apply"],
  ])("are wrong if %s", (_, alarms, says, mend) => {
    expectWrong(judgeAlarms(alarms, "us-west-2"), says, mend);
  });
});

describe("the log", () => {
  test("is right if it ends some day", () => {
    expectRight(judgeLog({ retentionDays: 365 }, DEPLOYED));
  });

  test.each([
    ["it is gone", undefined, "does not exist", "apply"],
    ["it is kept for ever", {}, "kept for ever", "put-retention-policy"],
  ])("is wrong if %s", (_, read, says, mend) => {
    expectWrong(judgeLog(read, DEPLOYED), says, mend);
  });
});

describe("the trail", () => {
  const trail = { name: "t", logging: true, recordsWrites: true };

  test("is right if one of several records", () => {
    expectRight(judgeTrails([{ ...trail, logging: false }, trail], "us-east-1"));
  });

  test.each([
    ["there is none", [], "no trail records", "create-trail"],
    ["it does not log", [{ ...trail, logging: false }], "does not log", "start-logging"],
    ["it records reads only", [{ ...trail, recordsWrites: false }], "no trail records", "create-trail"],
  ])("is wrong if %s", (_, trails, says, mend) => {
    expectWrong(judgeTrails(trails, "us-east-1"), says, mend);
  });
});

describe("the guard", () => {
  const rule = { ...RULE_READ, name: "guard", pattern: JSON.stringify([ROLE]) };

  test("is right if it knows the function's role", () => {
    expectRight(judgeGuard([rule], [], DEPLOYED, "us-east-1"));
  });

  test.each([
    ["there is none", [], "there is no RevocationGuard in us-east-1", "--without guard"],
    ["it is disabled", [{ ...rule, enabled: false }], "disabled", "enable-rule --region us-east-1"],
    ["it has no target", [{ ...rule, targets: [] }], "no target", "apply"],
    ["it does not know the function", [{ ...rule, pattern: "[]" }], "does not know the function's role", ROLE],
  ])("is wrong if %s", (_, rules, says, mend) => {
    expectWrong(judgeGuard(rules, [], DEPLOYED, "us-east-1"), says, mend);
  });

  test("is wrong if its topic is", () => {
    const pending = judgeTopic(undefined, TOPIC);
    expect(judgeGuard([rule], pending, DEPLOYED, "us-east-1")).toEqual(pending);
  });
});

describe("the revocations", () => {
  const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000).toISOString();
  const old = (cutoff: string, condition = {}) =>
    JSON.stringify({
      Statement: [
        {
          Effect: "Deny",
          Action: "*",
          Resource: "*",
          Condition: { DateLessThan: { "aws:TokenIssueTime": cutoff }, ...condition },
        },
      ],
    });
  const revocation = (policyName: string, document: string) => [{ roleName: "app", policyName, document }];
  const handled = (findingId: string): ReadOutcome => ({ findingId, roleName: "app", cutoff: hoursAgo(1) });
  const context = { instances: ["i-1"], unseen: [], handled: [], now: NOW };

  test("are right if there are none, and while they are wanted", () => {
    expectRight(judgeRevocations([], context));
    expectRight(judgeRevocations(revocation("RevokeOldSessions", old(hoursAgo(12))), context));
    expectRight(judgeRevocations(revocation("RevokeAllSessions-i-1", "{}"), context));
  });

  test("are kept if a finding of GuardDuty relies on what a drill has written", () => {
    const both = [handled("drill-1"), handled("0123")];
    expectRight(judgeRevocations(revocation("RevokeOldSessions", old(hoursAgo(1))), { ...context, handled: both }));
  });

  test.each([
    ["all sessions have expired", "RevokeOldSessions", old(hoursAgo(14)), "denies only sessions that have expired"],
    [
      "those of one session have expired",
      "RevokeOldSessions-i-1",
      old(hoursAgo(14), { StringEquals: { "aws:userid": "AROAX:i-1" } }),
      "denies only sessions that have expired",
    ],
    ["nobody is denied", "RevokeOldSessions", "{}", "denies no session"],
    ["the locked instance is gone", "RevokeAllSessions-i-2", "{}", "locks out i-2"],
  ])("are wrong if %s", (_, policyName, document, says) => {
    const mend = `aws iam delete-role-policy --role-name app --policy-name ${policyName}`;
    expectWrong(judgeRevocations(revocation(policyName, document), context), says, mend);
  });

  test("are wrong if a drill has left one", () => {
    const judgements = judgeRevocations(revocation("RevokeOldSessions", old(hoursAgo(1))), {
      ...context,
      handled: [handled("drill-1")],
    });
    expectWrong(judgements, "is left of a drill", "delete-role-policy");
  });
});
