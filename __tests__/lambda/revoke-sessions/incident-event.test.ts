import type { End, Followed } from "../../../lambda/revoke-sessions/followed";
import type { Incident } from "../../../lambda/revoke-sessions/incident";
import { eventAbout } from "../../../lambda/revoke-sessions/incident-event";
import { mailAbout } from "../../../lambda/revoke-sessions/mail";
import type { IncidentEvent } from "../../../src/contract/incident-event";
import { NOT_REVOKED_REASONS } from "../../../src/contract/reasons";
import {
  accessKeyId,
  FINDING_ID,
  FINDING_TYPE,
  findingEvent,
  INSTANCE_ID,
  instanceId,
  ROLE_ID,
} from "../../support/finding";
import { ofAnotherRole, refused, revoked, stolenFrom } from "../../support/incident";
import { INCIDENT_SCHEMA } from "../../support/incident-schema";
import { mismatches, pathsIn, propertyPaths } from "../../support/json-schema";
import { assuming, at, issuing, lookedUp, trailEvent } from "../../support/trail";

/** The event as it is sent. */
const eventOf = (incident: Incident, mail = mailAbout(incident)): IncidentEvent =>
  JSON.parse(JSON.stringify(eventAbout(incident, mail))) as IncidentEvent;

const bytes = (event: IncidentEvent): number => Buffer.byteLength(JSON.stringify(event));

const ACTIVITY = lookedUp([
  trailEvent(),
  trailEvent({ id: "change", name: "CreateUser", readOnly: false, resources: ["mallory"] }),
  trailEvent({ id: "denied", name: "ListUsers", errorCode: "AccessDenied" }),
  assuming("deploy"),
  issuing({ ofCaller: true, accessKeyId: accessKeyId(9) }, { id: "made" }),
]);

const [DEPLOY] = ACTIVITY.sessions;

/** A revocation whose further sessions were followed, one after the other, each started with the one before. */
const following = (...ends: End[]): Incident => ({
  ...revoked({}, { following: { sessions: ends.map((end, index) => follow(end, index + 1)), isNews: true } }),
  activity: ACTIVITY,
});
// A copy, as following makes it: sessions of one role and one name are one.
const follow = (end: End, depth: number): Followed => ({ session: { ...DEPLOY! }, depth, end });

