import { CloudwatchEventBusPolicy } from "@cdktf/provider-aws/lib/cloudwatch-event-bus-policy";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { TerraformStack, TerraformVariable, Testing } from "cdktf";

import { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import { decide } from "../../local-aws/iam/simulator";
import {
  ArnTarget,
  CredentialExfiltrationResponse,
  type CredentialExfiltrationResponseProps,
  FindingBus,
  FindingForwarder,
  type FindingForwarderProps,
  RevocableRoles,
} from "../../src";
import { ACCOUNT, deploymentOf, roleOf } from "../support/deployment";
import { findingEvent } from "../support/finding";
import { problemsOf, statementsOf, Template, testStack } from "../support/template";

const BUS = `arn:aws:events:us-west-2:${ACCOUNT}:event-bus/GuardDuty-Response-findings`;
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:security`;

const providerIn = (stack: TerraformStack, region: string) =>
  new AwsProvider(stack, `aws-${region}`, { alias: region, region });

const makeResponse = (stack: TerraformStack, props: Partial<CredentialExfiltrationResponseProps> = {}) =>
  new CredentialExfiltrationResponse(stack, "response", {
    revocableRoles: RevocableRoles.anyOfAccount(),
    alertEmails: ["security@example.com"],
    verifyAfterSeconds: 0,
    furtherRegions: true,
    ...props,
  });

/** A forwarder in us-east-1, to a response in us-west-2 that another state holds. */
function makeForwarder(stack: TerraformStack, props: Partial<FindingForwarderProps> = {}, id = "virginia") {
  return new FindingForwarder(stack, id, {
    to: { findingBusArn: BUS },
    alertEmails: ["security@example.com"],
    ...("provider" in props ? {} : { provider: providerIn(stack, "us-east-1") }),
    ...props,
  });
}

function synthesize(props: Partial<FindingForwarderProps> = {}): Template {
  return Template.from((stack) => makeForwarder(stack, props));
}

/** A response in us-west-2, and forwarders in two further regions, as if they were deployed. */
function organization(props: Partial<CredentialExfiltrationResponseProps> = {}) {
  const stack = testStack();
  const response = makeResponse(stack, props);
  for (const region of ["us-east-1", "eu-west-1"]) {
    makeForwarder(stack, { to: response, provider: providerIn(stack, region) }, region);
  }
  return { stack, deployment: deploymentOf(stack) };
}

test("the smallest use makes a rule, a role for it, a queue, alarms, and a topic with its key for them", () => {
  expect(synthesize().counts).toEqual({
    aws_cloudwatch_event_rule: 1,
    aws_cloudwatch_event_target: 1,
    aws_cloudwatch_metric_alarm: 4,
    aws_iam_role: 1,
    aws_iam_role_policy: 1,
    aws_kms_alias: 1,
    aws_kms_key: 1,
    aws_sns_topic: 1,
    aws_sns_topic_policy: 1,
    aws_sns_topic_subscription: 1,
    aws_sqs_queue: 1,
  });
});

test("everything is made by the provider of the further region", () => {
  // WHEN
  const { blocks } = synthesize();

  // THEN
  expect(Object.entries(blocks).filter(([, block]) => block["provider"] !== "aws.us-east-1")).toEqual([]);
});

test("the names that IAM knows once hold the region", () => {
  // WHEN
  const { deployment } = organization();

  // THEN
  expect(deployment.roles.map(({ name }) => name).sort()).toEqual([
    "GuardDuty-Response-Forward-eu-west-1",
    "GuardDuty-Response-Forward-us-east-1",
    "GuardDuty-Response-Revoke-us-west-2",
  ]);
});

test("the event is sent on as it is, and tried for as long as EventBridge does by itself", () => {
  // WHEN
  const target = synthesize().only(CloudwatchEventTarget);

  // THEN
  expect(target).toMatchObject({
    arn: BUS,
    role_arn: expect.stringContaining("aws_iam_role_policy.virginia_permission"),
  });
  expect(target).not.toHaveProperty("input_transformer");
  expect(target).not.toHaveProperty("retry_policy");
});

test("the target waits for the bus's policy, without which EventBridge refuses to make it", () => {
  // GIVEN
  const stack = testStack();
  makeForwarder(stack, { to: makeResponse(stack) });

  // WHEN
  const template = Template.of(stack);

  // THEN
  const forwarding = template.all(CloudwatchEventTarget).find(({ target_id }) => target_id === "bus")!;
  const policy = template.reference(CloudwatchEventBusPolicy, "event_bus_name");
  expect(forwarding["arn"]).toMatch(/^arn:\$\{.*\}:events:\$\{.*\}:\$\{.*\}:event-bus\/\$\{/);
  expect(forwarding["arn"].endsWith(policy)).toBe(true);
});

describe("a finding", () => {
  let local: LocalDeployment;
  beforeAll(async () => {
    local = await LocalDeployment.start(organization({ alertSeverity: 4 }).deployment);
    local.account.addRole({ name: "web", policies: {} });
  });
  afterAll(() => local?.close());

  /** The rules that match, and what is done. */
  async function send(event: Record<string, unknown>) {
    const outcomes = await local.send(event);
    const matched = outcomes.filter(({ match }) => match.matched);
    return {
      rules: matched.map(({ rule }) => `${rule.name} in ${rule.region}`),
      deliveries: matched.flatMap(({ deliveries }) => deliveries.map(({ kind }) => kind)),
      outcome: matched
        .flatMap(({ deliveries }) => deliveries)
        .map((each) => each.kind === "invoked" && each.invoked.invocation)
        .find((invocation) => invocation),
    };
  }

  test.each(["us-east-1", "eu-west-1"])(
    "of the further region %s is forwarded once and handled once",
    async (region) => {
      // WHEN
      const { rules, deliveries, outcome } = await send(findingEvent({ accountId: ACCOUNT, region }));

      // THEN
      expect(rules).toEqual([
        `GuardDuty-Response-ForwardFindings in ${region}`,
        "GuardDuty-Response-ForwardedCredentialExfiltration in us-west-2",
      ]);
      expect(deliveries).toEqual(["forwarded", "mailed", "invoked"]);
      expect(outcome).toMatchObject({ kind: "returned", result: { accountId: ACCOUNT, region } });
    },
  );

  test("of the home region is not forwarded, and handled once", async () => {
    // WHEN
    const { rules, deliveries } = await send(findingEvent({ accountId: ACCOUNT, region: "us-west-2" }));

    // THEN
    expect(rules).toEqual(["GuardDuty-Response-CredentialExfiltration in us-west-2"]);
    expect(deliveries).toEqual(["mailed", "invoked"]);
  });

  test("of any other kind is forwarded, and mailed once", async () => {
    // WHEN
    const { rules, deliveries } = await send(findingEvent({ region: "us-east-1", type: "Recon:EC2/Portscan" }));

    // THEN
    expect(rules).toEqual([
      "GuardDuty-Response-ForwardFindings in us-east-1",
      "GuardDuty-Response-ForwardedAnyFinding in us-west-2",
    ]);
    expect(deliveries).toEqual(["forwarded", "mailed"]);
  });

  test("has the account and region that GuardDuty says, whatever its envelope says after forwarding", async () => {
    // GIVEN
    const event = {
      ...findingEvent({ accountId: ACCOUNT, region: "us-east-1", set: { account: "999999999999" } }),
      region: "us-west-2",
    };

    // WHEN
    const { outcome } = await send(event);

    // THEN
    expect(outcome).toMatchObject({ result: { accountId: ACCOUNT, region: "us-east-1" } });
  });

  test("that the forwarder's role may not send goes to the forwarder's queue", async () => {
    // GIVEN
    const { deployment } = organization();
    const roles = deployment.roles.map((role) => ({ ...role, policies: [] }));
    const broken = await LocalDeployment.start({ ...deployment, roles });

    // WHEN
    const outcomes = await broken.send(findingEvent({ accountId: ACCOUNT, region: "us-east-1" }));
    await broken.close();

    // THEN
    const [delivery] = outcomes.flatMap(({ deliveries }) => deliveries);
    expect(delivery).toMatchObject({
      kind: "refused",
      why: expect.stringContaining("is not authorized to perform: events:PutEvents"),
      target: { deadLetterQueueArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:GuardDuty-Response-not-forwarded` },
    });
    expect(outcomes.filter(({ match }) => match.matched)).toHaveLength(1);
  });

  test("that the bus's policy does not let in goes to the forwarder's queue", async () => {
    // GIVEN
    const { deployment } = organization();
    const eventBuses = deployment.eventBuses.map((bus) => ({ ...bus, policy: undefined }));
    const broken = await LocalDeployment.start({ ...deployment, eventBuses });

    // WHEN
    const outcomes = await broken.send(findingEvent({ accountId: ACCOUNT, region: "us-east-1" }));
    await broken.close();

    // THEN
    expect(outcomes.flatMap(({ deliveries }) => deliveries)).toMatchObject([
      { kind: "refused", why: expect.stringContaining("because no resource-based policy allows the events:PutEvents") },
    ]);
  });
});

