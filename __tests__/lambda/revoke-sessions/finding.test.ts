import {
  InvalidEventError,
  parseFinding,
  principalRoleId,
  sessionInstance,
} from "../../../lambda/revoke-sessions/finding";
import {
  ACCOUNT_ID,
  accessKeyId,
  EVENT_TIME,
  FINDING_ID,
  FINDING_TYPE,
  findingEvent,
  INSTANCE_ID,
  instanceId,
  ROLE_ID,
  ROLE_NAME,
} from "../../support/finding";

const KEY = "detail.resource.accessKeyDetails";
const INFO = "detail.service.additionalInfo";
const CALL = "detail.service.action.awsApiCallAction";
const REMOTE = `${CALL}.remoteIpDetails`;

const parse = (set: Record<string, unknown>) => parseFinding(findingEvent({ set }));

test("reads everything that is decided on or reported", () => {
  // GIVEN a finding with the complete shape
  const event = findingEvent();
  // WHEN it is parsed
  const finding = parseFinding(event);
  // THEN nothing of it is missing, and nothing else is there
  expect(finding).toEqual({
    id: FINDING_ID,
    type: FINDING_TYPE,
    accountId: ACCOUNT_ID,
    region: "us-west-2",
    severity: 8,
    eventTime: EVENT_TIME,
    sample: false,
    archived: false,
    userType: "AssumedRole",
    userName: ROLE_NAME,
    credentials: [{ accessKeyId: accessKeyId(1), principalId: `${ROLE_ID}:${INSTANCE_ID}` }],
    instanceId: INSTANCE_ID,
    activity: {
      api: "ListTables",
      service: "dynamodb.amazonaws.com",
      errorCode: "AccessDenied",
      ipAddress: "198.51.100.77",
      city: "Oslo",
      country: "Norway",
      network: "Invented Hosting, AS64511",
      remoteAccountId: undefined,
      firstSeen: "2026-03-01T11:51:00.000Z",
      lastSeen: "2026-03-01T11:56:00.000Z",
      count: 3,
    },
  });
});

test("lets no field that it does not know survive", () => {
  // GIVEN a canary in every kind of place
  const set = {
    canary: "c-1",
    "detail.canary": "c-2",
    [`${KEY}.secretAccessKey`]: "c-3",
    [`${INFO}.canary`]: "c-4",
    [`${CALL}.canary`]: "c-5",
  };
  // WHEN the finding is parsed THEN none is left
  expect(JSON.stringify(parse(set))).not.toMatch(/c-\d/);
});

