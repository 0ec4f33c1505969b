import type { KeyActivity, LookedUp } from "../../../lambda/revoke-sessions/activity";
import { parseFindings } from "../../../lambda/revoke-sessions/finding";
import { lookUpActivity, type Query } from "../../../lambda/revoke-sessions/look-up";
import { configuration } from "../../support/configuration";
import { accessKeyId, findingEvent, type FindingOptions, INSTANCE_ID, ROLE_ID } from "../../support/finding";
import { at, MemoryTrail, trailEvent } from "../../support/trail";
import { VirtualTime } from "../../support/virtual-time";

const START = at(60);
const SECONDS = 15;

let time: VirtualTime;
let trails: Map<string, MemoryTrail>;
beforeEach(() => {
  time = new VirtualTime(START);
  trails = new Map();
});

interface Asked {
  readonly finding?: FindingOptions;
  readonly topicArn?: string;
  readonly partition?: string;
}

/** Looks up a finding's credentials; a region of which a test says nothing has no events. */
async function lookUp({ finding = {}, ...own }: Asked = {}): Promise<KeyActivity> {
  const trailIn = (region: string) => {
    const trail = trails.get(region) ?? new MemoryTrail([]);
    trails.set(region, trail);
    return trail;
  };
  const clock = { now: () => time.now(), wait: (seconds: number) => time.sleep(seconds * 1_000) };
  const until = new Date(START.getTime() + SECONDS * 1_000);
  const looking = lookUpActivity(trailIn, parseFindings(findingEvent(finding))[0], configuration(own), clock, until);
  await time.run();
  return looking;
}
const looked = async (asked?: Asked): Promise<LookedUp> => (await lookUp(asked)) as LookedUp;

const inUsWest2 = (count: number, pageSize?: number): MemoryTrail => {
  const events = Array.from({ length: count }, (_, index) => trailEvent({ time: at(-index) }));
  const trail = new MemoryTrail(events, pageSize);
  trails.set("us-west-2", trail);
  return trail;
};
const attributesOf = (trail: MemoryTrail | undefined) =>
  trail?.queries.map(({ attribute }) => attribute && `${attribute.key} ${attribute.value}`);

describe("the regions", () => {
  test.each<[string, Asked, string[]]>([
    ["the finding's, which is the function's, and that of IAM's events", {}, ["us-west-2", "us-east-1"]],
    [
      "the finding's, the function's and that of IAM's events",
      { topicArn: "arn:aws:sns:eu-west-1:111122223333:alerts" },
      ["us-west-2", "eu-west-1", "us-east-1"],
    ],
    [
      "one, if all are the same",
      { finding: { region: "us-east-1" }, topicArn: "arn:aws:sns:us-east-1:1:a" },
      ["us-east-1"],
    ],
    [
      "that of IAM's events in the partition",
      {
        finding: { region: "us-gov-east-1" },
        topicArn: "arn:aws-us-gov:sns:us-gov-east-1:111122223333:alerts",
        partition: "aws-us-gov",
      },
      ["us-gov-east-1", "us-gov-west-1"],
    ],
  ])("are %s", async (_, asked, expected) => {
    const { regions } = await looked(asked);
    expect(regions.map(({ region }) => region)).toEqual(expected);
    expect([...trails.keys()]).toEqual(expected);
  });
});

