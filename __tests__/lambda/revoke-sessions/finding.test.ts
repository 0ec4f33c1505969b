import {
  InvalidEventError,
  parseFindings,
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

const parse = (set: Record<string, unknown>) => parseFindings(findingEvent({ set }))[0];

test("reads everything that is decided on or reported", () => {
  // GIVEN a finding with the complete shape
  const event = findingEvent();
  // WHEN it is parsed
  const finding = parseFindings(event)[0];
  // THEN nothing of it is missing, and nothing else is there
  expect(finding).toEqual({
    id: FINDING_ID,
    type: FINDING_TYPE,
    accountId: ACCOUNT_ID,
    region: "us-west-2",
    severity: 8,
    eventId: `11111111-2222-4333-8444-555555555555 2026-03-01T12:00:00Z ${FINDING_ID} 2026-03-01T11:59:00.000Z`,
    receivedAt: EVENT_TIME,
    sighting: {
      firstSeen: new Date("2026-03-01T11:51:00Z"),
      lastSeen: new Date("2026-03-01T11:56:00Z"),
      provesLife: false,
    },
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
      remoteAccountAffiliated: undefined,
      callerService: undefined,
      firstSeen: "2026-03-01T11:51:00.000Z",
      lastSeen: "2026-03-01T11:56:00.000Z",
      count: 3,
      signals: [],
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
    const { credentials } = parseFindings(findingEvent({ recentCredentials: [second] }))[0];
    expect(credentials).toEqual([{ accessKeyId: accessKeyId(1), principalId: `${ROLE_ID}:${INSTANCE_ID}` }, second]);
  });

  test.each<[string, unknown, object[]]>([
    ["an entry that names only a principal", [{ principalId: "AROAX:i-1" }], [{ principalId: "AROAX:i-1" }]],
    ["an entry that names only a key", [{ accessKeyId: "ASIAX" }], [{ accessKeyId: "ASIAX" }]],
    [
      "an entry whose key is not a text",
      [{ accessKeyId: 7, principalId: "AROAX:i-1" }],
      [{ principalId: "AROAX:i-1" }],
    ],
    ["no entry that names neither", [{}, null, "text", { accessKeyId: "" }], []],
    ["nothing from what is not a list", { accessKeyId: "ASIAX" }, []],
  ])("takes %s", (_, recentCredentials, expected) => {
    expect(parse({ [`${INFO}.recentCredentials`]: recentCredentials }).credentials.slice(1)).toEqual(expected);
  });

  test("and those that stand in the embedded text", () => {
    const value = JSON.stringify({ recentCredentials: [second], type: "default" });
    expect(parse({ [`${INFO}.value`]: value }).credentials.slice(1)).toEqual([second]);
  });

  test.each(["", "  "])("an access key id of %j counts as missing", (accessKeyId) => {
    expect(parse({ [`${KEY}.accessKeyId`]: accessKeyId }).credentials[0].accessKeyId).toBeUndefined();
  });
});

describe("stays lenient where a revocation must not fail", () => {
  test.each<[string, Record<string, unknown>, object]>([
    [
      "does not take the account from the envelope: that is whose bus it is",
      { "detail.accountId": undefined },
      { accountId: undefined },
    ],
    ["prefers the account of the finding", { "detail.accountId": "444455556666" }, { accountId: "444455556666" }],
    ["takes the region from the envelope", { "detail.region": null, region: "eu-west-1" }, { region: "eu-west-1" }],
    ["says so where no region is named", { "detail.region": undefined, region: 7 }, { region: "unknown" }],
    ["says so where no id is named", { "detail.id": undefined }, { id: "unknown" }],
    ["drops a severity that is no number", { "detail.severity": "8" }, { severity: undefined }],
    ["drops a severity that is null", { "detail.severity": null }, { severity: undefined }],
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
    [
      "whether that account is affiliated",
      { [`${CALL}.remoteAccountDetails`]: { accountId: "444455556666", affiliated: true } },
      { remoteAccountAffiliated: true },
    ],
    [
      "the service that made the call",
      { [`${CALL}.remoteAccountDetails`]: { awsServiceName: "athena.amazonaws.com" } },
      { callerService: "athena.amazonaws.com" },
    ],
    ["no remote address", { [REMOTE]: undefined }, { ipAddress: undefined, city: undefined, country: undefined }],
    ["no action", { "detail.service.action": undefined }, { api: undefined, ipAddress: undefined }],
    ["no call", { [CALL]: undefined }, { api: undefined, service: undefined, errorCode: undefined }],
    ["a count that is no number", { "detail.service.count": "3" }, { count: undefined }],
  ])("reports %s", (_, set, expected) => {
    expect(parse(set).activity).toMatchObject(expected);
  });
});

describe("tells when the credentials were seen", () => {
  const seen = (set: Record<string, unknown>) => parse(set).sighting.lastSeen?.toISOString();
  const lastSeen = "detail.service.eventLastSeen";

  test.each<[string, Record<string, unknown>, string | undefined]>([
    ["the finding says it", {}, "2026-03-01T11:56:00.000Z"],
    ["only the event has a time", { [lastSeen]: undefined }, "2026-03-01T12:00:00.000Z"],
    ["only the finding was updated", { [lastSeen]: "", time: undefined }, "2026-03-01T11:59:00.000Z"],
    [
      "JavaScript alone would take it for a time",
      { [lastSeen]: "2026", time: "March 1", "detail.updatedAt": 7 },
      undefined,
    ],
  ])("if %s", (_, set, expected) => {
    expect(seen(set)).toBe(expected);
  });

  test.each([
    ["2026-03-01T11:56Z", "2026-03-01T11:56:00.000Z"],
    ["2026-03-01T11:56:07.25Z", "2026-03-01T11:56:07.250Z"],
    ["2026-03-01T13:26:00+01:30", "2026-03-01T11:56:00.000Z"],
    ["2026-03-01T10:56:00-0100", "2026-03-01T11:56:00.000Z"],
  ])("at %s", (written, expected) => {
    expect(seen({ [lastSeen]: written })).toBe(expected);
  });

  test.each<[string, Record<string, unknown>, boolean]>([
    ["a call that went through", { errorCode: undefined }, true],
    ["a call that failed for another reason", { errorCode: "NoSuchBucket" }, true],
    ["a call that was denied", { errorCode: "Client.UnauthorizedOperation" }, false],
    ["a call that was throttled", { errorCode: "ThrottlingException" }, false],
    ["a call with expired credentials", { errorCode: "ExpiredTokenException" }, false],
    ["a call that is never denied", { errorCode: undefined, api: "GetCallerIdentity" }, false],
    ["a call without a name", { errorCode: undefined, api: "" }, false],
  ])("and whether %s proves that they work: %s", (_, changed, provesLife) => {
    const set = Object.fromEntries(Object.entries(changed).map(([name, value]) => [`${CALL}.${name}`, value]));
    expect(parse(set).sighting.provesLife).toBe(provesLife);
  });
});

describe("recognises a sample", () => {
  test.each<[string, Record<string, unknown>]>([
    ["by its flag", { [`${INFO}.sample`]: true }],
    ["by its flag as text", { [`${INFO}.sample`]: "true" }],
    ["by the flag inside the embedded JSON", { [`${INFO}.value`]: '{"sample":true,"type":"default"}' }],
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
    ["a role that is called like a placeholder", { [`${KEY}.userName`]: "GeneratedFindingUserName" }],
  ])("does not see one in %s", (_, set) => {
    expect(parse(set).sample).toBe(false);
  });
});

describe("throws on what is not a finding in EventBridge's envelope, and says what it looks like", () => {
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
    expect(() => parseFindings(event)[0]).toThrow(new InvalidEventError(expected));
    expect(new InvalidEventError("").name).toBe("InvalidEventError");
  });

  test("without repeating what the event says", () => {
    expect(() => parseFindings({ detail: { type: 7, canary: "c-1" }, Canary: "c-2" })[0]).not.toThrow(/c-\d/);
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
