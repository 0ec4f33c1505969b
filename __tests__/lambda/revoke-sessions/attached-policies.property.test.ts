import fc from "fast-check";

import type { FunctionConfiguration } from "../../../lambda/revoke-sessions/configuration";
import { digestOf } from "../../../lambda/revoke-sessions/memory";
import { respond } from "../../../lambda/revoke-sessions/respond";
import { attachedPolicies, lengthOf, QUOTA } from "../../support/attached-policy";
import { configuration } from "../../support/configuration";
import { accessKeyId, EVENT_TIME, findingEvent, INSTANCE_ID, instanceId, ROLE_ID } from "../../support/finding";
import { dependenciesOf } from "../../support/memory-aws";
import { deniedBy, deniesAll, type Session, type Statement, statementsOf } from "../../support/policy";
import { onRandomCases } from "../../support/random-cases";
import { StrictAws } from "../../support/strict-aws";

const POLICIES = { quick: 400, full: 10_000 };
jest.setTimeout(120_000);

const HOUR = 3_600;
const at = (seconds: number): Date => new Date(EVENT_TIME.getTime() + seconds * 1_000);

/** The names under which the function looks for policies, each with a policy or none. */
const policies = fc.record(
  {
    RevokeOldSessions: attachedPolicies,
    [`RevokeOldSessions-${INSTANCE_ID}`]: attachedPolicies,
    [`RevokeAllSessions-${INSTANCE_ID}`]: attachedPolicies,
  },
  { requiredKeys: [] },
);

const cases = fc
  .record({
    policies,
    scope: fc.constantFrom<FunctionConfiguration["scope"]>("role", "session", "instance"),
    /** How much of the role's room other policies take. */
    taken: fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 9_000, max: QUOTA }) },
    ),
    secondTheft: fc.boolean(),
    /** When the credentials were seen, before the event, and whether that proves that they work. */
    firstSeen: fc.oneof(fc.integer({ min: -3 * HOUR, max: -300 }), fc.constant(-540)),
    provesLife: fc.boolean(),
  })
  .filter(({ policies: attached, taken }) => {
    const length = Object.values(attached).reduce((sum, document) => sum + lengthOf(document), taken);
    return length <= QUOTA;
  });

/** Sessions of every age that matters. */
const SESSIONS: readonly Session[] = [INSTANCE_ID, instanceId(2)].flatMap((name) =>
  [
    -13 * HOUR,
    -6 * HOUR,
    -HOUR,
    -301,
    -300,
    -61,
    -1,
    0,
    5,
    34,
    35,
    36,
    60,
    600,
    2 * HOUR,
    40 * HOUR,
    24 * 365 * 30 * HOUR,
  ].map((seconds) => ({ userId: `${ROLE_ID}:${name}`, issuedAt: at(seconds) })),
);

/** How many findings ended in which way. */
const ends: Record<string, number> = {};
afterAll(() => console.info(`attached policies: ${JSON.stringify(ends)}`));

test("whatever is attached, what was denied stays denied, the stolen sessions too, and IAM takes what is written", async () => {
  await onRandomCases(
    cases,
    POLICIES,
    async ({ policies: attached, scope, taken, secondTheft, firstSeen, provesLife }) => {
      // GIVEN a role with policies that anybody may have written
      const aws = new StrictAws();
      const role = aws.addRole();
      for (const [name, document] of Object.entries(attached)) role.policies.set(name, document);
      if (taken > 0) role.policies.set("app", "x".repeat(taken));
      const documents = () => [...role.policies].filter(([name]) => name !== "app").map(([, document]) => document);
      const before = documents();
      let now = at(5);
      const dependencies = dependenciesOf(aws, {
        configuration: configuration({ scope }),
        now: () => now,
        wait: async (seconds) => void (now = new Date(now.getTime() + seconds * 1_000)),
      });
      const second = { accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${INSTANCE_ID}` };
      const event = (id: string) =>
        findingEvent({
          ...(secondTheft && { recentCredentials: [second] }),
          set: {
            id,
            "detail.service.eventFirstSeen": at(firstSeen).toISOString(),
            "detail.service.eventLastSeen": at(-300).toISOString(),
            "detail.service.action.awsApiCallAction.errorCode": provesLife ? undefined : "AccessDenied",
          },
        });

      // WHEN a finding is handled
      const { outcome } = await respond(event("first"), dependencies);
      const end = outcome.outcome === "not-revoked" ? outcome.reason : outcome.outcome;
      ends[end] = (ends[end] ?? 0) + 1;

      // THEN everybody who was denied is denied still
      const after = documents();
      const [wasDenied, isDenied] = [deniedBy(before), deniedBy(after)];
      expect(SESSIONS.filter((session) => wasDenied(session) && !isDenied(session))).toEqual([]);
      expect(furtherDenials(before).filter((statement) => !furtherDenials(after).includes(statement))).toEqual([]);
      for (const { document } of aws.writes) expect(ownLength(document)).toBeLessThan(1_900);

      if (outcome.outcome === "not-revoked") {
        // There was no room for a statement.
        expect([outcome.reason, isFull(role.policies, 260)]).toEqual(["policy-quota-exceeded", true]);
        expect(aws.mails).toHaveLength(1);
        return;
      }
      // and so are the stolen sessions; unless the policy claims that they were already, and nothing shows that they were not
      const stolen = (issued: number) => ({ userId: `${ROLE_ID}:${INSTANCE_ID}`, issuedAt: at(issued) });
      const wasAlive = provesLife && !wasDenied(stolen(firstSeen - 31));
      const isClaimed = before.some((document) => document.includes(digestOf(accessKeyId(1))));
      if (wasAlive || !isClaimed) expect(isDenied(stolen(-300))).toBe(true);
      if (aws.writes.length > 0) expect(aws.mails).toHaveLength(1);

      // and WHEN it is repeated THEN nothing is written, or, if the memory has no room, nothing that a session notices
      const written = aws.writes.length;
      now = at(900);
      expect((await respond(event("second"), dependencies)).outcome).toMatchObject({
        outcome: "already-revoked",
        cutoff: outcome.cutoff,
      });
      if (!isFull(role.policies, 60)) expect(aws.writes).toHaveLength(written);
    },
  );
});

/** Whether a role's policies have no room for so many more characters. */
const isFull = (attached: ReadonlyMap<string, string>, characters: number): boolean =>
  [...attached.values()].reduce((sum, document) => sum + lengthOf(document), 0) > QUOTA - characters;

/** The denials that say less than that whole sessions are denied, as they stand there but for their ids. */
const furtherDenials = (documents: readonly string[]): string[] =>
  documents
    .flatMap(statementsOf)
    .filter(isFurther)
    .map(({ Sid: _, ...statement }) => JSON.stringify(statement));

function isFurther(statement: Statement): boolean {
  const keys = Object.values((statement["Condition"] ?? {}) as object).flatMap((condition) =>
    Object.keys(condition as object),
  );
  const isOfSessions = keys.every((key) => ["aws:tokenissuetime", "aws:userid"].includes(key.toLowerCase()));
  return statement.Effect === "Deny" && !(deniesAll(statement) && isOfSessions);
}

/** The length of what the function itself says in a policy. */
function ownLength(document: string): number {
  const own = statementsOf(document).filter(({ Sid }) => Sid?.startsWith("Answers"));
  return JSON.stringify(own[0] ?? "").length;
}