describe("the forwarder's role", () => {
  const { deployment } = organization();
  const { name, arn, policies, trustPolicy } = roleOf(deployment, "GuardDuty-Response-Forward-us-east-1");

  const may = async (action: string, resource: string) => {
    const principal = `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/events`;
    return (await decide({ principal, action, resource, accountId: ACCOUNT, identityPolicies: policies })).effect;
  };

  const mayBeAssumed = async (principal: string, context: Record<string, string>) =>
    (
      await decide({
        principal,
        action: "sts:AssumeRole",
        resource: arn,
        accountId: ACCOUNT,
        context,
        resourcePolicy: trustPolicy,
      })
    ).effect;

  const RULE = `arn:aws:events:us-east-1:${ACCOUNT}:rule/GuardDuty-Response-ForwardFindings`;

  test("may send to the home region's bus", async () => {
    expect(await may("events:PutEvents", BUS)).toBe("allowed");
  });

  test.each([
    ["events:PutEvents", `arn:aws:events:us-west-2:${ACCOUNT}:event-bus/default`],
    ["events:PutEvents", `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/GuardDuty-Response-findings`],
    ["events:PutEvents", "arn:aws:events:us-west-2:999999999999:event-bus/GuardDuty-Response-findings"],
    ["events:PutRule", RULE],
    ["iam:PutRolePolicy", arn],
    ["sts:AssumeRole", arn],
  ])("does not get %s on %s", async (action, resource) => {
    expect(await may(action, resource)).toBe("implicitly denied");
  });

  test("is assumed by EventBridge for the forwarder's rule", async () => {
    const context = { "aws:SourceArn": RULE, "aws:SourceAccount": ACCOUNT };
    expect(await mayBeAssumed("events.amazonaws.com", context)).toBe("allowed");
  });

  test.each([
    ["another rule", "events.amazonaws.com", { "aws:SourceArn": `${RULE}s`, "aws:SourceAccount": ACCOUNT }],
    ["another account", "events.amazonaws.com", { "aws:SourceArn": RULE, "aws:SourceAccount": "999999999999" }],
    ["nothing that it names", "events.amazonaws.com", {}],
    ["another service", "lambda.amazonaws.com", { "aws:SourceArn": RULE, "aws:SourceAccount": ACCOUNT }],
    ["a role of the account", `arn:aws:sts::${ACCOUNT}:assumed-role/admin/x`, { "aws:SourceArn": RULE }],
  ])("is not assumed for %s", async (_, principal, context) => {
    expect(await mayBeAssumed(principal, context as Record<string, string>)).toBe("implicitly denied");
  });

  test("has the permissions boundary that is given", () => {
    const permissionsBoundaryArn = `arn:aws:iam::${ACCOUNT}:policy/boundary`;
    expect(synthesize({ permissionsBoundaryArn }).only(IamRole)["permissions_boundary"]).toBe(permissionsBoundaryArn);
  });
});