describe("the event has what the mail has", () => {
  test("about a revocation", () => {
    // GIVEN
    const uses = [{ instanceId: INSTANCE_ID, name: "web-1", state: "running" }];
    // WHEN
    const event = eventOf(revoked({ recentCredentials: [stolenFrom(2)] }, { impact: { kind: "listed", uses } }));
    // THEN
    expect(event).toMatchObject({
      version: "1",
      outcome: "revoked",
      needsPerson: false,
      severity: 8,
      handledAt: "2026-03-01T12:00:21.000Z",
      finding: {
        type: findingEvent()["detail"] && "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
        account: "111122223333",
        region: "us-west-2",
        firstSeen: "2026-03-01T11:51:00.000Z",
        call: { api: "ListTables", service: "dynamodb.amazonaws.com", errorCode: "AccessDenied" },
        from: { ipAddress: "198.51.100.77", city: "Oslo", country: "Norway", network: "Invented Hosting, AS64511" },
      },
      role: { name: "web", arn: "arn:aws:iam::111122223333:role/web", roleId: ROLE_ID },
      instanceIds: [INSTANCE_ID, instanceId(2)],
      credentials: {
        total: 2,
        items: [
          { accessKeyId: accessKeyId(1), principalId: `${ROLE_ID}:${INSTANCE_ID}`, denied: true },
          { ...stolenFrom(2), denied: true },
        ],
      },
      revocation: {
        scope: "role",
        policyNames: ["RevokeOldSessions"],
        cutoff: "2026-03-01T12:00:40Z",
        verification: "verified",
        seenAlive: false,
      },
      roleInstances: { total: 1, items: uses },
    });
  });

  test("which instances to isolate, and no other sessions", () => {
    const event = eventOf(revoked({ recentCredentials: [{ principalId: `${ROLE_ID}:deploy` }] }));
    expect(event.instanceIds).toEqual([INSTANCE_ID]);
  });

  test("the names of the role's instances as the mail prints them, if they have one", () => {
    // GIVEN
    const uses = [
      { instanceId: INSTANCE_ID, state: "running" },
      { instanceId: instanceId(2), name: 'say "done"', state: "stopped" },
    ];
    // WHEN
    const event = eventOf(revoked({}, { impact: { kind: "listed", uses } }));
    // THEN
    expect(event.roleInstances).toEqual({ total: 2, items: [uses[0], { ...uses[1], name: "say done" }] });
  });

  test("a finding that says next to nothing", () => {
    // GIVEN
    const set = { account: undefined, time: undefined, "detail.accountId": undefined, "detail.updatedAt": undefined };
    // WHEN
    const { finding } = eventOf(revoked({ set: { ...set, "detail.service": undefined } }));
    // THEN
    expect(finding).toEqual({
      id: FINDING_ID,
      type: FINDING_TYPE,
      eventId: expect.stringContaining(FINDING_ID),
      account: "unknown",
      region: "us-west-2",
      sample: false,
      console: expect.stringMatching(/^https:/),
    });
  });

  test.each<[string, object, IncidentEvent["finding"]["from"]]>([
    [
      "nothing, if nothing of it can be printed",
      { serviceName: "\u0000", remoteIpDetails: { city: { cityName: "\u0000" } } },
      undefined,
    ],
    [
      "a foreign account, of which no more is known",
      { remoteAccountDetails: { affiliated: false } },
      { accountAffiliated: false },
    ],
  ])("what a finding says of its call, and from where it came: %s", (_, call, from) => {
    const { finding } = eventOf(revoked({ set: { "detail.service.action.awsApiCallAction": call } }));
    expect(finding.from).toEqual(from);
    expect(finding).not.toHaveProperty("call");
  });

  test("the finding's type and the reason, without links and control characters", () => {
    // GIVEN
    const evil = "a\u0000b https://evil.example/fix";
    const refusal = { reason: "unsupported-type", explanation: evil } as const;
    // WHEN
    const event = eventOf(refused("unsupported-type", { type: evil }, { refusal, plan: undefined }));
    // THEN
    expect(event).toMatchObject({ explanation: "a b (link)", finding: { type: "a b (link)" } });
  });

  test("no time of a policy that an earlier attempt wrote", () => {
    expect(eventOf(revoked({}, { writtenAt: undefined })).revocation).not.toHaveProperty("writtenAt");
  });

  test("its subject, its text and its commands", () => {
    const incident = revoked();
    const mail = mailAbout(incident);
    const { report } = eventOf(incident);
    expect(report).toMatchObject({ subject: mail.subject, message: mail.message });
    expect(report.steps.length).toBeGreaterThan(0);
    for (const line of report.steps.flatMap(({ commands }) => commands)) expect(mail.message).toContain(line);
  });

  test("about a refusal", () => {
    expect(eventOf(refused("exempt-role"))).toMatchObject({
      outcome: "not-revoked",
      reason: "exempt-role",
      explanation: "it was not to be",
      needsPerson: true,
      role: { name: "web" },
      credentials: { items: [{ denied: false }] },
    });
    expect(eventOf(refused("exempt-role"))).not.toHaveProperty("revocation");
  });

  test("which credentials of other principals are not denied", () => {
    const event = eventOf(revoked({ recentCredentials: [ofAnotherRole(3)] }));
    expect(event.needsPerson).toBe(true);
    expect(event.credentials.items.map(({ denied }) => denied)).toEqual([true, false]);
  });

  test.each([
    [
      "a user's key, though the finding takes it for the role's",
      {},
      { accessKeyId: "AKIAINVENTED00000001", principalId: `${ROLE_ID}:${INSTANCE_ID}` },
    ],
    [
      "a session of another role, if the finding names no keys",
      { "detail.resource.accessKeyDetails.accessKeyId": undefined },
      { principalId: ofAnotherRole(3).principalId },
    ],
  ])("that one credential of two that have something in common is not denied: %s", (_, set, other) => {
    const event = eventOf(revoked({ recentCredentials: [other], set }));
    expect(event.credentials.items.map(({ denied }) => denied)).toEqual([true, false]);
  });

  test("that nothing is denied if the policy was not kept", () => {
    const event = eventOf(revoked({}, { verification: { state: "not-kept" } }));
    expect(event.credentials.items.map(({ denied }) => denied)).toEqual([false]);
  });

  test("what was denied before IAM refused the rest", () => {
    // GIVEN a finding about two instances, of which one has its policy
    const incident = refused("not-permitted", { recentCredentials: [stolenFrom(2)] }, {}, { scope: "session" });
    // WHEN
    const event = eventOf({ ...incident, attached: [incident.plan!.targets[1]!] });
    // THEN
    expect(event.credentials.items.map(({ denied }) => denied)).toEqual([false, true]);
  });

  test("what the credentials were used for", () => {
    const { activity } = eventOf({ ...revoked(), activity: ACTIVITY });
    expect(activity).toMatchObject({
      complete: true,
      changed: { total: 1, items: [{ action: "CreateUser", resources: ["mallory"] }] },
      denied: { total: 1, items: [{ action: "ListUsers", count: 1 }] },
      sessions: { total: 1, items: [{ denied: false }] },
      madeKeys: { total: 1, items: [accessKeyId(9)] },
    });
  });

  test("when the credentials were used, but for those that nobody used", () => {
    const used = lookedUp([trailEvent({ time: at(-300) }), trailEvent({ time: at(-60) })]);
    expect(eventOf({ ...revoked(), activity: used }).activity).toMatchObject({
      calls: 2,
      firstCall: "2026-03-01T11:55:00.000Z",
      lastCall: "2026-03-01T11:59:00.000Z",
    });
    const { activity } = eventOf({ ...revoked(), activity: lookedUp([]) });
    expect(activity!.calls).toBe(0);
    expect(activity).not.toHaveProperty("firstCall");
    expect(activity).not.toHaveProperty("lastCall");
  });

  test("that not everything was seen, if one region of two was not looked through", () => {
    const regions = [{ region: "us-west-2", shortfall: { kind: "throttled" } as const }, { region: "us-east-1" }];
    expect(eventOf({ ...revoked(), activity: lookedUp([trailEvent()], { regions }) }).activity!.complete).toBe(false);
  });

  test("no more names of what a call changed than a list has items", () => {
    const resources = Array.from({ length: 101 }, (_, number) => `thing-${number}`);
    const activity = lookedUp([trailEvent({ name: "DeleteObjects", readOnly: false, resources })]);
    const [change] = eventOf({ ...revoked(), activity }).activity!.changed.items;
    expect(change!.resources).toEqual(resources.slice(0, 100));
  });

  test("what became of the sessions that they started", () => {
    // GIVEN a session that is denied by a policy of its own, one that is over, and one that still works
    const policy = { roleName: "deploy", policyName: "RevokeStartedSessions-1" };
    const event = eventOf(
      following(
        { kind: "denied", cutoff: at(30), policy },
        { kind: "over", why: "it has expired" },
        { kind: "open", why: "the role is protected" },
      ),
    );
    // THEN
    expect(event.followed).toMatchObject({
      total: 3,
      items: [
        { depth: 1, denied: true, cutoff: "2026-03-01T12:00:30Z", policyName: policy.policyName },
        { depth: 2, denied: true, explanation: "it has expired" },
        { depth: 3, denied: false, explanation: "the role is protected" },
      ],
    });
  });

  test.each<{ end: End; denied: boolean }>([
    { end: { kind: "denied", cutoff: at(30) }, denied: true },
    { end: { kind: "open", why: "the role is protected" }, denied: false },
  ])("whether a session that was followed is denied: $end.kind", ({ end, denied }) => {
    expect(eventOf(following(end)).activity!.sessions.items).toMatchObject([{ denied }]);
  });

  test("that nobody followed the sessions that they started", () => {
    expect(eventOf({ ...revoked(), activity: ACTIVITY })).not.toHaveProperty("followed");
  });

  test("the role by which another account was acted in", () => {
    const memberRole = "arn:aws:iam::444455556666:role/guardduty-response/GuardDuty-Response-Member";
    expect(eventOf({ ...revoked(), memberRole })).toMatchObject({ memberRole });
    expect(eventOf({ ...refused("member-role-refused"), memberRole })).toMatchObject({ memberRole });
    expect(eventOf(revoked())).not.toHaveProperty("memberRole");
  });

  test("why nobody knows what they were used for", () => {
    const { activity } = eventOf({ ...revoked(), activity: { kind: "unknown", why: "no time was left" } });
    expect(activity).toMatchObject({ unknown: "no time was left", calls: 0, complete: false });
  });
});

