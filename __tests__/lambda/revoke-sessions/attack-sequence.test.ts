import { type Finding, parseFindings } from "../../../lambda/revoke-sessions/finding";
import { attackSequenceEvent, ISSUED_AT, roleActor, userActor } from "../../support/attack-sequence";
import { ACCOUNT_ID, accessKeyId, EVENT_TIME, INSTANCE_ID, ROLE_ID, ROLE_NAME } from "../../support/finding";

const SEQUENCE = "detail.service.detection.sequence";
const OTHER = { roleName: "app", roleId: "AROAINVENTEDROLEAPP01", session: "deploy", accessKeyId: accessKeyId(2) };

const parse = (actors?: readonly object[], set?: Record<string, unknown>): readonly [Finding, ...Finding[]] =>
  parseFindings(attackSequenceEvent(actors, { set }));

test("an actor is a role's session, with its key and the time of its issue", () => {
  // WHEN
  const [finding, ...others] = parse();
  // THEN
  expect(finding).toMatchObject({
    accountId: ACCOUNT_ID,
    userType: "AssumedRole",
    userName: ROLE_NAME,
    credentials: [{ accessKeyId: accessKeyId(1), principalId: `${ROLE_ID}:${INSTANCE_ID}`, issuedAt: ISSUED_AT }],
    instanceId: INSTANCE_ID,
    sample: false,
  });
  expect(others).toEqual([]);
});

test("endpoints are from where the credentials were used, and signals what was done", () => {
  expect(parse()[0].activity).toMatchObject({
    ipAddress: "198.51.100.77",
    city: "Oslo",
    country: "Norway",
    network: "Invented Hosting, AS64511",
    signals: ["Discovery:IAMUser/AnomalousBehavior", "CreateAccessKey"],
    firstSeen: new Date(EVENT_TIME.getTime() - 9 * 60_000).toISOString(),
  });
});

test.each<[what: string, endpoint: unknown]>([
  ["no place and no network", { ip: "198.51.100.77" }],
  ["no country and no number", { ip: "198.51.100.77", location: {}, autonomousSystem: {} }],
])("an endpoint of %s is an address", (_, endpoint) => {
  const { activity } = parse(undefined, { [`${SEQUENCE}.endpoints`]: [endpoint] })[0];
  expect(activity).toMatchObject({ ipAddress: "198.51.100.77", city: undefined, country: undefined });
  expect(activity.network).toBeUndefined();
});

test("what cannot be read among endpoints and signals is left out", () => {
  // GIVEN
  const endpoints = [null, {}, { ip: "198.51.100.77" }];
  const signals = [7, {}, { name: "CreateAccessKey" }, { name: "CreateAccessKey" }];
  // WHEN
  const set = { [`${SEQUENCE}.endpoints`]: endpoints, [`${SEQUENCE}.signals`]: signals };
  const { activity } = parse(undefined, set)[0];
  // THEN
  expect(activity).toMatchObject({ ipAddress: "198.51.100.77", signals: ["CreateAccessKey"] });
});

test.each<[what: string, parts: Record<string, unknown>]>([
  ["not there", { endpoints: undefined, signals: undefined }],
  ["of no use", { endpoints: [null], signals: [null] }],
])("endpoints and signals that are %s tell nothing", (_, { endpoints, signals }) => {
  const set = { [`${SEQUENCE}.endpoints`]: endpoints, [`${SEQUENCE}.signals`]: signals };
  const { activity } = parse(undefined, set)[0];
  expect(activity.ipAddress).toBeUndefined();
  expect(activity.signals ?? []).toEqual([]);
});

test("several endpoints have no place in common", () => {
  const endpoints = ["198.51.100.77", "2001:db8::7", "198.51.100.77"].map((ip) => ({ ip, location: { city: "Oslo" } }));
  const { activity } = parse(undefined, { [`${SEQUENCE}.endpoints`]: endpoints })[0];
  expect(activity).toMatchObject({ ipAddress: "198.51.100.77 and 2001:db8::7", city: undefined });
});

