import fc from "fast-check";

import { respond } from "../../../lambda/revoke-sessions/respond";
import { ATTACK_SEQUENCE_TYPE, attackSequenceEvent, roleActor, userActor } from "../../support/attack-sequence";
import { configuration } from "../../support/configuration";
import { accessKeyId, EVENT_TIME, instanceId, ROLE_ID, ROLE_NAME } from "../../support/finding";
import { hostile } from "../../support/hostile-event";
import { dependenciesOf } from "../../support/memory-aws";
import { denies } from "../../support/policy";
import { onRandomCases } from "../../support/random-cases";
import { StrictAws } from "../../support/strict-aws";

const SEQUENCES = { quick: 200, full: 5_000 };
jest.setTimeout(120_000);

const EXEMPT = [{ key: "guardduty-response", value: "exempt" }];
const ROLES = [
  { name: ROLE_NAME, roleId: ROLE_ID },
  { name: "deploy", roleId: "AROAINVENTEDDEPLOY001" },
  { name: "payroll", roleId: "AROAINVENTEDPAYROLL01", tags: EXEMPT },
];
const STRANGERS = [
  { name: ROLE_NAME, roleId: "AROAINVENTEDREBORN001" },
  { name: "gone", roleId: "AROAINVENTEDGONE00001" },
];

const session = fc.oneof(fc.integer({ min: 1, max: 9 }).map(instanceId), fc.constantFrom("deploy", "app-function"));
const issuedAt = fc.integer({ min: -13, max: 1 }).map((hours) => new Date(EVENT_TIME.getTime() + hours * 3_600_000));
const role = fc
  .record({
    of: fc.constantFrom(...ROLES, ...ROLES, ...STRANGERS),
    session,
    issuedAt,
    key: fc.integer({ min: 1, max: 50 }),
  })
  .map(({ of, key, ...actor }) =>
    roleActor({ ...actor, roleName: of.name, roleId: of.roleId, accessKeyId: accessKeyId(key) }),
  );
const broken = fc
  .tuple(fc.constantFrom("id", "user", "session"), hostile)
  .map(([field, value]) => ({ ...roleActor(), [field]: value }));
const actors = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: role },
    { weight: 1, arbitrary: fc.constant(userActor()) },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: hostile },
  ),
  { maxLength: 12 },
);

/** How many roles ended in which way. */
const ends: Record<string, number> = {};
afterAll(() => console.info(`roles of attack sequences: ${JSON.stringify(ends)}`));

test("each role of an attack sequence ends with its own outcome, in one mail, and a repeat writes nothing", async () => {
  await onRandomCases(fc.tuple(actors, fc.constantFrom("role", "session", "instance")), SEQUENCES, async (tried) => {
    // GIVEN an account
    const [all, scope] = tried;
    const aws = new StrictAws();
    ROLES.forEach((each) => aws.addRole(each));
    let now = new Date(EVENT_TIME.getTime() + 5_000);
    const dependencies = dependenciesOf(aws, {
      configuration: configuration({ scope, findings: [ATTACK_SEQUENCE_TYPE] }),
      now: () => now,
    });
    // Events come as JSON.
    const sent = (id: string) =>
      JSON.parse(JSON.stringify({ ...attackSequenceEvent(all as object[]), id })) as Record<string, unknown>;

    // WHEN
    const { others, ...worst } = await respond(sent("event"), dependencies);

    // THEN
    const handled = [worst, ...others];
    for (const { outcome } of handled) {
      const end = outcome.outcome === "not-revoked" ? outcome.reason : outcome.outcome;
      ends[end] = (ends[end] ?? 0) + 1;
    }
    expect(handled.length).toBeLessThanOrEqual(5);
    expect(aws.mails).toHaveLength(1);
    expect(aws.incidents).toHaveLength(handled.length);
    expect(Buffer.byteLength(aws.mails[0]!.message)).toBeLessThan(256 * 1_024);
    const revoked = handled.flatMap(({ outcome }) => (outcome.outcome === "revoked" ? outcome.role! : []));
    expect(new Set(aws.writes.map(({ roleName }) => roleName))).toEqual(new Set(revoked));
    for (const { incident } of handled) {
      if (incident?.kind !== "revoked") continue;
      const policies = [...aws.roles.get(incident.plan.roleName)!.policies.values()];
      for (const { principalId, issuedAt: at = EVENT_TIME } of incident.finding.credentials) {
        const isOwn = principalId?.startsWith(`${incident.role.roleId}:`);
        if (isOwn && at <= now) expect(denies(policies, { userId: principalId!, issuedAt: at })).toBe(true);
      }
    }

    // and WHEN it is repeated
    now = new Date(now.getTime() + 900_000);
    const written = aws.writes.length;
    await respond(sent("again"), dependencies);
    // THEN
    expect(aws.writes.length).toBe(written);
  });
});