describe("the published schema", () => {
  const EVERY: readonly Incident[] = [
    ...NOT_REVOKED_REASONS.map((reason) => refused(reason)),
    refused("role-unknown", { set: { "detail.resource": undefined } }, { plan: undefined }),
    revoked({ set: { "detail.severity": undefined, "detail.service.action": undefined } }),
    ...(["role", "session", "instance"] as const).map((scope) => revoked({}, {}, { scope })),
    ...(["verified", "restored", "not-kept", "role-gone", "not-asked"] as const).map((state) =>
      revoked({}, { verification: { state } }),
    ),
    revoked({}, { verification: { state: "unverified", why: "throttled" } }),
    revoked({}, { impact: { kind: "listed", uses: [{ instanceId: "i-1", name: "x", state: "running" }] } }),
    { ...revoked(), activity: ACTIVITY },
    { ...revoked(), activity: { kind: "unknown", why: "no time" } },
    following(
      { kind: "denied", cutoff: at(30), policy: { roleName: "deploy", policyName: "RevokeStartedSessions-1" } },
      { kind: "open", why: "the role is protected" },
    ),
    { ...revoked(), memberRole: "arn:aws:iam::444455556666:role/guardduty-response/GuardDuty-Response-Member" },
    revoked({
      set: {
        "detail.service.action.awsApiCallAction.remoteAccountDetails": {
          accountId: "444455556666",
          affiliated: false,
          awsServiceName: "a.amazonaws.com",
        },
      },
    }),
  ];

  test("holds for every kind of incident, and names all that an event can have", () => {
    for (const incident of EVERY) expect(mismatches(eventOf(incident), INCIDENT_SCHEMA)).toEqual([]);
  });

  test("names nothing that no event has", () => {
    const seen = new Set(EVERY.flatMap((incident) => pathsIn(eventOf(incident))));
    expect(propertyPaths(INCIDENT_SCHEMA).filter((path) => !seen.has(path))).toEqual([]);
  });

  test("rejects what is no incident", () => {
    const event = { ...eventOf(revoked()), version: "2", needsPerson: "yes", extra: 1, handledAt: undefined };
    expect(mismatches(JSON.parse(JSON.stringify(event)), INCIDENT_SCHEMA)).toEqual([
      "$.handledAt: is missing",
      '$.version: must be "1"; received "2"',
      '$.needsPerson: must be of type boolean; received "yes"',
      "$.extra: is not in the schema",
    ]);
  });
});