describe("collects every stolen credential", () => {
  const second = { accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${instanceId(2)}` };

  test("the finding's own first, then the recent ones", () => {
    const { credentials } = parseFinding(findingEvent({ recentCredentials: [second] }));
    expect(credentials).toEqual([{ accessKeyId: accessKeyId(1), principalId: `${ROLE_ID}:${INSTANCE_ID}` }, second]);
  });

  test.each<[string, unknown, object[]]>([
    ["an entry that names only a principal", [{ principalId: "AROAX:i-1" }], [{ principalId: "AROAX:i-1" }]],
    ["an entry that names only a key", [{ accessKeyId: "ASIAX" }], [{ accessKeyId: "ASIAX" }]],
    ["an entry whose key is no text", [{ accessKeyId: 7, principalId: "AROAX:i-1" }], [{ principalId: "AROAX:i-1" }]],
    ["no entry that names neither", [{}, null, "text", { accessKeyId: "" }], []],
    ["nothing from what is no list", { accessKeyId: "ASIAX" }, []],
  ])("takes %s", (_, recentCredentials, expected) => {
    expect(parse({ [`${INFO}.recentCredentials`]: recentCredentials }).credentials.slice(1)).toEqual(expected);
  });

  test("an empty access key id counts as none", () => {
    expect(parse({ [`${KEY}.accessKeyId`]: "" }).credentials[0].accessKeyId).toBeUndefined();
  });
});

describe("stays lenient where a revocation must not fail", () => {
  test.each<[string, Record<string, unknown>, object]>([
    ["takes the account from the envelope", { "detail.accountId": undefined }, { accountId: ACCOUNT_ID }],
    ["prefers the account of the finding", { "detail.accountId": "444455556666" }, { accountId: "444455556666" }],
    [
      "knows no account where none is named",
      { "detail.accountId": undefined, account: undefined },
      { accountId: undefined },
    ],
    ["takes the region from the envelope", { "detail.region": null, region: "eu-west-1" }, { region: "eu-west-1" }],
    ["says so where no region is named", { "detail.region": undefined, region: 7 }, { region: "unknown" }],
    ["says so where no id is named", { "detail.id": undefined }, { id: "unknown" }],
    ["drops a severity that is no number", { "detail.severity": "8" }, { severity: undefined }],
    ["drops a severity that is null", { "detail.severity": null }, { severity: undefined }],
    [
      "takes the finding's time where the event has none",
      { time: undefined },
      { eventTime: new Date("2026-03-01T11:59:00Z") },
    ],
    [
      "takes the finding's time where the event's is none",
      { time: "soon" },
      { eventTime: new Date("2026-03-01T11:59:00Z") },
    ],
    [
      "knows no time where none is named",
      { time: undefined, "detail.updatedAt": "yesterday" },
      { eventTime: undefined },
    ],
    [
      "does without the resource",
      { "detail.resource": undefined },
      { credentials: [{}], userName: undefined, instanceId: undefined },
    ],
    ["does without the service", { "detail.service": "none" }, { archived: false, sample: false, activity: {} }],
    ["drops a user name that is no text", { [`${KEY}.userName`]: ["web"] }, { userName: undefined }],
    ["takes archived only as a boolean", { "detail.service.archived": "true" }, { archived: false }],
    ["knows an archived finding", { "detail.service.archived": true }, { archived: true }],
    [
      "takes the instance from its details",
      { [`${KEY}.principalId`]: `${ROLE_ID}:somebody` },
      { instanceId: INSTANCE_ID },
    ],
    [
      "takes the session's instance before the details'",
      { "detail.resource.instanceDetails.instanceId": "i-99999999" },
      { instanceId: INSTANCE_ID },
    ],
  ])("%s", (_, set, expected) => {
    expect(parse(set)).toMatchObject(expected);
  });

  test.each<[string, Record<string, unknown>, object]>([
    [
      "an IPv6 address",
      { [`${REMOTE}.ipAddressV4`]: undefined, [`${REMOTE}.ipAddressV6`]: "2001:db8::7" },
      { ipAddress: "2001:db8::7" },
    ],
    [
      "a network's number that is a number",
      { [`${REMOTE}.organization.asn`]: 64511 },
      { network: "Invented Hosting, AS64511" },
    ],
    [
      "a network's number that says so itself",
      { [`${REMOTE}.organization.asn`]: "AS64511" },
      { network: "Invented Hosting, AS64511" },
    ],
    ["a network without a number", { [`${REMOTE}.organization.asn`]: undefined }, { network: "Invented Hosting" }],
    [
      "an organization where the network has no name",
      { [`${REMOTE}.organization.asnOrg`]: undefined },
      { network: "Invented, AS64511" },
    ],
    ["no network", { [`${REMOTE}.organization`]: undefined }, { network: undefined }],
    [
      "the account from which it was done",
      { [`${CALL}.remoteAccountDetails`]: { accountId: "444455556666" } },
      { remoteAccountId: "444455556666" },
    ],
    ["no remote address", { [REMOTE]: undefined }, { ipAddress: undefined, city: undefined, country: undefined }],
    ["no action", { "detail.service.action": undefined }, { api: undefined, ipAddress: undefined }],
    ["no call", { [CALL]: undefined }, { api: undefined, service: undefined, errorCode: undefined }],
    ["a count that is no number", { "detail.service.count": "3" }, { count: undefined }],
  ])("reports %s", (_, set, expected) => {
    expect(parse(set).activity).toMatchObject(expected);
  });
});

describe("recognises a sample", () => {
  test.each<[string, Record<string, unknown>]>([
    ["by its flag", { [`${INFO}.sample`]: true }],
    ["by its flag as text", { [`${INFO}.sample`]: "true" }],
    ["by the flag inside the embedded JSON", { [`${INFO}.value`]: '{"sample":true,"type":"default"}' }],
    ["by its role's name", { [`${KEY}.userName`]: "GeneratedFindingUserName" }],
    ["by its access key", { [`${KEY}.accessKeyId`]: "GeneratedFindingAccessKeyId" }],
    ["by its principal", { [`${KEY}.principalId`]: "GeneratedFindingPrincipalId" }],
  ])("%s", (_, set) => {
    expect(parse(set).sample).toBe(true);
  });

  test.each<[string, Record<string, unknown>]>([
    ["a flag that is false", { [`${INFO}.sample`]: false }],
    ["a flag that is false as text", { [`${INFO}.sample`]: "false" }],
    ["a flag of another type", { [`${INFO}.sample`]: 1 }],
    ["embedded JSON that says no", { [`${INFO}.value`]: '{"sample":false}' }],
    ["embedded JSON that is no object", { [`${INFO}.value`]: "true" }],
    ["embedded JSON that is null", { [`${INFO}.value`]: "null" }],
    ["embedded text that is no JSON", { [`${INFO}.value`]: "sample" }],
    ["a role whose name holds the word further on", { [`${KEY}.userName`]: "my-GeneratedFinding" }],
  ])("fails to see one in %s", (_, set) => {
    expect(parse(set).sample).toBe(false);
  });
});

describe("fails on what is no finding in EventBridge's envelope, and says what it looks like", () => {
  const { detail } = findingEvent();
  test.each<[string, unknown, string]>([
    ["null", null, "this is null"],
    ["nothing", undefined, "this is undefined"],
    ["text", "finding", "this is string"],
    ["a list", [findingEvent()], "this is a list"],
    [
      "an SNS or SQS delivery",
      { Records: [{ Sns: { Message: "{}" } }] },
      'this is a list of "Records", as an SNS topic or a queue delivers it',
    ],
    ["an API's answer", { Findings: [detail] }, "this is a list of findings, as an API answers it"],
    ["a list of findings", { findings: [detail] }, "this is a list of findings, as an API answers it"],
    ["a finding without the envelope", detail, 'it has no "detail"'],
    ["a detail that is text", { detail: "finding" }, 'its "detail" is not an object'],
    ["a detail that is null", { detail: null }, 'its "detail" is not an object'],
    ["a detail that is a list", { detail: [detail] }, 'its "detail" is not an object'],
    [
      "PascalCase keys",
      { detail: { Type: FINDING_TYPE } },
      'its "detail" has PascalCase keys, as the GetFindings API answers it',
    ],
    ["Security Hub's wrapper", { detail: { findings: [{}] } }, 'its "detail" is a Security Hub wrapper'],
    ["Security Hub's wrapper in PascalCase", { detail: { Findings: [{}] } }, 'its "detail" is a Security Hub wrapper'],
    ["a detail without a type", { detail: {} }, 'its "detail" has no "type" that is a string'],
    ["a type that is no text", { detail: { type: 7 } }, 'its "detail" has no "type" that is a string'],
  ])("%s", (_, event, looks) => {
    const expected = `not a GuardDuty finding as EventBridge delivers it: ${looks}; expected one event whose "detail" is one finding with camelCase keys`;
    expect(() => parseFinding(event)).toThrow(new InvalidEventError(expected));
    expect(new InvalidEventError("").name).toBe("InvalidEventError");
  });

  test("without repeating what the event says", () => {
    expect(() => parseFinding({ detail: { type: 7, canary: "c-1" }, Canary: "c-2" })).not.toThrow(/c-\d/);
  });
});

describe("reads a principal", () => {
  test.each<[string | undefined, string | undefined, string | undefined]>([
    ["AROAX1:i-0abc", "AROAX1", "i-0abc"],
    ["AROAX1:i-0ABC", "AROAX1", undefined],
    ["AROAX1:i-", "AROAX1", undefined],
    [`AROAX1:i-${"a".repeat(33)}`, "AROAX1", undefined],
    ["AROAX1:i-0abc:more", "AROAX1", undefined],
    ["AROAX1:alice@example.com", "AROAX1", undefined],
    ["AROAX1", "AROAX1", undefined],
    ["AROA", undefined, undefined],
    [`AROA${"X".repeat(124)}:i-0abc`, `AROA${"X".repeat(124)}`, "i-0abc"],
    [`AROA${"X".repeat(125)}:i-0abc`, undefined, undefined],
    ["AROAX1 :i-0abc", undefined, undefined],
    ["xAROAX1:i-0abc", undefined, undefined],
    ["AIDAX1", undefined, undefined],
    ["111122223333:aws:ec2-instance:i-0abc", undefined, undefined],
    ["", undefined, undefined],
    [undefined, undefined, undefined],
  ])("%s", (principalId, roleId, instance) => {
    expect(principalRoleId(principalId)).toBe(roleId);
    expect(sessionInstance(principalId)).toBe(instance);
  });
});