describe("the bus", () => {
  const { deployment } = organization();
  const [bus] = deployment.eventBuses;
  const lets = async (account: string) => {
    const principal = `arn:aws:sts::${account}:assumed-role/admin/x`;
    const identityPolicies = [
      {
        name: "all",
        policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow" as const, Action: "*", Resource: "*" }] },
      },
    ];
    const use = { action: "events:PutEvents", resource: BUS, accountId: ACCOUNT };
    return (await decide({ ...use, principal, identityPolicies, resourcePolicy: bus!.policy })).effect;
  };

  test("lets the account's own roles send", async () => {
    expect(await lets(ACCOUNT)).toBe("allowed");
  });

  test("does not let another account send", async () => {
    expect(await lets("999999999999")).toBe("implicitly denied");
  });

  test.each(["default", "aws.partner", "a b", ""])("throws when its name is %j", (busName) => {
    expect(problemsOf(() => new FindingBus(testStack(), "bus", { busName }))).toEqual([
      "test/bus: invalid props:",
      `  - busName: must be 1 to 256 of A-Z a-z 0-9 . - _, not default, and not begin with aws.; received ${JSON.stringify(busName)}`,
    ]);
  });

  test("is not made unless it is asked for, nor anything that belongs to it", () => {
    // WHEN
    const without = Template.from((stack) => makeResponse(stack, { furtherRegions: undefined, alertSeverity: 4 }));
    const declined = Template.from((stack) => makeResponse(stack, { furtherRegions: false, alertSeverity: 4 }));

    // THEN
    expect(without.json).not.toMatch(/event_bus|Forward/);
    expect(declined.json).toBe(without.json);
  });
});