describe("an event that EventBridge would not take is shortened", () => {
  const endless = "\u{1f600}".repeat(2_000);
  const many = <Item>(count: number, item: (number: number) => Item): Item[] =>
    Array.from({ length: count }, (_, number) => item(number));

  test("with thousands of credentials, instances and calls, each with endless names", () => {
    // GIVEN
    const finding = {
      recentCredentials: many(2_000, () => ({ accessKeyId: endless, principalId: `${ROLE_ID}:${endless}` })),
      type: endless,
      set: { "detail.region": endless, "detail.service.action.awsApiCallAction.api": endless },
    };
    const events = many(500, (number) =>
      trailEvent({ id: `${number}`, name: `${number}${endless}`, readOnly: false, resources: many(5, () => endless) }),
    );
    const uses = many(2_000, () => ({ instanceId: endless, name: endless, state: endless }));
    // WHEN
    const event = eventOf({ ...revoked(finding, { impact: { kind: "listed", uses } }), activity: lookedUp(events) });
    // THEN it is shortened, says so, and is still what the schema says
    expect(bytes(event)).toBeLessThan(250_000);
    expect(event.roleInstances).toMatchObject({ total: 2_000 });
    expect(event.roleInstances!.items.length).toBeLessThan(2_000);
    expect(mismatches(event, INCIDENT_SCHEMA)).toEqual([]);
  });

  /** An event about sixty-one credentials, with a mail of some length. */
  const eventWith = (message: string): IncidentEvent => {
    const incident = revoked({ recentCredentials: many(60, (number) => stolenFrom(number + 2)) });
    return eventOf(incident, { ...mailAbout(incident), message });
  };

  test.each([
    [250_000, 61],
    [250_001, 20],
  ])("if it would have %d bytes, to %d of 61 credentials", (length, expected) => {
    const message = "x".repeat(length - bytes(eventWith("")));
    expect(eventWith(message).credentials.items).toHaveLength(expected);
  });

  test("as far as it can be, if that is not enough", () => {
    expect(eventWith("x".repeat(250_000)).credentials.items).toHaveLength(3);
  });

  test("but not if it is of an ordinary length", () => {
    const event = eventOf(revoked({ recentCredentials: many(60, (number) => stolenFrom(number + 2)) }));
    expect(event.credentials.items).toHaveLength(61);
  });
});
