import { type LookedUpEvent, readTrailEvent } from "../../../lambda/revoke-sessions/trail-event";

const TIME = new Date("2026-03-01T11:55:00Z");
const ROLE_ARN = "arn:aws:iam::111122223333:role/admin";

/** An event as the look-up responds with it. */
const looked = (record: unknown, changed: Partial<LookedUpEvent> = {}): LookedUpEvent => ({
  EventId: "1",
  EventTime: TIME,
  EventName: "CreateUser",
  EventSource: "iam.amazonaws.com",
  Resources: [{ ResourceName: "backdoor" }],
  CloudTrailEvent: typeof record === "string" ? record : JSON.stringify(record),
  ...changed,
});
const sts = (EventName: string, record: object, changed: Partial<LookedUpEvent> = {}) =>
  readTrailEvent(looked(record, { EventName, EventSource: "sts.amazonaws.com", ...changed }))?.issued;

test("an event says who called what, from where, and with which result", () => {
  const record = {
    readOnly: false,
    errorCode: "AccessDenied",
    sourceIPAddress: "198.51.100.77",
    userIdentity: { accessKeyId: "ASIA1", principalId: "AROA1:i-1" },
  };
  expect(readTrailEvent(looked(record))).toEqual({
    id: "1",
    time: TIME,
    source: "iam.amazonaws.com",
    name: "CreateUser",
    readOnly: false,
    errorCode: "AccessDenied",
    accessKeyId: "ASIA1",
    principalId: "AROA1:i-1",
    address: "198.51.100.77",
    resources: ["backdoor"],
  });
});

test("what was changed is named by the parameters, if CloudTrail lists no resources", () => {
  const record = {
    requestParameters: {
      ...{ userName: "backdoor", maxItems: 5, policyArn: "arn:x", note: "hello", tags: {} },
      ...{ groupName: { a: 1 }, roleName: "", idle: "yes" },
    },
  };
  expect(readTrailEvent(looked(record, { Resources: [] }))?.resources).toEqual(["backdoor", "arn:x"]);
});

test.each<[string, Partial<LookedUpEvent>, unknown]>([
  ["no list of resources", { Resources: undefined }, null],
  ["a resource without a name", { Resources: [{}] }, null],
  ["parameters that are text", { Resources: [] }, "backdoor"],
])("nothing is named by an event that has %s", (_, changed, requestParameters) => {
  expect(readTrailEvent(looked({ requestParameters }, changed))?.resources).toEqual([]);
});

test("an event without a source is of no service", () => {
  expect(readTrailEvent(looked({}, { EventSource: undefined }))?.source).toBe("");
});

test("an event without a record still counts", () => {
  expect(readTrailEvent({ ...looked({}), CloudTrailEvent: undefined })).toMatchObject({ name: "CreateUser" });
});

test("a session that was started has its role, its principal and its key", () => {
  const record = {
    requestParameters: { roleArn: ROLE_ARN, roleSessionName: "thief" },
    responseElements: {
      credentials: { accessKeyId: "ASIA2", sessionToken: "secret" },
      assumedRoleUser: { assumedRoleId: "AROA2:thief", arn: "arn:aws:sts::111122223333:assumed-role/admin/thief" },
    },
  };
  expect(sts("AssumeRole", record)).toEqual({
    accessKeyId: "ASIA2",
    ofCaller: false,
    principalId: "AROA2:thief",
    roleArn: ROLE_ARN,
  });
});

test.each(["GetScopedCredentials", "GetSessionToken"])("credentials by %s are the caller's once more", (name) => {
  const record = { responseElements: { credentials: { accessKeyId: "ASIA3" } } };
  expect(sts(name, record)).toMatchObject({ accessKeyId: "ASIA3", ofCaller: true });
});

test.each<[string, object, Partial<LookedUpEvent>]>([
  ["a call that failed", { errorCode: "AccessDenied", responseElements: null }, {}],
  ["a call of another service", { responseElements: { credentials: {} } }, { EventSource: "redshift.amazonaws.com" }],
])("%s hands out no session", (_, record, changed) => {
  expect(sts("AssumeRole", record, changed)).toBeUndefined();
});

test.each(["", "not JSON", "null", "[]", '{"readOnly":"true","userIdentity":[],"responseElements":"x"}'])(
  "an event whose record is %j still counts, as a change",
  (record) => {
    expect(readTrailEvent(looked(record))).toMatchObject({
      name: "CreateUser",
      readOnly: false,
      resources: ["backdoor"],
    });
  },
);

test.each<[string, Partial<LookedUpEvent>]>([
  ["name", { EventName: undefined }],
  ["time", { EventTime: undefined }],
  ["id", { EventId: undefined }],
])("ignores an event without a %s", (_, changed) => {
  expect(readTrailEvent(looked({}, changed))).toBeUndefined();
});
