import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";

import { ArnTarget, FailureQueue, FindingRule, type InputTransformer, ResponseMode } from "../../../src";
import {
  anyFindingMessage,
  credentialExfiltrationMessage,
  furtherFindingMessage,
} from "../../../src/alerting/alert-message";
import { transformInput } from "../../../local-aws/eventbridge/input-transformer";
import { Place } from "../../../src/shared/place";
import { attackSequenceEvent, roleActor } from "../../support/attack-sequence";
import { findingEvent, type FindingOptions } from "../../support/finding";
import { Template } from "../../support/template";

const RUNBOOK = "https://example.com/runbook";

/** EventBridge takes at most so many paths, and so many characters of template. */
const MAX_PATHS = 100;
const MAX_CHARACTERS = 8192;

function synthesize(message: (place: Place) => InputTransformer): { template: Template; transformer: any } {
  const template = Template.from((stack) => {
    const failureQueue = new FailureQueue(stack, "queue", { queueName: "not-handled" });
    const rule = new FindingRule(stack, "rule", { ruleName: "findings", description: "Findings", failureQueue });
    const topicArn = "arn:aws:sns:us-west-2:111122223333:alerts";
    rule.addTarget("topic", new ArnTarget(topicArn, { message: message(Place.of(stack)) }));
  });
  return { template, transformer: template.only(CloudwatchEventTarget)["input_transformer"] };
}

const MESSAGES: [string, (place: Place) => InputTransformer][] = [
  ["stolen credentials", (place) => credentialExfiltrationMessage(place, ResponseMode.REVOKE, RUNBOOK)],
  ["further findings", (place) => furtherFindingMessage(place, ResponseMode.REVOKE, RUNBOOK)],
  ["any finding", anyFindingMessage],
];

test.each(MESSAGES)("the mail about %s has many lines, each a JSON string of its own", (_, message) => {
  // WHEN
  const { transformer } = synthesize(message);

  // THEN
  const lines = (transformer.input_template as string).split("\n");
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line).toMatch(/^"[^"\\]*"$|lookup\(/);
  expect(transformer.input_template.length).toBeLessThan(MAX_CHARACTERS);
});

test.each(MESSAGES)(
  "the mail about %s uses every path that it names, and names every path that it uses",
  (_, message) => {
    // WHEN
    const { transformer } = synthesize(message);

    // THEN
    const used = new Set([...transformer.input_template.matchAll(/<(\w+)>/g)].map(([, name]) => name));
    const named = Object.keys(transformer.input_paths);
    expect([...used].sort()).toEqual(named.sort());
    expect(named.length).toBeLessThanOrEqual(MAX_PATHS);
    expect(named.filter((name) => name.toLowerCase().startsWith("aws"))).toEqual([]);
  },
);

test.each(MESSAGES)("the mail about %s links to the console of the partition", (_, message) => {
  // WHEN
  const { template, transformer } = synthesize(message);

  // THEN
  const partition = template.dataReference(DataAwsPartition, "partition").slice(2, -1);
  expect(transformer.input_template).toContain(
    `, ${partition}, "console.aws.amazon.com")}/guardduty/home?region=<region>`,
  );
  for (const host of ["console.amazonaws-us-gov.com", "console.amazonaws.cn"]) {
    expect(transformer.input_template).toContain(host);
  }
});

test("the mail about stolen credentials says what is about to happen", () => {
  // WHEN
  const template = (response: ResponseMode) =>
    synthesize((place) => credentialExfiltrationMessage(place, response, RUNBOOK)).transformer.input_template;

  // THEN
  expect(template(ResponseMode.REVOKE)).toContain("whether the role's sessions were revoked");
  expect(template(ResponseMode.NOTIFY_ONLY)).toContain("only notifies");
  expect(template(ResponseMode.NOTIFY_ONLY)).not.toContain("sessions were revoked");
});

const RULE = { ruleName: "rule", ruleArn: "arn:aws:events:us-west-2:111122223333:rule/rule", ingestionTime: "" };

/** What follows each label of a mail, without blanks. */
function labelled(message: (place: Place) => InputTransformer, event: Record<string, unknown>): Record<string, string> {
  const { transformer } = synthesize(message);
  const inputTransformer = {
    inputPaths: transformer.input_paths,
    inputTemplate: transformer.input_template.replace(/\$\{lookup.*\)\}/, "console.aws.amazon.com"),
  };
  const text = transformInput(inputTransformer, event, RULE);
  const lines = [...text.matchAll(/^" *([A-Z][A-Za-z ]+): +(.*)"$/gm)];
  return Object.fromEntries(lines.map(([, label, value]) => [label!, value!.trim().replace(/ +/g, " ")]));
}

