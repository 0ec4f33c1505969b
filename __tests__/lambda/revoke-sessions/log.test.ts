import { logLine, lostEventLine } from "../../../lambda/revoke-sessions/log";
import type { IncidentEvent } from "../../../src/contract/incident-event";
import type { Outcome } from "../../../src/contract/outcome-line";
import { assuming, lookedUp, trailEvent } from "../../support/trail";
import type { End } from "../../../lambda/revoke-sessions/followed";
import type { Incident, Revoked } from "../../../lambda/revoke-sessions/incident";

const NOW = new Date("2026-03-01T12:10:45.000Z");

const OUTCOME: Outcome = {
  outcome: "revoked",
  findingId: "1ab2c3d4e5f60718293a4b5c6d7e8f90",
  findingType: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
  accountId: "111122223333",
  region: "us-west-2",
  cutoff: "2026-03-01T12:11:00Z",
  needsPerson: false,
};

const incident = (lastSeen: string | undefined, further: Partial<Revoked> = {}): Incident =>
  ({
    kind: "revoked",
    moved: true,
    finding: { activity: { lastSeen } },
    writtenAt: new Date("2026-03-01T12:10:30.400Z"),
    verification: { state: "verified" },
    ...further,
  }) as Revoked;

const fieldsOf = (told: Incident | undefined) => JSON.parse(logLine(OUTCOME, told, NOW)) as Record<string, unknown>;

test("a line holds the outcome and what every line of a log has", () => {
  // WHEN
  const line = logLine(OUTCOME, undefined, NOW);

  // THEN
  expect(line).not.toContain("\n");
  expect(JSON.parse(line)).toEqual({
    level: "INFO",
    timestamp: "2026-03-01T12:10:45.000Z",
    message: "finding handled",
    ...OUTCOME,
  });
});

test("a revocation's line says how long after the last use it was written", () => {
  expect(fieldsOf(incident("2026-03-01T12:00:00.000Z"))["secondsToRevoke"]).toBe(630);
});

test("a last use after the write, by a clock that is ahead, counts as no time", () => {
  expect(fieldsOf(incident("2026-03-01T12:10:31.000Z"))["secondsToRevoke"]).toBe(0);
});

test("a revocation's line says how far the policy is known to be in place", () => {
  expect(fieldsOf(incident(undefined, { verification: { state: "not-kept" } }))["verification"]).toBe("not-kept");
});

test("a line says how much CloudTrail knew of what was done", () => {
  // GIVEN
  const events = [
    trailEvent(),
    trailEvent({ errorCode: "AccessDenied" }),
    trailEvent({ name: "CreateUser", readOnly: false }),
    assuming("admin"),
  ];
  // THEN
  expect(fieldsOf(incident(undefined, { activity: lookedUp(events) }))["activity"]).toEqual({
    calls: 4,
    denied: 1,
    changes: 1,
    sessions: 1,
    complete: true,
  });
});

test("a line says if something was not seen", () => {
  const regions = [{ region: "us-west-2" }, { region: "us-east-1", shortfall: { kind: "throttled" as const } }];
  expect(fieldsOf(incident(undefined, { activity: lookedUp([], { regions }) }))["activity"]).toMatchObject({
    calls: 0,
    complete: false,
  });
});

test("a line says how many of the sessions that the thief started are denied", () => {
  // GIVEN
  const [session] = lookedUp([assuming("admin")]).sessions;
  const ends: End[] = [
    { kind: "denied", cutoff: NOW },
    { kind: "denied", cutoff: NOW },
    { kind: "open", why: "its role is protected" },
    { kind: "over", why: "it has expired" },
    { kind: "over", why: "it has expired" },
    { kind: "over", why: "it has expired" },
  ];
  const following = { sessions: ends.map((end) => ({ session: session!, depth: 1, end })), isNews: true };
  // THEN
  expect(fieldsOf(incident(undefined, { following }))["followed"]).toEqual({ denied: 2, notDenied: 1 });
});

test.each<[string, unknown, string]>([
  [
    "AWS's",
    Object.assign(new Error("no bus"), { name: "ResourceNotFoundException" }),
    "ResourceNotFoundException: no bus",
  ],
  ["no error", "no bus", "no bus"],
])("an event that the bus did not take is in the log as a whole, with the reason, which is %s", (_, error, why) => {
  const event = { version: "1", outcome: "revoked" } as IncidentEvent;
  expect(JSON.parse(lostEventLine(event, error, NOW))).toEqual({
    level: "ERROR",
    timestamp: "2026-03-01T12:10:45.000Z",
    message: "event not sent",
    why,
    event,
  });
});

test.each([undefined, { kind: "unknown" as const, why: "no time was left" }])(
  "does not say what was done if nobody could look: %j",
  (activity) => {
    expect(fieldsOf(incident(undefined, { activity }))).not.toHaveProperty("activity");
  },
);

test.each([
  ["the finding does not say when the credentials were last used", incident(undefined)],
  ["what the finding says is not a time", incident("yesterday")],
  ["nothing was written", incident("2026-03-01T12:00:00.000Z", { writtenAt: undefined })],
  ["the sessions were denied already", incident("2026-03-01T12:00:00.000Z", { moved: false })],
])("does not say how long it took if %s", (_, told) => {
  expect(fieldsOf(told)).not.toHaveProperty("secondsToRevoke");
});
