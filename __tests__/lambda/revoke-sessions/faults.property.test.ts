import { respond } from "../../../lambda/revoke-sessions/respond";
import { configuration } from "../../support/configuration";
import { accessKeyId, EVENT_TIME, findingEvent, instanceId, ROLE_ID, ROLE_NAME } from "../../support/finding";
import type { CallFault, Delivery, History, Theft } from "../../support/history";
import { type Call, dependenciesOf, type MemoryAws } from "../../support/memory-aws";
import { PATIENT } from "../../support/patience";
import { type Injected, isDenied, play } from "../../support/play-history";
import { cutoffOf } from "../../support/policy";

jest.setTimeout(120_000);

const FAULTS = [
  "error",
  "lost-answer",
  "slow",
  "quota",
  "denied",
  "killed-before",
  "killed-after",
] as const satisfies readonly CallFault[];
const CALLS = [
  "getRole",
  "getRolePolicy",
  "putRolePolicy",
  "listRolePolicies",
  "findRoleUse",
  "report",
] as const satisfies readonly Call[];
const SCOPES = ["role", "session", "instance"] as const;

/** How many calls a finding and its repeat cause if nothing goes wrong, and some more. */
const CALLS_OF_A_HISTORY = 16;

const at = (seconds: number): Date => new Date(EVENT_TIME.getTime() + seconds * 1_000);

/** Two instances' credentials in one finding, which is repeated a quarter of an hour later: the thief goes on. */
const THEFTS = [1, 2].map((number): Theft => ({
  accessKeyId: accessKeyId(number),
  userId: `${ROLE_ID}:${instanceId(number)}`,
  issuedAt: at(-3_600),
}));
const DELIVERIES = [0, 900].map((seconds): Delivery => ({
  event: findingEvent({
    time: at(seconds),
    session: instanceId(1),
    recentCredentials: THEFTS.map(({ userId, accessKeyId }) => ({ accessKeyId, principalId: userId })),
    set: { id: `event ${seconds}` },
  }),
  thefts: THEFTS,
  deliveredAt: at(seconds),
}));

type Faults = Pick<History, "scope" | "faults" | "faultsOf">;

/** One kind of call goes wrong, once or for as long as it takes, at its first time or later. */
const ONE_CALL = everyCombination(SCOPES, CALLS, FAULTS, [0, 1, 2], [1, 2, 3, 5, 100]).map(
  ([scope, call, fault, before, times]): Faults => ({
    scope,
    faults: [],
    faultsOf: { [call]: [...Array<CallFault>(before).fill("none"), ...Array<CallFault>(times).fill(fault)] },
  }),
);

/** Any two calls go wrong, each in its own way. */
const POSITIONS = [...Array(CALLS_OF_A_HISTORY).keys()];
const TWO_CALLS = everyCombination(SCOPES, POSITIONS, POSITIONS, FAULTS, FAULTS)
  .filter(([, first, second]) => first < second)
  .map(([scope, first, second, one, other]): Faults => {
    const faults = Array<CallFault>(second + 1).fill("none");
    return { scope, faults: faults.with(first, one).with(second, other) };
  });

const figures = { histories: 0, faults: 0, mailed: 0, queued: 0 };
afterAll(() => console.info(`faults: ${JSON.stringify(figures)}`));

test.each<[string, readonly Faults[], { readonly quick: number; readonly full: number }]>([
  ["one call that goes wrong, once or for long", ONE_CALL, { quick: 300, full: Infinity }],
  ["two calls that go wrong", TWO_CALLS, { quick: 600, full: 3_000 }],
])("of a finding with %s, nothing is lost and nothing is cut twice", async (_, all, { quick, full }) => {
  const step = Math.max(1, Math.floor(all.length / (PATIENT ? full : quick)));
  for (const faults of all.filter((__, index) => index % step === 0)) {
    try {
      await nothingIsLost(faults);
    } catch (error) {
      throw new Error(`with ${JSON.stringify(faults)}: ${(error as Error).message}`, { cause: error });
    }
  }
});

async function nothingIsLost(faults: Faults): Promise<void> {
  // GIVEN a finding and its repeat
  const { scope } = faults;
  const history = { thefts: THEFTS, deliveries: DELIVERIES, latencies: [], deletions: [], clockErrors: [], ...faults };
  // WHEN they are handled while calls go wrong, with Lambda's retries
  const { aws, fates, injected, lateWrites, overruns } = await play(history, false);
  figures.histories++;
  figures.faults += injected.length;

  // THEN every attempt ended in time, and had no effect later
  expect({ lateWrites, overruns }).toEqual({ lateWrites: 0, overruns: 0 });
  // and each finding is mailed or in the queue, unless its credentials were told before
  expect(aws.incidents.length > 0 || fates.some(({ failure }) => failure)).toBe(true);
  for (const { mails, failure, result } of fates) {
    if (mails.length > 0) figures.mailed++;
    if (failure) figures.queued++;
    if (mails.length === 0 && !failure) expect(result?.outcome).toBe("already-revoked");
    // and what was called revoked is denied
    if (result && result.outcome !== "not-revoked") expect(THEFTS.filter((theft) => !isDenied(aws, theft))).toEqual([]);
  }
  onlyOwnPoliciesAreWritten(aws);
  cutoffsMoveOnce(aws, injected);

  // and WHEN the queue is redriven THEN what lay there ends revoked and told
  for (const { failure, delivery } of fates) {
    if (!failure) continue;
    const later = { now: () => at(7_200), configuration: configuration({ scope }) };
    const { outcome } = await respond(delivery.event, dependenciesOf(aws, later));
    expect(outcome.outcome).not.toBe("not-revoked");
    expect(aws.incidents.length).toBeGreaterThan(0);
    expect(THEFTS.filter((theft) => !isDenied(aws, theft))).toEqual([]);
  }
}

function onlyOwnPoliciesAreWritten({ writes }: MemoryAws): void {
  for (const { roleName, policyName } of writes) {
    expect(roleName).toBe(ROLE_NAME);
    expect(policyName).toMatch(/^Revoke(OldSessions|(Old|All)Sessions-i-[0-9a-f]+)$/);
  }
}

/** For one theft a policy's cut-off moves once, unless IAM took the policy late, or had no room for its memory. */
function cutoffsMoveOnce({ writes }: MemoryAws, injected: readonly Injected[]): void {
  const movesAgain = injected.some(({ call, fault }) => call === "putRolePolicy" && /slow|quota/.test(fault));
  for (const policyName of new Set(writes.map((write) => write.policyName))) {
    const documents = writes.filter((write) => write.policyName === policyName).map(({ document }) => document);
    const cutoffs = documents.map((document) => cutoffOf(document).getTime());
    expect(cutoffs).toEqual([...cutoffs].sort((a, b) => a - b));
    if (!movesAgain) expect(new Set(cutoffs).size).toBe(1);
  }
}

/** Every way to take one of each list, the last list's fastest. */
function everyCombination<Lists extends (readonly unknown[])[]>(
  ...lists: Lists
): { [I in keyof Lists]: Lists[I][number] }[] {
  const combinations = lists.reduce<unknown[][]>(
    (heads, list) => heads.flatMap((head) => list.map((each) => [...head, each])),
    [[]],
  );
  return combinations as { [I in keyof Lists]: Lists[I][number] }[];
}
