import fc from "fast-check";

import type { Scope } from "../../src/contract/environment";
import type { Call } from "./memory-aws";
import { accessKeyId, EVENT_TIME, findingEvent, instanceId, ROLE_ID } from "./finding";

/**
 * What goes wrong with one call of the function to AWS: it fails, its response gets lost, it takes long, the role is full,
 * AWS denies it for good, or the whole attempt ends before it or after it, as when Lambda loses the machine.
 */
export type CallFault =
  "none" | "error" | "lost-answer" | "slow" | "quota" | "denied" | "killed-before" | "killed-after";

/** Credentials in the hands of a thief. */
export interface Theft {
  readonly accessKeyId: string;
  /** `aws:userid` of the stolen session. */
  readonly userId: string;
  readonly issuedAt: Date;
}

/** One event as EventBridge delivers it. */
export interface Delivery {
  readonly event: Record<string, unknown>;
  readonly thefts: readonly Theft[];
  readonly deliveredAt: Date;
}

/** Findings about one role, as they arrive, and what goes wrong meanwhile. */
export interface History {
  readonly scope: Scope;
  readonly thefts: readonly Theft[];
  readonly deliveries: readonly Delivery[];
  /** Of the calls to AWS, in the order in which they are made; every later one goes well. */
  readonly faults: readonly CallFault[];
  /** Of the calls of one name, in the order in which they are made; these use up none of the others. */
  readonly faultsOf?: Readonly<Partial<Record<Call, readonly CallFault[]>>>;
  /** How long the calls take, in milliseconds; every later one takes none. */
  readonly latencies: readonly number[];
  /** How long after each write that names the first theft its thief deletes the policy, in milliseconds. */
  readonly deletions: readonly number[];
  /** By how much the clocks of the attempts are ahead, in milliseconds; every later one is right. */
  readonly clockErrors: readonly number[];
  /** When somebody deletes the role. */
  readonly roleDeletedAt?: Date;
}

const HOUR = 3_600;
/** By how much earlier than its event a finding says that the credentials were first seen in use. */
const SEEN_BEFORE = 9 * 60;
const seconds = (count: number): Date => new Date(EVENT_TIME.getTime() + count * 1_000);

const theft = fc.record({
  session: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 3 }).map(instanceId) },
    { weight: 1, arbitrary: fc.constant("deploy") },
  ),
  /** Age of the credentials when they are first found. */
  age: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 * HOUR })),
});
const finding = fc.record({
  thefts: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 3 }),
  at: fc.oneof(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 5 * HOUR })),
  id: fc.nat(9),
  delays: fc.array(fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 2 * HOUR })), {
    minLength: 1,
    maxLength: 2,
  }),
});
const plan = fc.record({
  scope: fc.constantFrom<Scope>("role", "session"),
  thefts: fc.array(theft, { minLength: 1, maxLength: 6 }),
  findings: fc.array(finding, { minLength: 1, maxLength: 6 }),
  faults: fc.array(fc.constantFrom<CallFault>("none", "none", "error", "lost-answer", "slow", "quota"), {
    maxLength: 40,
  }),
  latencies: fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 40 }),
  deletions: fc.array(fc.integer({ min: 0, max: 6_000 }), { maxLength: 4 }),
  clockErrors: fc.constant<number[]>([]),
  roleDeletedAt: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined, freq: 20 }),
});

/** Histories in which findings come late, twice and in any order, of thefts that overlap, while calls to AWS fail. */
export const histories: fc.Arbitrary<History> = plan.map(({ thefts: planned, findings: found, ...history }) => {
  const findings = found.map((each) => ({
    ...each,
    thefts: [...new Set(each.thefts.map((index) => index % planned.length))],
  }));
  const thefts = planned.map(({ session, age }, index): Theft => {
    const firstFound = Math.min(
      ...findings.filter((each) => each.thefts.includes(index)).map(({ at }) => at),
      5 * HOUR,
    );
    return {
      accessKeyId: accessKeyId(index + 1),
      userId: `${ROLE_ID}:${session}`,
      issuedAt: seconds(firstFound - SEEN_BEFORE - age),
    };
  });
  const deliveries = findings.flatMap(({ thefts: indexes, at, id, delays }) => {
    const stolen = indexes.map((index) => thefts[index]!);
    const [first, ...recent] = stolen.map(({ userId, ...each }) => ({
      accessKeyId: each.accessKeyId,
      principalId: userId,
    }));
    const event = findingEvent({
      id: `finding-${id}`,
      time: seconds(at),
      accessKeyId: first!.accessKeyId,
      session: first!.principalId.split(":")[1],
      recentCredentials: recent,
    });
    return delays.map((delay): Delivery => ({ event, thefts: stolen, deliveredAt: seconds(at + delay) }));
  });
  const roleDeletedAt = history.roleDeletedAt === undefined ? undefined : seconds(history.roleDeletedAt);
  return { ...history, thefts, deliveries, roleDeletedAt };
});

/** Histories of a role that nobody but the function edits, on machines whose clocks differ. */
export const undisturbedHistories: fc.Arbitrary<History> = fc
  .tuple(histories, fc.array(fc.integer({ min: -300_000, max: 300_000 }), { maxLength: 8 }))
  .map(([history, clockErrors]) => ({
    ...history,
    clockErrors,
    // What IAM takes late is written again with a later cut-off, and a full role forgets.
    faults: history.faults.map((fault) => (fault === "slow" || fault === "quota" ? "none" : fault)),
    deletions: [],
    roleDeletedAt: undefined,
  }));
