import {
  judgeForwarders,
  type ReadForwarder,
  type ReadForwarding,
  type ReadRegion,
} from "../../../drill/check/judge/forwarders";
import { judgeRules, type ReadRule } from "../../../drill/check/judge/rule";
import { CREDENTIAL_EXFILTRATION_TYPES } from "../../../src/contract/finding-kinds";
import { TOPIC_ARN } from "../../support/configuration";
import { deployed } from "../support/deployed";

const DEPLOYED = deployed();
const QUEUE = "arn:aws:sqs:us-west-2:111122223333:not-handled";
const BUS = "arn:aws:events:us-west-2:111122223333:event-bus/findings";
const ENVELOPE = { source: ["aws.guardduty"], "detail-type": ["GuardDuty Finding"] };
const ofTypes = (types: readonly string[]) =>
  JSON.stringify({ ...ENVELOPE, detail: { type: types.map((prefix) => ({ prefix })) } });

const RULE: ReadRule = {
  name: "forwarded",
  arn: "arn:aws:events:us-west-2:111122223333:rule/findings/forwarded",
  busName: "findings",
  enabled: true,
  pattern: ofTypes(CREDENTIAL_EXFILTRATION_TYPES),
  targets: [
    { id: "topic", arn: TOPIC_ARN, deadLetterQueueArn: QUEUE },
    { id: "function", arn: DEPLOYED.functionArn, deadLetterQueueArn: QUEUE },
  ],
};
const POLICY = JSON.stringify({
  Statement: [{ Effect: "Allow", Principal: "events.amazonaws.com", Condition: { ArnEquals: { x: RULE.arn } } }],
});
const DETECTOR = { id: "d1", status: "ENABLED", frequency: "FIFTEEN_MINUTES" };
const sending = (changed = {}) =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Action: "events:PutEvents", Resource: BUS, ...changed }] });
const FORWARDER: ReadForwarder = {
  name: "forward",
  arn: "arn:aws:events:eu-west-1:111122223333:rule/forward",
  enabled: true,
  pattern: JSON.stringify(ENVELOPE),
  targets: [{ id: "bus", arn: BUS, deadLetterQueueArn: "arn:aws:sqs:eu-west-1:111122223333:not-forwarded" }],
  permissions: sending(),
};
const IRELAND: ReadRegion = { region: "eu-west-1", detector: DETECTOR, hasResponse: false, forwarders: [FORWARDER] };
const OFF: ReadRegion = { region: "eu-west-3", hasResponse: false, forwarders: [] };
const FORWARDING = {
  bus: { arn: BUS, rules: [RULE], functionPolicy: POLICY },
  regions: [IRELAND, OFF],
  unseen: [],
} satisfies ReadForwarding;

describe("forwarders", () => {
  test("are right if each region with GuardDuty has one, or a response of its own", () => {
    const own = { ...OFF, region: "eu-west-2", detector: DETECTOR, hasResponse: true };
    expect(judgeForwarders({ ...FORWARDING, regions: [...FORWARDING.regions, own] }, DEPLOYED)).toEqual([
      { holds: true, what: "findings are forwarded from eu-west-1" },
    ]);
  });

  test("are not asked for in one region, but where nobody handles findings is said, and what was not looked at", () => {
    const forwarding = { regions: [{ ...IRELAND, forwarders: [] }, OFF], unseen: ["us-east-2"] };
    expect(judgeForwarders(forwarding, DEPLOYED)).toEqual([
      {
        holds: true,
        what:
          "only findings of us-west-2 are handled; GuardDuty is on, and nobody handles its findings, in eu-west-1; " +
          "not looked at, for want of permission: us-east-2",
      },
    ]);
  });

  test("are not asked for in one region if GuardDuty is on nowhere else", () => {
    expect(judgeForwarders({ regions: [OFF], unseen: [] }, DEPLOYED)).toEqual([
      { holds: true, what: "only findings of us-west-2 are handled" },
    ]);
  });

  const withRegion = (changed: Partial<ReadRegion>) => ({ ...FORWARDING, regions: [{ ...IRELAND, ...changed }] });
  const withForwarder = (changed: Partial<ReadForwarder>) => withRegion({ forwarders: [{ ...FORWARDER, ...changed }] });
  const withBus = (changed: Partial<typeof FORWARDING.bus>) => ({
    ...FORWARDING,
    bus: { ...FORWARDING.bus, ...changed },
  });

  test.each<[string, ReadForwarding, string, string]>([
    [
      "a region has none",
      withRegion({ forwarders: [] }),
      "GuardDuty is on in eu-west-1, and nobody",
      "FindingForwarder",
    ],
    ["GuardDuty is off in its region", withRegion({ detector: undefined }), "off in eu-west-1", "--region eu-west-1"],
    [
      "it is disabled",
      withForwarder({ enabled: false }),
      "is disabled",
      "enable-rule --region eu-west-1 --name forward",
    ],
    ["it forwards some findings only", withForwarder({ pattern: RULE.pattern }), "does not forward every", "apply"],
    ["its role may do nothing", withForwarder({ permissions: undefined }), "may not send to the event bus", "apply"],
    ...[{ Effect: "Deny" }, { Action: "events:PutRule" }, { Resource: `${BUS}-other` }].map(
      (changed): [string, ReadForwarding, string, string] => [
        `its role may not send: ${JSON.stringify(changed)}`,
        withForwarder({ permissions: sending(changed) }),
        "may not send to the event bus",
        "apply",
      ],
    ),
    ["it loses what it cannot send", withForwarder({ targets: [{ id: "bus", arn: BUS }] }), "has no queue", "apply"],
    [
      "the bus's rule is disabled",
      withBus({ rules: [{ ...RULE, enabled: false }] }),
      "the rule forwarded is disabled",
      "enable-rule --region us-west-2 --name forwarded --event-bus-name findings",
    ],
    ["the bus's rule may not invoke", withBus({ functionPolicy: undefined }), "may not invoke", "add-permission"],
  ])("are wrong if %s", (_, forwarding, says, mend) => {
    expect(judgeForwarders(forwarding, DEPLOYED)).toEqual([
      { holds: false, what: expect.stringContaining(says), mend: expect.stringContaining(mend) },
    ]);
  });
});

describe("the rule on further findings", () => {
  const SEQUENCE = "AttackSequence:IAM/CompromisedCredentials";
  const handling = deployed({ FINDINGS: JSON.stringify([SEQUENCE]) });
  const further = { ...RULE, name: "further", pattern: ofTypes([SEQUENCE]) };

  test("is right beside that on thefts", () => {
    expect(judgeRules([RULE, further], handling)).toEqual([
      { holds: true, what: expect.stringContaining(`forwarded, further: enabled, matching`) },
    ]);
  });

  test.each<[string, ReadRule[], string]>([
    ["no rule matches them", [RULE], `no rule matches findings of ${SEQUENCE}`],
    ["it matches less", [RULE, { ...further, pattern: ofTypes([`${SEQUENCE}.X`]) }], `no rule matches`],
    ["it is disabled", [RULE, { ...further, enabled: false }], "the rule further is disabled"],
    ["it does not alert", [RULE, { ...further, targets: further.targets.slice(1) }], "further does not alert"],
  ])("is wrong if %s", (_, rules, says) => {
    expect(judgeRules(rules, handling)).toEqual([
      { holds: false, what: expect.stringContaining(says), mend: expect.stringMatching(/./) },
    ]);
  });
});