describe("the mail about further findings, filled in,", () => {
  const mailed = (event: Record<string, unknown>) =>
    labelled((place) => furtherFindingMessage(place, ResponseMode.REVOKE, RUNBOOK), event);

  test("names the actors of an attack sequence and their addresses, and leaves out what it has not", () => {
    const other = roleActor({ roleName: "app", roleId: "AROAINVENTEDROLEAPP01", session: "x", accessKeyId: "ASIA2" });
    expect(mailed(attackSequenceEvent([roleActor(), other]))).toEqual({
      GuardDuty: "Potential credential compromise of AssumedRole/web indicated by a sequence of actions.",
      "Finding type": "AttackSequence:IAM/CompromisedCredentials",
      Sample: "",
      Severity: "9",
      Account: "111122223333 us-west-2",
      "Role or user": "web app",
      Principal: "AROAINVENTEDROLEWEB01:i-0aaaaaaaaaaaaaaa1 AROAINVENTEDROLEAPP01:x",
      "Access key": "ASIAINVENTED00000001 ASIA2",
      "Used from": "198.51.100.77",
      Place: "",
      "AWS account": "",
      Affiliated: "",
      "AWS service": "",
      Call: "",
      Error: "",
      "First seen": "2026-03-01T11:51:00.000Z",
      "Last seen": "2026-03-01T11:56:00.000Z",
      Times: "3",
      Console: expect.stringMatching(/region=us-west-2#\/findings\?search=id%3D0+1$/),
      Runbook: RUNBOOK,
    });
  });

  test("names the access key of any other, and who used it from where", () => {
    const event = findingEvent({ type: "CredentialAccess:IAMUser/CompromisedCredentials" });
    expect(mailed(event)).toMatchObject({
      GuardDuty: "Credentials of an instance's role were used from an external IP address.",
      "Role or user": "web",
      Principal: "AROAINVENTEDROLEWEB01:i-0aaaaaaaaaaaaaaa1",
      "Access key": "ASIAINVENTED00000001",
      "Used from": "198.51.100.77",
      Call: "ListTables dynamodb.amazonaws.com",
    });
  });
});

describe("the mail about stolen credentials, filled in,", () => {
  const RESOURCE = "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration";
  const CALL = "detail.service.action.awsApiCallAction";
  const OWN_CALL = { api: "ListTables", serviceName: "dynamodb.amazonaws.com" };

  const mailed = (options: FindingOptions) =>
    labelled((place) => credentialExfiltrationMessage(place, ResponseMode.REVOKE, RUNBOOK), findingEvent(options));

  test("says who was robbed of what, from where it is used, and for what", () => {
    expect(mailed({})).toEqual({
      GuardDuty: "credentials of a role are used where they do not belong.",
      "Finding type": "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
      Sample: "",
      Severity: "8",
      Account: "111122223333 us-west-2",
      Role: "web",
      Session: "AROAINVENTEDROLEWEB01:i-0aaaaaaaaaaaaaaa1",
      "Access key": "ASIAINVENTED00000001",
      "Used from": "198.51.100.77",
      Place: "Oslo Norway",
      "AWS account": "",
      Affiliated: "",
      "AWS service": "",
      Call: "ListTables dynamodb.amazonaws.com",
      Error: "AccessDenied",
      "First seen": "2026-03-01T11:51:00.000Z",
      "Last seen": "2026-03-01T11:56:00.000Z",
      Times: "3",
      Console: expect.stringMatching(/region=us-west-2#\/findings\?search=id%3D0+1$/),
      Runbook: RUNBOOK,
    });
  });

  test.each<[string, FindingOptions, Record<string, string>]>([
    [
      "an address of version 6",
      {
        set: {
          [`${CALL}.remoteIpDetails.ipAddressV4`]: undefined,
          [`${CALL}.remoteIpDetails.ipAddressV6`]: "2001:db8::7",
        },
      },
      { "Used from": "2001:db8::7" },
    ],
    [
      "a foreign account",
      { set: { [`${CALL}.remoteAccountDetails`]: { accountId: "444455556666", affiliated: false } } },
      { "AWS account": "444455556666", Affiliated: "false" },
    ],
    [
      "an account of the own organization",
      {
        type: `${RESOURCE}.InsideAWS`,
        set: { [`${CALL}.remoteAccountDetails`]: { accountId: "4", affiliated: true } },
      },
      { "Finding type": `${RESOURCE}.InsideAWS`, "AWS account": "4", Affiliated: "true" },
    ],
    [
      "an account that belongs to a service",
      { set: { [`${CALL}.remoteAccountDetails`]: { accountId: "4", awsServiceName: "Invented Service" } } },
      { "AWS service": "Invented Service" },
    ],
    [
      "a service that calls",
      { set: { [CALL]: { ...OWN_CALL, domainDetails: { domain: "invented.amazonaws.com" } } } },
      {
        "AWS service": "invented.amazonaws.com",
        "Used from": "",
        Place: "",
        Call: "ListTables dynamodb.amazonaws.com",
      },
    ],
    ["a sample", { sample: true }, { Sample: "true" }],
  ])("says so of %s", (_, options, lines) => {
    expect(mailed(options)).toMatchObject(lines);
  });

  test("does not call anything an EC2 instance, whatever the kind", () => {
    const { transformer } = synthesize((place) => credentialExfiltrationMessage(place, ResponseMode.REVOKE, RUNBOOK));
    expect(transformer.input_template).not.toMatch(/EC2|instance/i);
  });

  test("has no bracket, word or comma that depends on a value", () => {
    // WHEN
    const nothing = mailed({ set: { "detail.service": {}, "detail.resource": {}, "detail.accountId": undefined } });

    // THEN
    const { GuardDuty, Console, Runbook, "Finding type": type, Severity, Account, ...unsaid } = nothing;
    expect([GuardDuty, Console, Runbook, type, Severity, Account]).not.toContain("");
    expect(Object.values(unsaid).join("")).toBe("");
  });
});
