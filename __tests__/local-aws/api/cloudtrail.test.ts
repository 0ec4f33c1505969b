import {
  CloudTrailClient,
  type Event,
  LookupEventsCommand,
  type LookupEventsCommandInput,
} from "@aws-sdk/client-cloudtrail";

import { AwsAccount } from "../../../local-aws/api/account";
import { AwsEndpoint } from "../../../local-aws/api/endpoint";
import { faults } from "../../../local-aws/api/fault";
import { type MadeCall, recordCall } from "../../../local-aws/api/recorded-call";

const SECOND = 1_000;
const CALLER = { roleName: "web", sessionName: "i-1", accessKeyId: "ASIAINVENTED" };

let account: AwsAccount;
let endpoint: AwsEndpoint;
let cloudTrail: CloudTrailClient;

beforeEach(async () => {
  account = new AwsAccount();
  account.addRole({ name: "web", roleId: "AROAWEB" });
  endpoint = await AwsEndpoint.start(account);
  cloudTrail = clientOf("us-west-2");
});

afterEach(async () => {
  cloudTrail.destroy();
  await endpoint.close();
});

const clientOf = (region: string): CloudTrailClient =>
  new CloudTrailClient({
    endpoint: endpoint.url,
    region,
    credentials: { accessKeyId: "ASIAREHEARSAL", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
const ago = (seconds: number): Date => new Date(Math.floor(Date.now() / SECOND - seconds) * SECOND);
const record = (changed: Partial<MadeCall> = {}, caller = CALLER): void =>
  recordCall(account, caller, { at: ago(60), service: "dynamodb", name: "ListTables", ...changed });
const lookUp = (input: LookupEventsCommandInput = {}) => cloudTrail.send(new LookupEventsCommand(input));
const by = (AttributeKey: "AccessKeyId" | "Username", AttributeValue: string): LookupEventsCommandInput => ({
  LookupAttributes: [{ AttributeKey, AttributeValue }],
});
const namesOf = (events: Event[] | undefined) => events?.map(({ EventName }) => EventName);

test("an event has what CloudTrail's look-up says of it, and the whole record as JSON", async () => {
  // GIVEN
  const at = ago(60);
  record({
    at,
    service: "iam",
    name: "CreateUser",
    readOnly: false,
    errorCode: "AccessDenied",
    address: "198.51.100.7",
    resources: { "AWS::IAM::User": "backdoor" },
  });
  // WHEN
  const { Events = [], NextToken } = await lookUp();
  // THEN
  expect(NextToken).toBeUndefined();
  expect(Events).toMatchObject([
    {
      EventName: "CreateUser",
      EventSource: "iam.amazonaws.com",
      EventTime: at,
      ReadOnly: "false",
      AccessKeyId: "ASIAINVENTED",
      Username: "i-1",
      Resources: [{ ResourceType: "AWS::IAM::User", ResourceName: "backdoor" }],
    },
  ]);
  expect(JSON.parse(Events[0]?.CloudTrailEvent ?? "")).toMatchObject({
    userIdentity: {
      type: "AssumedRole",
      principalId: "AROAWEB:i-1",
      arn: "arn:aws:sts::111122223333:assumed-role/web/i-1",
    },
    errorCode: "AccessDenied",
    sourceIPAddress: "198.51.100.7",
  });
});

test("events are looked up by access key and by the name of the session, the latest first", async () => {
  // GIVEN
  record({ name: "First", at: ago(90) });
  record({ name: "Other" }, { ...CALLER, accessKeyId: "ASIAOTHER" });
  record({ name: "Elsewhere" }, { ...CALLER, sessionName: "i-2" });
  // THEN
  expect(namesOf((await lookUp(by("AccessKeyId", "ASIAINVENTED"))).Events)).toEqual(["Elsewhere", "First"]);
  expect(namesOf((await lookUp(by("Username", "i-1"))).Events)).toEqual(["Other", "First"]);
});

test("does not find events of another region, of another time, or that are not delivered yet", async () => {
  // GIVEN
  record({ name: "Here" });
  record({ region: "us-east-1" });
  record({ at: ago(3_600) });
  record({ deliveredAt: new Date(Date.now() + 60 * SECOND) });
  // THEN
  expect(namesOf((await lookUp({ StartTime: ago(600), EndTime: ago(0) })).Events)).toEqual(["Here"]);
});

test("more events than a page takes come on the next", async () => {
  // GIVEN
  for (let index = 0; index < 3; index++) record({ name: `Call${index}`, at: ago(60 + index) });
  // WHEN
  const first = await lookUp({ MaxResults: 2 });
  const second = await lookUp({ MaxResults: 2, NextToken: first.NextToken });
  // THEN
  expect([namesOf(first.Events), namesOf(second.Events)]).toEqual([["Call0", "Call1"], ["Call2"]]);
  expect(second.NextToken).toBeUndefined();
});

test("throttles the third look-up of a second if two are taken, in each region by itself", async () => {
  account.eventHistory.lookUpsPerSecond = 2;
  await lookUp();
  await lookUp();
  await expect(lookUp()).rejects.toMatchObject({ name: "ThrottlingException" });
  const elsewhere = clientOf("us-east-1");
  await expect(elsewhere.send(new LookupEventsCommand({}))).resolves.toMatchObject({ Events: [] });
  elsewhere.destroy();
});

test.each<[string, LookupEventsCommandInput, string]>([
  [
    "two attributes",
    { LookupAttributes: [1, 2].map(() => by("Username", "x").LookupAttributes![0]!) },
    "InvalidLookupAttributesException",
  ],
  [
    "an attribute of which it knows nothing",
    { LookupAttributes: [{ AttributeKey: "ReadOnly", AttributeValue: "x" }] },
    "InvalidLookupAttributesException",
  ],
  ["a time that ends before it begins", { StartTime: ago(1), EndTime: ago(9) }, "InvalidTimeRangeException"],
  ["too long a page", { MaxResults: 51 }, "InvalidMaxResultsException"],
  ["a token that it did not give", { NextToken: "x" }, "InvalidNextTokenException"],
])("rejects %s", async (_, input, name) => {
  await expect(lookUp(input)).rejects.toMatchObject({ name });
});

test("plays a denial in CloudTrail's words", async () => {
  endpoint.hooks.fault = faults.accessDenied;
  await expect(lookUp()).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining("is not authorized to perform: cloudtrail:LookupEvents"),
  });
});
