import fc from "fast-check";

import { InvalidEventError } from "../../../lambda/revoke-sessions/finding";
import { digestOf } from "../../../lambda/revoke-sessions/memory";
import { respond } from "../../../lambda/revoke-sessions/respond";
import { configuration } from "../../support/configuration";
import { accessKeyId, EVENT_TIME, findingEvent, INSTANCE_ID, ROLE_ID } from "../../support/finding";
import { type History, histories, undisturbedHistories } from "../../support/history";
import { dependenciesOf, MemoryAws } from "../../support/memory-aws";
import { type Fate, isDenied, play, type Played } from "../../support/play-history";
import { cutoffOf, denies, statementsOf } from "../../support/policy";
import { onRandomCases } from "../../support/random-cases";

const HISTORIES = { quick: 100, full: 700 };
/** Where one case is one finding. */
const FINDINGS = { quick: 50, full: 350 };

jest.setTimeout(120_000);

const figures = {
  histories: 0,
  events: 0,
  faults: 0,
  deletions: 0,
  writes: 0,
  mailed: 0,
  queued: 0,
  repeats: 0,
  lost: 0,
};
afterAll(() => console.info(`histories: ${JSON.stringify(figures)}`));

async function played(history: History, concurrently: boolean): Promise<Played> {
  const result = await play(history, concurrently);
  figures.histories++;
  figures.events += result.fates.length;
  figures.faults += result.injected.length;
  figures.deletions += result.deletions;
  figures.writes += result.aws.writes.length;
  figures.mailed += result.fates.filter(({ mails }) => mails.length > 0).length;
  figures.queued += result.fates.filter(({ failure }) => failure).length;
  return result;
}

const forHistories = (holds: (history: History) => Promise<void>, cases: fc.Arbitrary<History> = histories) =>
  onRandomCases(cases, HISTORIES, holds);

/** Hours after every history: nothing that is written then could come from before. */
const LATE = { now: () => new Date(EVENT_TIME.getTime() + 10 * 3_600_000), wait: async () => {} };

/** The mail says that the policy may not be in place. */
const NOT_KNOWN_TO_HOLD: readonly unknown[] = ["not-kept", "unverified"];

const isMailed = ({ mails, result }: Fate): boolean => mails.length > 0 && result !== undefined;

/** A delivery may end in silence only as a repeat: all that it reports stolen is named in a mail, or waits in the queue. */
function isRepeat({ result, delivery }: Fate, all: readonly Fate[]): boolean {
  const mailed = all.flatMap(({ mails }) => mails.flatMap(({ plan }) => plan?.accessKeyIds ?? []));
  const queued = all.flatMap(({ failure, delivery: { thefts } }) =>
    failure ? thefts.map(({ accessKeyId }) => accessKeyId) : [],
  );
  const told = new Set([...mailed, ...queued]);
  return result?.outcome === "already-revoked" && delivery.thefts.every(({ accessKeyId }) => told.has(accessKeyId));
}

describe.each([
  ["one after the other", false],
  ["concurrently", true],
])("findings that are handled %s", (_, concurrently) => {
  test("end mailed, in the queue, or as repeats, and what was reported revoked is denied", async () => {
    await forHistories(async (history) => {
      // GIVEN thefts, findings and faults of every kind WHEN all is over
      const { aws, fates, deletions } = await played(history, concurrently);

      // THEN nothing was lost
      expect(fates).toHaveLength(history.deliveries.length);
      const silent = fates.filter((fate) => !fate.failure && !isMailed(fate));
      const lost = silent.filter((fate) => !isRepeat(fate, fates));
      figures.repeats += silent.length - lost.length;
      figures.lost += lost.length;
      expect(lost).toEqual([]);

      // and no stolen session of a revoked finding gets through, unless a mail or the queue calls for a person
      const calledForAPerson = aws.revoked.some(({ verification }) => NOT_KNOWN_TO_HOLD.includes(verification.state));
      if (deletions > 0 && (calledForAPerson || fates.some(({ failure }) => failure))) return;
      const revoked = fates.filter(({ result }) => result && result.outcome !== "not-revoked");
      expect(revoked.flatMap(({ delivery }) => delivery.thefts.filter((theft) => !isDenied(aws, theft)))).toEqual([]);
    });
  });
});

