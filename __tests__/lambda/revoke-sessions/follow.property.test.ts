import fc from "fast-check";

import { summarize } from "../../../lambda/revoke-sessions/activity";
import { respond } from "../../../lambda/revoke-sessions/respond";
import type { TrailEvent } from "../../../lambda/revoke-sessions/trail-event";
import { configuration } from "../../support/configuration";
import { ACCOUNT_ID, accessKeyId, findingEvent, INSTANCE_ID, ROLE_ID, ROLE_NAME } from "../../support/finding";
import { dependenciesOf } from "../../support/memory-aws";
import { denies } from "../../support/policy";
import { onRandomCases } from "../../support/random-cases";
import { StrictAws } from "../../support/strict-aws";
import { at, issuing, lookedUp, otherRoleId, STOLEN, THIEFS_ADDRESS } from "../../support/trail";

const CHAINS = { quick: 300, full: 5_000 };
jest.setTimeout(120_000);

const PROTECTED = "pipeline";
const ROLES = ["one", "two", "three", PROTECTED];

/** A session that the thief starts with the stolen credentials, or with a session that it started before. */
interface Start {
  /** The number of the session that starts it; the stolen one if there is none of that number. */
  readonly by: number;
  readonly role: string;
  readonly name: string;
  readonly minute: number;
  /** How long CloudTrail takes to deliver the call. */
  readonly delay: number;
  /** Whether CloudTrail names the key that the call handed out. */
  readonly isKeyNamed: boolean;
}

const start: fc.Arbitrary<Start> = fc.record({
  by: fc.integer({ min: -1, max: 7 }),
  role: fc.constantFrom(...ROLES),
  name: fc.constantFrom("thief", "export"),
  minute: fc.integer({ min: -60, max: 100 }),
  delay: fc.integer({ min: 0, max: 30 }),
  isKeyNamed: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

/** When findings come, in minutes. */
const FINDINGS = [0, 45, 130];

interface Session extends Start {
  readonly userId: string;
  readonly key: string;
  readonly depth: number;
  /** Whether it can be found: every call that led to it is delivered, and nobody drew a line before it. */
  readonly isFound: boolean;
  readonly call: TrailEvent;
}

const isDelivered = ({ minute, delay }: Start, now: number): boolean => minute + delay <= now;

/** What comes of some starts, each after the session that starts it. */
function sessionsOf(starts: readonly Start[], now: number): Session[] {
  const sessions: Session[] = [];
  for (const [number, each] of starts.entries()) {
    const caller = sessions[each.by];
    const minute = Math.max(each.minute, caller?.minute ?? -Infinity);
    const userId = `${otherRoleId(each.role)}:${each.name}`;
    const key = accessKeyId(100 + number);
    sessions.push({
      ...each,
      minute,
      userId,
      key,
      depth: (caller?.depth ?? 0) + 1,
      isFound:
        isDelivered({ ...each, minute }, now) &&
        (caller === undefined || (caller.isFound && caller.role !== PROTECTED)),
      call: issuing(
        {
          accessKeyId: each.isKeyNamed ? key : undefined,
          principalId: userId,
          roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/${each.role}`,
        },
        {
          id: `call-${number}`,
          time: at(minute * 60),
          accessKeyId: caller?.key ?? accessKeyId(1),
          principalId: caller?.userId ?? `${ROLE_ID}:${INSTANCE_ID}`,
          address: THIEFS_ADDRESS,
        },
      ),
    });
  }
  return sessions;
}

/** How many sessions were denied, and how deep. */
const denied: Record<number, number> = {};
afterAll(() => console.info(`started sessions that were denied, by depth: ${JSON.stringify(denied)}`));

test("every session that CloudTrail tells of, up to three deep, ends denied, but for what somebody protects, and once", async () => {
  await onRandomCases(fc.array(start, { maxLength: 8 }), CHAINS, async (starts) => {
    // GIVEN
    const aws = new StrictAws();
    aws.addRole();
    for (const name of ROLES) aws.addRole({ name, roleId: otherRoleId(name) });

    /** Lets the finding come, and CloudTrail tell what it has by then. */
    const handle = async (minute: number, eventId: string): Promise<void> => {
      const delivered = sessionsOf(starts, minute).flatMap((each) => (isDelivered(each, minute) ? each.call : []));
      aws.activityOf = (stolen) => lookedUp([], summarize(delivered, stolen));
      aws.activity = aws.activityOf(STOLEN);
      await respond(
        findingEvent({ time: at(minute * 60), set: { id: eventId } }),
        dependenciesOf(aws, {
          configuration: configuration({
            activity: true,
            followSessions: true,
            verifyAfterSeconds: 0,
            protectedRoles: [`arn:aws:iam::${ACCOUNT_ID}:role/${PROTECTED}`],
          }),
          secondsLeft: () => 117,
          now: () => at(minute * 60),
        }),
      );
    };

    // WHEN the finding comes, and comes again
    for (const minute of FINDINGS) await handle(minute, `event-${minute}`);

    // THEN
    const due = sessionsOf(starts, FINDINGS.at(-1)!).filter(
      ({ isFound, depth, role }) => isFound && depth <= 3 && role !== PROTECTED,
    );
    const alive = due.filter(({ role, userId, minute }) => {
      const policies = aws.roles.get(role)!.policies.values();
      return !denies(policies, { userId, issuedAt: at(minute * 60) });
    });
    expect(alive.map(({ userId, minute }) => `${userId} of minute ${minute}`)).toEqual([]);
    for (const { depth } of due) denied[depth] = (denied[depth] ?? 0) + 1;
    // and nothing is written on what is protected
    expect(aws.writes.filter(({ roleName }) => roleName === PROTECTED)).toEqual([]);
    expect(aws.roles.get(ROLE_NAME)!.policies.size).toBe(1);

    // and WHEN nothing new is known, THEN nothing is written
    const written = aws.writes.length;
    await handle(FINDINGS.at(-1)! + 1, "once more");
    expect(aws.writes.slice(written)).toEqual([]);
  });
});
