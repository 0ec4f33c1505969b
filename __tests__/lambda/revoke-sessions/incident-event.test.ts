import type { End, Followed } from "../../../lambda/revoke-sessions/followed";
import type { Incident } from "../../../lambda/revoke-sessions/incident";
import { eventAbout } from "../../../lambda/revoke-sessions/incident-event";
import { mailAbout } from "../../../lambda/revoke-sessions/mail";
import type { IncidentEvent } from "../../../src/contract/incident-event";
import { NOT_REVOKED_REASONS } from "../../../src/contract/reasons";
import { accessKeyId, findingEvent, INSTANCE_ID, instanceId, ROLE_ID } from "../../support/finding";
import { ofAnotherRole, refused, revoked, stolenFrom } from "../../support/incident";
import { INCIDENT_SCHEMA } from "../../support/incident-schema";
import { mismatches, pathsIn, propertyPaths } from "../../support/json-schema";
import { assuming, at, issuing, lookedUp, trailEvent } from "../../support/trail";

/** The event as it is sent. */
const eventOf = (incident: Incident): IncidentEvent =>
  JSON.parse(JSON.stringify(eventAbout(incident, mailAbout(incident)))) as IncidentEvent;

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

  test("but not if it is of an ordinary length", () => {
    const event = eventOf(revoked({ recentCredentials: many(60, (number) => stolenFrom(number + 2)) }));
    expect(event.credentials.items).toHaveLength(61);
  });
});