describe("in a region", () => {
  test("the newest event of anybody is asked for first, then the calls by key and by session name", async () => {
    // GIVEN
    const trail = inUsWest2(1);
    // WHEN
    const { kind, regions, calls } = await looked();
    // THEN
    expect(kind).toBe("looked-up");
    expect(attributesOf(trail)).toEqual([undefined, `AccessKeyId ${accessKeyId(1)}`, `Username ${INSTANCE_ID}`]);
    expect(trail.queries[0]).toEqual({ pageSize: 1 });
    expect(trail.queries[1]).toMatchObject({ since: new Date("2026-02-28T23:51:00Z"), pageSize: 50 });
    expect(regions[0]).toEqual({ region: "us-west-2", deliveredUntil: at(0), shortfall: undefined });
    expect(calls).toBe(1);
  });

  test("every key and session of the finding is looked up, each once", async () => {
    // GIVEN
    const trail = inUsWest2(0);
    const recentCredentials = [
      { accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${INSTANCE_ID}` },
      { accessKeyId: accessKeyId(1), principalId: "AROAOTHER:deploy" },
      { principalId: "AIDAUSER" },
    ];
    // WHEN
    await lookUp({ finding: { recentCredentials } });
    // THEN
    expect(attributesOf(trail)?.slice(1)).toEqual([
      `AccessKeyId ${accessKeyId(1)}`,
      `AccessKeyId ${accessKeyId(2)}`,
      `Username ${INSTANCE_ID}`,
      "Username deploy",
    ]);
  });

  test("all pages are read, each attribute in turn", async () => {
    // GIVEN
    const trail = inUsWest2(5);
    // WHEN
    const { calls } = await looked();
    // THEN
    expect(calls).toBe(5);
    expect(trail.queries.slice(1).map(({ attribute, nextToken }) => [attribute?.key, nextToken])).toEqual([
      ["AccessKeyId", undefined],
      ["Username", undefined],
      ["AccessKeyId", "2"],
      ["Username", "2"],
      ["AccessKeyId", "4"],
      ["Username", "4"],
    ]);
  });

  test("all is asked at once", async () => {
    // GIVEN
    inUsWest2(20);
    // WHEN
    await lookUp();
    // THEN
    expect(time.now()).toEqual(START);
  });
});

describe("if CloudTrail throttles", () => {
  const throttling = Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });

  /** When us-west-2 was asked, in milliseconds, if some of the requests are throttled. */
  async function askedAt(events: number, isThrottled: (number: number) => boolean, seconds = 0): Promise<number[]> {
    const times: number[] = [];
    inUsWest2(events).before = async () => {
      times.push(time.now().getTime() - START.getTime());
      await time.sleep(seconds * 1_000);
      if (isThrottled(times.length)) throw throttling;
    };
    const { calls, regions } = await looked();
    expect({ calls, shortfall: regions[0]?.shortfall }).toEqual({ calls: events, shortfall: undefined });
    return times;
  }

  test("it is asked again after a second, then about twice a second, until everything is seen", async () => {
    expect(await askedAt(3, (number) => number === 3)).toEqual([0, 0, 0, 1_000, 1_550, 2_100]);
  });

  test("it is left alone for a second each time", async () => {
    expect(await askedAt(1, (number) => number < 3)).toEqual([0, 1_000, 2_000, 2_550, 3_100]);
  });

  test("a slow response is pause enough", async () => {
    expect(await askedAt(1, (number) => number === 1, 2)).toEqual([0, 3_000, 5_000, 7_000]);
  });

  test("a quick response is part of the pause", async () => {
    expect(await askedAt(1, (number) => number === 1, 0.25)).toEqual([0, 1_250, 1_800, 2_350]);
  });

  test("it is given up after a few times", async () => {
    const trail = inUsWest2(3);
    trail.before = () => {
      throw throttling;
    };
    const { regions } = await looked();
    expect(regions[0]?.shortfall).toEqual({ kind: "throttled" });
    expect(trail.queries).toHaveLength(5);
  });
});

describe("what is missing", () => {
  test("is said if there are more pages than are read", async () => {
    // GIVEN
    const trail = inUsWest2(100);
    // WHEN
    const { calls, regions } = await looked();
    // THEN
    expect(regions[0]?.shortfall).toEqual({ kind: "too-many" });
    expect(trail.queries).toHaveLength(21);
    expect(calls).toBe(20);
  });

  test("is said if there are more keys than are looked up", async () => {
    const recentCredentials = Array.from({ length: 30 }, (_, index) => ({ accessKeyId: accessKeyId(index + 2) }));
    const { regions } = await looked({ finding: { recentCredentials } });
    expect(regions.map(({ shortfall }) => shortfall?.kind)).toEqual(["too-many", "too-many"]);
    expect(trails.get("us-west-2")?.queries).toHaveLength(21);
  });

  test("is said if the time is over, with what was seen until then", async () => {
    // GIVEN
    inUsWest2(100).before = () => time.sleep(4_000);
    // WHEN
    const { calls, regions } = await looked();
    // THEN
    expect(regions).toEqual([
      { region: "us-west-2", deliveredUntil: at(0), shortfall: { kind: "no-time" } },
      { region: "us-east-1", deliveredUntil: undefined, shortfall: undefined },
    ]);
    expect(calls).toBe(4);
    expect(time.now().getTime() - START.getTime()).toBeLessThanOrEqual((SECONDS + 4) * 1_000);
  });

  test("is what there was no time to ask for: no request begins when the time is over", async () => {
    // GIVEN requests of which the third ends at that moment
    const trail = inUsWest2(100);
    trail.before = () => time.sleep((SECONDS / 3) * 1_000);
    // WHEN
    const { regions } = await looked();
    // THEN
    expect(trail.queries).toHaveLength(3);
    expect(regions[0]?.shortfall).toEqual({ kind: "no-time" });
  });

  test("is nothing if there are as many keys and sessions as are looked up", async () => {
    const recentCredentials = Array.from({ length: 18 }, (_, index) => ({ accessKeyId: accessKeyId(index + 2) }));
    const { regions } = await looked({ finding: { recentCredentials } });
    expect(trails.get("us-west-2")?.queries).toHaveLength(21);
    expect(regions.map(({ shortfall }) => shortfall)).toEqual([undefined, undefined]);
  });

  const failing = (name: string, message = "no") => Object.assign(new Error(message), { name });

  test.each<[string, Error, object]>([
    ["throttles", failing("ThrottlingException"), { kind: "throttled" }],
    ["denies it", failing("AccessDeniedException", "not you"), { kind: "not-permitted", why: "not you" }],
    ["is given up", failing("AbortError"), { kind: "no-time" }],
    ["hangs", failing("TimeoutError"), { kind: "no-time" }],
    ["fails", failing("InternalFailure", "oops"), { kind: "failed", why: "InternalFailure: oops" }],
  ])("is said if CloudTrail %s, and the other region is looked through all the same", async (_, error, shortfall) => {
    // GIVEN
    trails.set("us-east-1", new MemoryTrail([trailEvent({ name: "CreateUser" })]));
    inUsWest2(9).before = ({ nextToken }: Query) => {
      if (nextToken === "4") throw error;
    };
    // WHEN
    const { calls, regions } = await looked();
    // THEN
    expect(regions.map((each) => each.shortfall)).toEqual([shortfall, undefined]);
    expect(calls).toBe(5);
  });

  test("is everything, if the finding names neither key nor session", async () => {
    const set = { "detail.resource.accessKeyDetails": undefined };
    expect(await lookUp({ finding: { set } })).toEqual({
      kind: "unknown",
      why: "the finding names neither a key nor a session",
    });
    expect(trails.size).toBe(0);
  });
});