test("sessions of one role belong together, and each role stands by itself, before users", () => {
  // GIVEN
  const second = { session: "i-0bbbbbbbbbbbbbbb2", accessKeyId: accessKeyId(3) };
  // WHEN
  const findings = parse([userActor(), roleActor(), roleActor(OTHER), roleActor(second)]);
  // THEN
  expect(findings.map(({ userName, credentials }) => [userName, credentials.map((each) => each.accessKeyId)])).toEqual([
    [ROLE_NAME, [accessKeyId(1), accessKeyId(3)]],
    ["app", [accessKeyId(2)]],
    ["mallory", ["AKIAINVENTEDUSER0001"]],
  ]);
});

test("more than five roles are told as what else was stolen", () => {
  const roles = Array.from({ length: 7 }, (_, index) =>
    roleActor({ roleName: `role-${index}`, roleId: `AROAINVENTEDROLE0000${index}`, accessKeyId: accessKeyId(index) }),
  );
  const findings = parse(roles);
  expect(findings).toHaveLength(5);
  expect(findings[0].credentials.map((each) => each.accessKeyId)).toEqual([0, 5, 6].map(accessKeyId));
});

test("the issuer names the role, whatever the actor is called", () => {
  const actor = roleActor() as { user: object };
  expect(parse([{ ...actor, user: { ...actor.user, name: INSTANCE_ID } }])[0].userName).toBe(ROLE_NAME);
});

test("the actor's name counts if there is no issuer, and its id if there is no principal", () => {
  const { id, user } = roleActor() as { id: string; user: object };
  expect(parse([{ id, user: { ...user, uid: undefined } }])[0]).toMatchObject({
    userName: ROLE_NAME,
    credentials: [{ principalId: `${ROLE_ID}:${INSTANCE_ID}`, issuedAt: undefined }],
  });
});

test.each<[what: string, id: string, expected: string | undefined]>([
  ["a role's session", `user:AssumedRole:${ROLE_ID}:deploy`, `${ROLE_ID}:deploy`],
  ["a user", "user:IAMUser:AIDAINVENTEDUSER00001", "AIDAINVENTEDUSER00001"],
  ["something before it", `a user:IAMUser:AIDAINVENTEDUSER00001`, undefined],
  ["something after it", `user:IAMUser:AIDAINVENTEDUSER00001-x`, undefined],
  ["another kind of actor", "process:4711", undefined],
])("an actor's own id has its principal: %s", (_, id, principalId) => {
  expect(parse([{ id, user: { name: "mallory" } }])[0].credentials[0].principalId).toBe(principalId);
});

test("actors without a principal stand by themselves, after roles", () => {
  // GIVEN
  const [nobody, somebody] = [{ user: { name: "nobody" } }, { user: { name: "somebody" } }];
  // WHEN
  const findings = parse([nobody, somebody, roleActor()]);
  // THEN
  expect(findings.map(({ userName }) => userName)).toEqual([ROLE_NAME, "nobody", "somebody"]);
});

test.each([
  ["a role of another account belongs to that", [roleActor({ accountId: "444455556666" })], "444455556666"],
  [
    "a role without an account belongs to its issuer's",
    [{ ...roleActor({ accountId: "444455556666" }), user: { uid: `${ROLE_ID}:x` } }],
    "444455556666",
  ],
  ["an actor without an account belongs to the finding's", [{ user: { uid: `${ROLE_ID}:x` } }], ACCOUNT_ID],
])("%s", (_, actors, accountId) => {
  expect(parse(actors)[0].accountId).toBe(accountId);
});

test("a sequence of which nothing else is told is a finding all the same", () => {
  expect(parse(undefined, { "detail.service": undefined })[0].credentials).toEqual([{}]);
});

test("GuardDuty's sample is one", () => {
  expect(parse(undefined, { "detail.service.additionalInfo": { sample: true } })[0].sample).toBe(true);
});

test.each<[what: string, sequence: unknown]>([
  ["nothing", undefined],
  ["a text", "sequence"],
  ["no list of actors", { actors: "several" }],
  ["actors of another kind", { actors: [7, null, "x", { user: [] }] }],
  ["no actors", { actors: [] }],
])("ignores what it cannot read: %s", (_, sequence) => {
  const findings = parse(undefined, { [SEQUENCE]: sequence });
  expect(findings).toHaveLength(1);
  expect(findings[0].credentials).toEqual([{}]);
});

test("ignores a time of issue that is no time", () => {
  const { user } = roleActor() as { user: object };
  expect(parse([{ user, session: { createdTime: "yesterday" } }])[0].credentials[0].issuedAt).toBeUndefined();
});