test("the cut-off moves only for a newly stolen credential, at most once, and never backwards", async () => {
  await forHistories(async (history) => {
    // GIVEN a role that nobody else edits
    const { aws, fates } = await played(history, false);
    // WHEN each policy's writes are looked at THEN every one answers something that no earlier one answered
    for (const policyName of new Set(aws.writes.map((write) => write.policyName))) {
      const documents = aws.writes.filter((write) => write.policyName === policyName).map(({ document }) => document);
      const cutoffs = documents.map((document) => cutoffOf(document).getTime());
      expect(cutoffs).toEqual([...cutoffs].sort((a, b) => a - b));
      documents.forEach((document, index) => {
        const known = new Set(documents.slice(0, index).flatMap(keysIn));
        expect(keysIn(document).filter((key) => !known.has(key))).not.toEqual([]);
      });
    }
    // and what was answered is not written again, however late it is repeated
    const written = aws.writes.length;
    for (const { delivery } of fates.filter(({ result }) => result && result.outcome !== "not-revoked")) {
      const decided = configuration({ scope: history.scope });
      await respond(delivery.event, dependenciesOf(aws, { ...LATE, configuration: decided }));
    }
    expect(aws.writes).toHaveLength(written);
  }, undisturbedHistories);
});

test("every policy stays below 2,000 characters and acceptable to IAM, whatever was attached and whatever arrives", async () => {
  const credential = fc.record({
    accessKeyId: fc.oneof(fc.string(), fc.stringMatching(/^ASIA[A-Z0-9]{16}$/)),
    principalId: fc.oneof(fc.string(), fc.stringMatching(/^AROAINVENTEDROLEWEB01:i-[0-9a-f]{1,32}$/)),
  });
  const sids = fc.array(fc.stringMatching(/^Answers([a-z0-9]{9}){0,9}$/), { maxLength: 30 });
  const attached = fc.oneof(fc.string(), fc.json(), sids.map(foreignPolicy));
  const scope = fc.constantFrom("role" as const, "session" as const);
  const cases = fc.record({ recentCredentials: fc.array(credential, { maxLength: 60 }), attached, scope });
  await onRandomCases(cases, FINDINGS, async ({ recentCredentials, attached: document, scope: decided }) => {
    // GIVEN a role to which anything may be attached already
    const aws = new MemoryAws();
    aws.addRole().policies.set("RevokeOldSessions", document);
    // WHEN a finding with any credentials arrives
    const dependencies = dependenciesOf(aws, { ...LATE, configuration: configuration({ scope: decided }) });
    await respond(findingEvent({ recentCredentials }), dependencies);
    // THEN what is written denies the stolen session, and IAM takes it
    expect(
      denies(
        aws.writes.map((write) => write.document),
        { issuedAt: EVENT_TIME, userId: `${ROLE_ID}:${INSTANCE_ID}` },
      ),
    ).toBe(true);
    for (const write of aws.writes) {
      expect(write.policyName).toMatch(/^RevokeOldSessions(-i-[0-9a-f]{1,32})?$/);
      expect(write.document.length).toBeLessThan(2_000);
      const written = statementsOf(write.document).map(({ Sid }) => Sid);
      expect(written.filter((sid = "") => !/^[A-Za-z0-9]+$/.test(sid))).toEqual([]);
      expect(new Set(written).size).toBe(written.length);
    }
  });
});

test("garbage never causes a write, and is thrown back or mailed", async () => {
  // GIVEN events that are anything, and findings with anything in a place that says whom to revoke
  const key = "detail.resource.accessKeyDetails";
  const place = fc.constantFrom(
    "detail",
    "detail.type",
    "detail.accountId",
    "detail.resource",
    key,
    `${key}.principalId`,
    `${key}.userName`,
  );
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.string(),
    fc.constantFrom("AROA", "AIDAX", "aws:ec2-instance", "../web", "web*", "GeneratedFinding"),
  );
  const broken = fc
    .tuple(place, anything)
    .map(([path, value]) => findingEvent({ set: { account: undefined, [path]: value } }));
  await onRandomCases(fc.oneof(fc.anything(), fc.jsonValue(), broken), FINDINGS, async (event) => {
    const aws = new MemoryAws();
    aws.addRole();
    // WHEN one arrives
    const handled = respond(event, dependenciesOf(aws, LATE));
    const thrown = await handled.then(
      () => undefined,
      (error: unknown) => error,
    );
    // THEN
    expect(aws.writes).toEqual([]);
    if (thrown === undefined) expect(aws.incidents).toHaveLength(1);
    else expect(thrown).toBeInstanceOf(InvalidEventError);
  });
});

/** The digests that a policy remembers, of the six thefts that a history can hold. */
const keysIn = (document: string): string[] =>
  [1, 2, 3, 4, 5, 6].map((number) => digestOf(accessKeyId(number))).filter((digest) => document.includes(digest));

function foreignPolicy(sids: readonly string[]): string {
  const Condition = { DateLessThan: { "aws:TokenIssueTime": "2026-03-01T11:00:00Z" } };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: sids.map((Sid) => ({ Sid, Effect: "Deny", Action: "*", Resource: "*", Condition })),
  });
}
