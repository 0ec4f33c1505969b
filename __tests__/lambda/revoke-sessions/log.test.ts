import { logLine } from "../../../lambda/revoke-sessions/log";
import type { Result } from "../../../lambda/revoke-sessions/outcome";
import type { Incident, Revoked } from "../../../lambda/revoke-sessions/respond";

const NOW = new Date("2026-03-01T12:10:45.000Z");

const RESULT: Result = {
  outcome: "revoked",
  findingId: "1ab2c3d4e5f60718293a4b5c6d7e8f90",
  findingType: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
  accountId: "111122223333",
  region: "us-west-2",
};

const incident = (lastSeen: string | undefined, further: Partial<Revoked> = {}): Incident =>
  ({
    finding: { activity: { lastSeen } },
    writtenAt: new Date("2026-03-01T12:10:30.400Z"),
    verification: { state: "verified" },
    ...further,
  }) as Revoked;

const fieldsOf = (told: Incident | undefined) => JSON.parse(logLine(RESULT, told, NOW)) as Record<string, unknown>;

test("a line holds the result and what every line of a log has", () => {
  // WHEN
  const line = logLine(RESULT, undefined, NOW);

  // THEN
  expect(line).not.toContain("\n");
  expect(JSON.parse(line)).toEqual({
    level: "INFO",
    timestamp: "2026-03-01T12:10:45.000Z",
    message: "finding handled",
    ...RESULT,
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

test.each([
  ["the finding does not say when the credentials were last used", incident(undefined)],
  ["what the finding says is no time", incident("yesterday")],
  ["nothing was written", incident("2026-03-01T12:00:00.000Z", { writtenAt: undefined })],
])("fails to say how long it took where %s", (_, told) => {
  expect(fieldsOf(told)).not.toHaveProperty("secondsToRevoke");
});
