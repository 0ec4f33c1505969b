import { respond } from "../../../lambda/revoke-sessions/respond";
import type { Scope } from "../../../src/contract/environment";
import { configuration } from "../../support/configuration";
import { inEveryOrder } from "../../support/every-order";
import { accessKeyId, EVENT_TIME, findingEvent, instanceId, ROLE_ID, ROLE_NAME } from "../../support/finding";
import type { Theft } from "../../support/history";
import { dependenciesOf } from "../../support/memory-aws";
import { PATIENT } from "../../support/patience";
import { isDenied } from "../../support/play-history";
import { type PlayedTogether, playTogether, type Together } from "../../support/play-together";
import { cutoffOf } from "../../support/policy";

jest.setTimeout(300_000);

const at = (seconds: number): Date => new Date(EVENT_TIME.getTime() + seconds * 1_000);

/** The credentials that a thief has of an instance of the same number. */
const theft = (number: number): Theft => ({
  accessKeyId: accessKeyId(number),
  userId: `${ROLE_ID}:${instanceId(number)}`,
  issuedAt: at(-3_600),
});

function eventOf({ eventId: id, thefts }: Found, time = EVENT_TIME): Record<string, unknown> {
  const [first, ...recent] = thefts.map(theft).map(({ userId, accessKeyId }) => ({ accessKeyId, principalId: userId }));
  return findingEvent({
    time,
    accessKeyId: first!.accessKeyId,
    session: first!.principalId.split(":")[1],
    recentCredentials: recent,
    set: { id },
  });
}

/** What is found: some thefts, by their numbers, and the id of the event that tells. */
interface Found {
  readonly eventId: string;
  readonly thefts: readonly number[];
}
const find = (eventId: string, ...thefts: number[]): Found => ({ eventId, thefts });

type Case = readonly [name: string, found: readonly Found[]];
const TWO: readonly Case[] = [
  ["two thefts", [find("A", 1), find("B", 2)]],
  ["one theft that is found twice", [find("A", 1), find("B", 1)]],
  ["one event that is delivered twice", [find("A", 1), find("A", 1)]],
  ["thefts that overlap", [find("A", 1, 2), find("B", 2, 3)]],
];
const THREE: readonly Case[] = [
  ["three thefts", [find("A", 1), find("B", 2), find("C", 3)]],
  ["one theft that is found twice, and once again delivered", [find("A", 1), find("B", 1), find("A", 1)]],
  ["thefts that overlap", [find("A", 1), find("B", 1, 2), find("C", 2)]],
];

const SCOPES: readonly Scope[] = ["role", "session", "instance"];

/** A few seconds apart, so that each invocation has a cut-off of its own. */
const CLOSE = [0, 1.5, 3];
const APART = [0, 40, -40];

/** No call takes as long as the wait before the look-back. */
const QUICK = 9;
/** What a call can take, with the retries of the SDK. */
const SLOW = 36;

const inScopes = (cases: readonly Case[], ...scopes: readonly Scope[]) =>
  scopes.flatMap((scope) => cases.map(([name, found]): [string, Scope, readonly Found[]] => [name, scope, found]));

const figures = { orders: 0, runs: 0 };
afterAll(() => console.info(`orders: ${JSON.stringify(figures)}`));

/** Tries all orders of the invocations that handle some findings at the same time. */
async function inEveryOrderOf(
  found: readonly Found[],
  changed: Pick<Together, "scope"> & Partial<Together> & { readonly clocks?: readonly number[] },
  holds: (played: PlayedTogether) => Promise<void>,
): Promise<void> {
  const { clocks = CLOSE, ...others } = changed;
  const invocations = found.map((each, index) => ({ event: eventOf(each), clockError: clocks[index]! }));
  figures.runs += await inEveryOrder(async (choose) => {
    const played = await playTogether({ slowestCallSeconds: QUICK, invocations, ...others }, choose);
    if (played === undefined) return;
    figures.orders++;
    await holds(played);
  });
}

const verifications = ({ aws }: PlayedTogether) => aws.revoked.map(({ verification }) => verification.state);