describe("alarms", () => {
  test("of a rule on the bus ask for the bus's metrics, those of other rules for the default bus's", () => {
    // WHEN
    const template = Template.from((stack) => makeResponse(stack, { alertSeverity: 4 }));

    // THEN
    const watched = template
      .all(CloudwatchMetricAlarm)
      .filter(({ namespace }) => namespace === "AWS/Events")
      .map(({ dimensions }) => [dimensions.RuleName, Object.keys(dimensions)]);
    const dimensionsOf = Object.fromEntries(watched);
    expect(dimensionsOf).toEqual({
      "GuardDuty-Response-CredentialExfiltration": ["RuleName"],
      "GuardDuty-Response-AnyFinding": ["RuleName"],
      "GuardDuty-Response-ForwardedCredentialExfiltration": ["EventBusName", "RuleName"],
      "GuardDuty-Response-ForwardedAnyFinding": ["EventBusName", "RuleName"],
    });
    expect(watched).toHaveLength(8);
  });

  test("notify what is given instead of a topic", () => {
    // WHEN
    const template = synthesize({ alarmActions: [TOPIC], alertEmails: undefined });

    // THEN
    expect(template.counts).not.toHaveProperty("aws_sns_topic");
    for (const alarm of template.all(CloudwatchMetricAlarm)) expect(alarm["alarm_actions"]).toEqual([TOPIC]);
  });

  test("name the runbook that is given", () => {
    const { alarm_description } = synthesize({ runbookUrl: "https://example.com/runbook" }).all(
      CloudwatchMetricAlarm,
    )[0]!;
    expect(alarm_description).toMatch(/ Runbook: https:\/\/example\.com\/runbook\.$/);
  });

  test("are alone in what may publish to the topic and use its key", () => {
    // WHEN
    const template = synthesize();

    // THEN
    for (const type of [SnsTopicPolicy, KmsKey]) {
      const allowed = Object.values<any>(statementsOf(template.only(type)["policy"])).filter(
        (s) => s.Effect === "Allow",
      );
      const services = allowed.flatMap(({ Principal }) => Principal.Service ?? []);
      expect(services).toEqual(["cloudwatch.amazonaws.com"]);
    }
  });

  test("mail the addresses through the topic that is made", () => {
    expect(synthesize().only(SnsTopicSubscription)).toMatchObject({ endpoint: "security@example.com" });
  });
});

test("further targets can be added to its rule", () => {
  // GIVEN
  const stack = testStack();
  const forwarder = makeForwarder(stack);

  // WHEN
  forwarder.rule.addTarget("cases", new ArnTarget(`arn:aws:sqs:us-east-1:${ACCOUNT}:cases`));

  // THEN
  expect(Template.of(stack).all(CloudwatchEventTarget)).toHaveLength(2);
});

describe("a forwarder in the home region, which would have its findings handled twice,", () => {
  const PROBLEM =
    "  - provider: must be of another region than the response, which hears of its own region's findings by itself; received " +
    '"us-west-2" for both; give the forwarder a provider of its own, with an alias';

  test("throws when the response tells its region", () => {
    const stack = testStack();
    const response = makeResponse(stack);
    expect(problemsOf(() => makeForwarder(stack, { to: response, provider: undefined }))).toEqual([
      "test/virginia: invalid props:",
      PROBLEM,
    ]);
  });

  test("throws when the bus's ARN tells its region", () => {
    expect(problemsOf(() => makeForwarder(testStack(), { provider: undefined }))).toEqual([
      "test/virginia: invalid props:",
      PROBLEM,
    ]);
  });

  test("is refused by the plan if only Terraform knows the region", () => {
    // GIVEN
    const stack = new TerraformStack(Testing.app(), "test");
    new AwsProvider(stack, "aws", { region: new TerraformVariable(stack, "region", {}).stringValue });

    // WHEN
    makeForwarder(stack, { provider: undefined });

    // THEN
    const { lifecycle } = Template.of(stack).only(CloudwatchEventRule);
    expect(lifecycle.precondition).toEqual([
      {
        condition: expect.stringMatching(
          /^\$\{!startswith\("arn:aws:events:us-west-2:.*", "arn:\$\{.*\}:events:\$\{.*\}:"\)\}$/,
        ),
        error_message: expect.stringMatching(/^The forwarder must be in another region than the bus, /),
      },
      {
        condition: expect.stringMatching(
          /^\$\{strcontains\("arn:.*", ":\$\{data\.aws_caller_identity\..*\}:event-bus\/"\)\}$/,
        ),
        error_message: expect.stringMatching(/^The bus must be in account \$\{.*\}, like the forwarder; received arn:/),
      },
    ]);
  });
});