/** Every stolen session is denied, and every theft told. */
function nobodyIsAlive(found: readonly Found[], { aws, ended, started }: PlayedTogether): void {
  const thefts = [...new Set(found.flatMap((each) => each.thefts))].map(theft);
  expect([...thefts, ...started].filter((each) => !isDenied(aws, each))).toEqual([]);
  const told = new Set(ended.flatMap(({ mails }) => mails.flatMap(({ plan }) => plan?.accessKeyIds ?? [])));
  expect(thefts.filter(({ accessKeyId }) => !told.has(accessKeyId))).toEqual([]);
  expect(aws.writes.filter(({ policyName }) => !/^Revoke(Old|All)Sessions(-i-\w+)?$/.test(policyName))).toEqual([]);
}

/** An hour later the thieves are seen again with what they have: that costs nothing. */
async function nothingIsForgotten(found: readonly Found[], scope: Scope, { aws }: PlayedTogether): Promise<void> {
  const written = aws.writes.length;
  const later = { now: () => at(3_600), configuration: configuration({ scope }) };
  for (const { thefts } of found) {
    const { outcome } = await respond(eventOf(find("later", ...thefts), at(3_595)), dependenciesOf(aws, later));
    expect(outcome.outcome).toBe("already-revoked");
  }
  expect(aws.writes).toHaveLength(written);
}

/** The end of a policy has the latest cut-off that was written: it never moves backwards for good. */
function latestCutoffsStand({ aws }: PlayedTogether): void {
  const { policies } = aws.roles.get(ROLE_NAME)!;
  for (const { policyName, document } of aws.writes) {
    expect(cutoffOf(policies.get(policyName)!).getTime()).toBeGreaterThanOrEqual(cutoffOf(document).getTime());
  }
}

/** The function's own cut-offs, each as long after the start as it was decided. */
const cutoffsAfter = ({ aws }: PlayedTogether): number[] =>
  aws.writes.map(({ document }) => (cutoffOf(document).getTime() - EVENT_TIME.getTime()) / 1_000);

describe.each([
  ["two", inScopes(TWO, ...SCOPES)],
  ...(PATIENT ? [["three", inScopes(THREE, "role")] as const] : []),
] as const)("all orders of %s invocations", (_, cases) => {
  test.each(cases)("about %s, in scope %s, end as one after the other would", async (__, scope, found) => {
    await inEveryOrderOf(found, { scope }, async (played) => {
      nobodyIsAlive(found, played);
      expect(verifications(played).filter((state) => state !== "verified")).toEqual([]);
      latestCutoffsStand(played);
      // No cut-off is later than the first decisions ask for: whoever starts again after that is not cut a second time.
      if (scope !== "instance") expect(Math.max(...cutoffsAfter(played))).toBeLessThanOrEqual(5 + 30 + 3);
      await nothingIsForgotten(found, scope, played);
    });
  });
});

test.each([...inScopes(TWO, "role"), ...(PATIENT ? inScopes(THREE, "role") : [])])(
  "with clocks forty seconds apart, %s, in scope %s, end denied, kept and remembered",
  async (_, scope, found) => {
    await inEveryOrderOf(found, { scope, clocks: APART }, async (played) => {
      nobodyIsAlive(found, played);
      expect(verifications(played).filter((state) => state !== "verified" && state !== "restored")).toEqual([]);
      latestCutoffsStand(played);
      await nothingIsForgotten(found, scope, played);
    });
  },
);

test.each(inScopes(PATIENT ? TWO : TWO.slice(0, 1), "role"))(
  "with writes that take longer than the look-back waits, %s, in scope %s, end denied",
  async (_, scope, found) => {
    await inEveryOrderOf(found, { scope, slowestCallSeconds: SLOW }, async (played) => nobodyIsAlive(found, played));
  },
);

test.each(inScopes(PATIENT ? TWO : TWO.slice(0, 1), "role", "instance"))(
  "with a thief that deletes its policy, %s, in scope %s, end denied, or a mail calls for a person",
  async (_, scope, found) => {
    const thief = { theft: theft(1), deletions: PATIENT ? 2 : 1 };
    let kept = 0;
    await inEveryOrderOf(found, { scope, thief }, async (played) => {
      if (verifications(played).includes("not-kept")) return;
      nobodyIsAlive(found, played);
      kept++;
    });
    expect(kept).toBeGreaterThan(0);
  },
);