test.each<[string, Partial<FindingForwarderProps>, string]>([
  [
    "a response without a bus",
    { to: {} },
    "to: must be a response that makes an event bus for findings of further regions",
  ],
  [
    "a bus's name",
    { to: { findingBusArn: "findings" } },
    "to.findingBusArn: must be the ARN of an event bus other than",
  ],
  [
    "the default bus",
    { to: { findingBusArn: `arn:aws:events:us-west-2:${ACCOUNT}:event-bus/default` } },
    "to.findingBusArn: must be the ARN of an event bus other than the default one",
  ],
  ["a prefix", { prefix: "a b" }, "prefix: must be 1 to 27 letters"],
  ["an address", { alertEmails: ["security"] }, "alertEmails[0]: must be an e-mail address"],
  [
    "nobody to notify",
    { alarmActions: [], alertEmails: undefined },
    "alarmActions: must be the ARN of at least one topic",
  ],
  ["a topic's name", { alarmActions: ["security"], alertEmails: undefined }, "alarmActions[0]: must be an ARN"],
  [
    "a topic of the home region",
    { alarmActions: [`arn:aws:sns:us-west-2:${ACCOUNT}:security`], alertEmails: undefined },
    "alarmActions[0]: must be in the forwarder's region, us-east-1",
  ],
  [
    "both addresses and topics",
    { alarmActions: [TOPIC] },
    "alertEmails: must be left out if alarmActions is given: subscribe the addresses where those topics are made",
  ],
  [
    "a boundary's name",
    { permissionsBoundaryArn: "boundary" },
    "permissionsBoundaryArn: must be the ARN of an IAM policy",
  ],
])("throws when given %s", (_, props, problem) => {
  const problems = problemsOf(() => makeForwarder(testStack(), props));
  expect(problems).toEqual(["test/virginia: invalid props:", expect.stringContaining(`  - ${problem}`)]);
});

test("throws once, with all problems", () => {
  const problems = problemsOf(() => makeForwarder(testStack(), { to: {}, prefix: "a b", alertEmails: ["x"] }));
  expect(problems).toHaveLength(4);
});

test("warns if nobody is subscribed", () => {
  // GIVEN
  const stack = testStack();

  // WHEN
  const { node } = makeForwarder(stack, { alertEmails: undefined });

  // THEN
  expect(node.metadata.map(({ data }) => data)).toEqual([
    expect.stringContaining("no alertEmails: nobody is mailed about findings that cannot be forwarded"),
  ]);
});

describe("a second forwarder of the same names", () => {
  test("throws when it is in the same region", () => {
    // GIVEN
    const stack = testStack();
    const provider = providerIn(stack, "us-east-1");
    makeForwarder(stack, { provider });

    // THEN
    expect(problemsOf(() => makeForwarder(stack, { provider }, "again"))).toEqual([
      "test/again: invalid props:",
      expect.stringMatching(/^ {2}- prefix: must differ from that of test\/virginia, /),
    ]);
  });

  test("is accepted in another region", () => {
    expect(() => organization()).not.toThrow();
  });

  test("waits for the role, which AWS refuses to make twice, with all that it would take over", () => {
    // GIVEN
    const { blocks } = synthesize();
    const ours = Object.entries(blocks)
      .filter(([address]) => address.startsWith("resource."))
      .map(([address, block]) => [address.replace("resource.", ""), JSON.stringify(block)] as const);
    const role = ours.find(([address]) => address.startsWith("aws_iam_role."))![0];

    // WHEN
    const waiting = new Set([role]);
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

test("mails about findings are as those of the home region", () => {
  // WHEN
  const template = Template.from((stack) => makeResponse(stack));

  // THEN
  const messages = template.all(CloudwatchEventTarget).flatMap(({ input_transformer }) => input_transformer ?? []);
  expect(messages).toHaveLength(2);
  expect(messages[0]).toEqual(messages[1]);
});

test("the queue takes what the rule on the bus cannot deliver", () => {
  // WHEN
  const { deployment } = organization();

  // THEN
  const { UndeliverableEvents } = statementsOf(
    JSON.stringify(deployment.queuePolicies[`arn:aws:sqs:us-west-2:${ACCOUNT}:GuardDuty-Response-not-handled`]),
  );
  expect(UndeliverableEvents!.Condition).toEqual({
    ArnEquals: {
      "aws:SourceArn": [
        `arn:aws:events:us-west-2:${ACCOUNT}:rule/GuardDuty-Response-CredentialExfiltration`,
        `arn:aws:events:us-west-2:${ACCOUNT}:rule/GuardDuty-Response-findings/GuardDuty-Response-ForwardedCredentialExfiltration`,
      ],
    },
  });
});
