import type { Sighting } from "../../../lambda/revoke-sessions/finding";
import { digestOf } from "../../../lambda/revoke-sessions/memory";
import { FOREVER, type Policy, readPolicy, writePolicy } from "../../../lambda/revoke-sessions/policy";
import {
  hasExpired,
  isOwnEarlierAttempt,
  isRepeatedTheft,
  planRevocation,
  renewed,
  restoreRevocation,
  type Revocation,
} from "../../../lambda/revoke-sessions/revocation";
import type { Target } from "../../../lambda/revoke-sessions/target";
import { INSTANCE_ID, ROLE_ID } from "../../support/finding";

const NOON = new Date("2026-03-01T12:00:00Z");
const HOUR = 3_600;
const MINUTE = 60;
const after = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1_000);

const EVENT = digestOf("event");
const target = (...keys: string[]): Target => ({
  policyName: "RevokeOldSessions",
  isLock: false,
  stolen: keys.map(digestOf),
  foreign: [],
  sessions: [],
  event: EVENT,
});
const NOT_ATTACHED = readPolicy(undefined, undefined, NOON);

/** Credentials that were seen from one time to another, in calls that were denied unless something else is said. */
const seen = (first: number, last: number, provesLife = false): Sighting => ({
  firstSeen: after(first),
  lastSeen: after(last),
  provesLife,
});
const JUST_NOW = (at: number): Sighting => seen(at - MINUTE, at);

/** Decides at a time, with what IAM would give back of a policy. */
function plan(
  stolen: Target,
  attached: Policy,
  at: number,
  sighting: Sighting = JUST_NOW(at),
  wider: Policy[] = [],
): Revocation {
  return planRevocation(stolen, attached, wider, sighting, after(at));
}

/** The policy as it stands after several thefts, each seen just before it is handled. */
function history(...thefts: [stolen: Target, at: number][]): Policy {
  return thefts.reduce((attached, [stolen, at]) => {
    const revocation = plan(stolen, attached, at);
    return revocation.kind === "covered" ? attached : readPolicy(writePolicy(revocation.policy), undefined, after(at));
  }, NOT_ATTACHED);
}
const knows = (policy: Policy, key: string): boolean => policy.own!.memory.has(digestOf(key));

describe("a new theft", () => {
  test("moves the cut-off to now plus thirty seconds", () => {
    expect(plan(target("K1"), NOT_ATTACHED, 0)).toMatchObject({ kind: "cut", cutoff: after(30), distrusted: false });
  });

  test("is not distrusted, however alive, if there was no cut-off that should have ended it", () => {
    expect(plan(target("K1"), NOT_ATTACHED, 0, seen(-MINUTE, 0, true))).toMatchObject({ distrusted: false });
  });

  test("rounds up to the whole seconds that a policy can hold", () => {
    expect(plan(target("K1"), NOT_ATTACHED, 0.001)).toMatchObject({ cutoff: after(31) });
  });

  test("is remembered beside all that was", () => {
    const attached = history([target("K1"), 0], [target("K2", "K3"), HOUR]);
    expect(attached.own!.cutoff).toEqual(after(HOUR + 30));
    for (const key of ["K1", "K2", "K3"]) expect(knows(attached, key)).toBe(true);
  });

  test("beside a remembered key moves the cut-off for both", () => {
    const attached = history([target("K1"), 0]);
    expect(plan(target("K1", "K2"), attached, HOUR)).toMatchObject({ kind: "cut", cutoff: after(HOUR + 30) });
  });

  test("never moves the cut-off backwards", () => {
    const attached = history([target("K1"), HOUR]);
    expect(plan(target("K2"), attached, 0, seen(2 * HOUR, 2 * HOUR))).toMatchObject({
      kind: "cut",
      cutoff: after(HOUR + 30),
    });
  });

  test("leaves what others deny as it is", () => {
    const statement = { Sid: "Somebody", Effect: "Deny", Action: "s3:*", Resource: "*" };
    const attached = readPolicy(JSON.stringify({ Version: "2012-10-17", Statement: [statement] }), undefined, NOON);
    const revocation = plan(target("K1"), attached, 0);
    expect(revocation.kind === "cut" && revocation.policy.others).toEqual([statement]);
  });
});

describe("credentials that were seen before the cut-off", () => {
  const attached = history([target("K1"), 0]);

  test("were issued before it: a new key is remembered, and the cut-off stands", () => {
    const revocation = plan(target("K2"), attached, HOUR, seen(-MINUTE, 29));
    expect(revocation).toMatchObject({ kind: "remember", cutoff: after(30), policy: { own: { cutoff: after(30) } } });
    expect(revocation.kind === "remember" && knows(revocation.policy, "K2") && knows(revocation.policy, "K1")).toBe(
      true,
    );
  });

  test("are a new theft if they were seen at the cut-off or later", () => {
    expect(plan(target("K2"), attached, HOUR, seen(30, 30))).toMatchObject({ kind: "cut" });
  });

  test("are a new theft if nobody knows when they were seen", () => {
    expect(plan(target("K2"), attached, HOUR, { provesLife: false })).toMatchObject({ kind: "cut" });
  });

  test("of several keys are denied whatever the memory has forgotten", () => {
    expect(plan(target("K1", "K2", "K3"), attached, 20 * HOUR, seen(-MINUTE, 0))).toMatchObject({ kind: "remember" });
  });

  test("do not take over what somebody denies further ahead: it may be lifted again", () => {
    // GIVEN a deny of everything without a date
    const quarantined = readPolicy('{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}', undefined, NOON);
    // WHEN
    const revocation = plan(target("K1"), quarantined, 0);
    // THEN the mail can say for ever, and the own statement says no more than it would have
    expect(revocation).toMatchObject({ kind: "remember", cutoff: FOREVER, policy: { own: { cutoff: after(30) } } });
  });

  test.each<[string, Sighting]>([
    ["nobody knows when", { provesLife: false }],
    ["no time is later", seen(0, (FOREVER.getTime() - NOON.getTime()) / 1_000)],
  ])("are denied for ever by a lock, whenever they were seen: %s", (_, sighting) => {
    const lock = { ...target("K1"), userId: `${ROLE_ID}:${INSTANCE_ID}`, isLock: true };
    const cut = plan(lock, readPolicy(undefined, lock.userId, NOON), 0);
    const locked = readPolicy(cut.kind === "covered" ? undefined : writePolicy(cut.policy), lock.userId, NOON);
    expect(plan(lock, locked, HOUR, sighting)).toEqual({ kind: "covered", cutoff: FOREVER });
  });

  test("stay denied when what somebody denied further ahead is lifted", () => {
    // GIVEN a policy of days ago, beside which somebody denies everything
    const old = JSON.parse(writePolicy(history([target("K1"), -50 * HOUR]))) as { Statement: object[] };
    const quarantine = { Effect: "Deny", Action: "*", Resource: "*" };
    const attached = readPolicy(JSON.stringify({ Statement: [...old.Statement, quarantine] }), undefined, NOON);
    // WHEN
    const revocation = plan(target("K2"), attached, 0);
    // THEN
    expect(revocation).toMatchObject({ kind: "remember", policy: { own: { cutoff: after(30) } } });
  });

  test("are denied by a policy of the whole role, in scope session", () => {
    expect(plan(target("K2"), NOT_ATTACHED, HOUR, seen(-MINUTE, 0), [attached])).toMatchObject({
      kind: "remember",
      policy: { own: { cutoff: after(30) } },
    });
  });
});

describe("remembered credentials", () => {
  const attached = history([target("K1", "K2"), 0]);

  test("are denied, however often the finding is repeated", () => {
    expect(plan(target("K1"), attached, 6 * HOUR)).toEqual({ kind: "covered", cutoff: after(30) });
  });

  test("are known by each key of a finding that named several", () => {
    expect(plan(target("K2"), attached, HOUR)).toMatchObject({ kind: "covered" });
  });

  test("are denied by a policy of the whole role, in scope session", () => {
    expect(plan(target("K1"), NOT_ATTACHED, HOUR, JUST_NOW(HOUR), [attached])).toMatchObject({ kind: "covered" });
  });

  test.each<[string, number, string]>([
    ["for as long as a session can live, and an hour more", 13 * HOUR - MINUTE, "covered"],
    ["and not after that: its key, or the finding's id, may name another session", 13 * HOUR + MINUTE, "cut"],
  ])("count %s", (_, at, kind) => {
    expect(plan(target("K1"), attached, at)).toMatchObject({ kind });
  });

  test("are forgotten to the minute", () => {
    expect(plan(target("K1"), attached, 13 * HOUR)).toMatchObject({ kind: "cut" });
  });

  test("are denied if they were seen while a session can live, however late that is handled", () => {
    expect(plan(target("K1"), attached, 20 * HOUR, seen(HOUR, 12 * HOUR))).toMatchObject({ kind: "covered" });
  });

  test("that were stolen once more count from then on", () => {
    const twice = history([target("K1"), 0], [target("K1"), 14 * HOUR]);
    expect(plan(target("K1"), twice, 20 * HOUR)).toMatchObject({ kind: "covered" });
  });

  test("that expired do not cut everybody again beside one that is fresh", () => {
    const twice = history([target("K1"), 0], [target("K2"), 13 * HOUR]);
    expect(plan(target("K2", "K1"), twice, 14 * HOUR)).toMatchObject({ kind: "covered" });
  });

  test("are not believed if they were first seen after the cut-off, in a call that was not denied", () => {
    expect(plan(target("K1"), attached, HOUR, seen(HOUR - MINUTE, HOUR, true))).toMatchObject({
      kind: "cut",
      cutoff: after(HOUR + 30),
      distrusted: true,
    });
  });

  test("are not believed if they are seen at this very moment", () => {
    expect(plan(target("K1"), attached, HOUR, seen(HOUR, HOUR, true))).toMatchObject({ kind: "cut", distrusted: true });
  });

  test.each<[string, Sighting]>([
    ["the call was denied", seen(HOUR - MINUTE, HOUR, false)],
    ["they were first seen while IAM may still have been about to enforce the cut-off", seen(60, HOUR, true)],
    ["nobody knows since when", { lastSeen: after(HOUR), provesLife: true }],
    ["they were first seen at a time that is yet to come", seen(2 * HOUR, 2 * HOUR, true)],
    ["they were last seen when the memory will have expired", seen(HOUR, 20 * HOUR)],
  ])("are believed if %s", (_, sighting) => {
    expect(plan(target("K1"), attached, HOUR, sighting)).toMatchObject({ kind: "covered" });
  });

  test("planted under a cut-off that has long passed do not silence a new theft", () => {
    // GIVEN a thief who may edit the role, and knows which key comes next
    const planted = { cutoff: new Date(0), memory: new Map([[digestOf("K9"), NOON]]) };
    const document = writePolicy({ ...NOT_ATTACHED, own: planted });
    // WHEN that key is used
    const revocation = plan(target("K9"), readPolicy(document, undefined, NOON), HOUR, seen(HOUR - MINUTE, HOUR, true));
    // THEN
    expect(revocation).toMatchObject({ kind: "cut", distrusted: true });
  });
});

describe("what is stolen from a locked instance", () => {
  const userId = `${ROLE_ID}:${INSTANCE_ID}`;
  const session = digestOf(userId);
  const lock = (...keys: string[]): Target => ({ ...target(...keys), userId, isLock: true, sessions: [session] });
  const locked = (own: Policy["own"]): Policy =>
    readPolicy(writePolicy({ ...readPolicy(undefined, userId, NOON), own }), userId, NOON);

  test("is dead on arrival: a new key is neither remembered nor told", () => {
    const attached = locked({ cutoff: FOREVER, memory: new Map([[session, NOON]]) });
    expect(plan(lock("K2"), attached, HOUR)).toEqual({ kind: "covered", cutoff: FOREVER });
  });

  test.each<[string, Policy["own"]]>([
    ["the lock had no room to remember the session: nobody may have been told", { cutoff: FOREVER, memory: new Map() }],
    ["somebody dated the lock", { cutoff: after(2 * HOUR), memory: new Map([[session, NOON]]) }],
  ])("is told if %s", (_, own) => {
    expect(plan(lock("K2"), locked(own), HOUR)).toMatchObject({ kind: "remember" });
  });

  test("is told if the lock does not remember all of its sessions", () => {
    const attached = locked({ cutoff: FOREVER, memory: new Map([[session, NOON]]) });
    const two = { ...lock("K2"), sessions: [session, digestOf("another")] };
    expect(plan(two, attached, HOUR)).toMatchObject({ kind: "remember" });
  });

  test("before the lock is there is denied by a policy of the whole role", () => {
    const role = history([target("K2"), 0]);
    const none = readPolicy(undefined, userId, NOON);
    expect(plan(lock("K2"), none, HOUR, JUST_NOW(HOUR), [role])).toMatchObject({ kind: "covered", cutoff: after(30) });
  });

  test("is told if only a policy of the whole role remembers the session", () => {
    const role = history([{ ...target("K1"), sessions: [session] }, 0]);
    const attached = locked({ cutoff: FOREVER, memory: new Map() });
    expect(plan(lock("K2"), attached, HOUR, JUST_NOW(HOUR), [role])).toMatchObject({ kind: "remember" });
  });
});

describe("credentials of which the finding says when they were issued", () => {
  const issued = (key: string, at: number): Target => ({ ...target(key), issuedAt: after(at) });
  const attached = history([target("K1"), 0]);

  test("before the cut-off are denied, whenever they were seen", () => {
    expect(plan(issued("K2", 29), attached, HOUR)).toMatchObject({ kind: "remember", cutoff: after(30) });
  });

  test.each([30, 31])("at the cut-off or after it are a new theft: %d s", (at) => {
    expect(plan(issued("K2", at), attached, HOUR)).toMatchObject({ kind: "cut", cutoff: after(HOUR + 30) });
  });

  test("after the cut-off are a new theft even if the policy remembers the key", () => {
    expect(plan(issued("K1", 31), attached, HOUR)).toMatchObject({ kind: "cut", cutoff: after(HOUR + 30) });
  });

  test("before the cut-off are a new theft if they were seen alive after it", () => {
    expect(plan(issued("K1", 0), attached, HOUR, seen(HOUR - 1, HOUR - 1, true))).toMatchObject({
      kind: "cut",
      distrusted: true,
    });
  });

  test("at this very moment, before a cut-off that lies ahead, are denied though nobody has seen them", () => {
    const revocation = plan(issued("K2", 0), attached, 0, { provesLife: false });
    expect(revocation).toMatchObject({ kind: "remember", cutoff: after(30) });
  });

  test("does not believe a time that is yet to come: every repeat would move the cut-off", () => {
    expect(plan(issued("K1", 2 * HOUR), attached, HOUR)).toMatchObject({ kind: "covered" });
  });
});

describe("credentials of other principals", () => {
  const foreign = (key: string): Target => ({ ...target("K1"), foreign: [digestOf(key)] });

  test("are remembered, and a new one is told without a cut", () => {
    const attached = history([target("K1"), 0]);
    const revocation = plan(foreign("F1"), attached, HOUR);
    expect(revocation).toMatchObject({ kind: "remember", cutoff: after(30) });
    const remembering = history([target("K1"), 0], [foreign("F1"), HOUR]);
    expect(plan(foreign("F1"), remembering, 2 * HOUR)).toMatchObject({ kind: "covered" });
  });
});

describe("a policy that IAM took late", () => {
  const cutAt = (at: number) => {
    const revocation = plan(target("K1"), NOT_ATTACHED, at);
    if (revocation.kind !== "cut") throw new Error("nothing was cut");
    return revocation;
  };

  test.each<[number, Date | undefined]>([
    [5, undefined],
    [5.001, after(36)],
    [60, after(90)],
  ])("after %s seconds gets the cut-off %s", (seconds, cutoff) => {
    const renewal = renewed(cutAt(0), target("K1"), after(seconds));
    expect(renewal?.cutoff).toEqual(cutoff);
    expect(renewal?.policy.own?.cutoff).toEqual(cutoff);
  });
});

describe("a policy that was lost or weakened after it was written", () => {
  const written = history([target("K1"), 0]);
  const restored = (attached: Policy, at = 10) => restoreRevocation(attached, written, target("K1"), after(at));

  test("is not put back if it is there", () => {
    expect(restored(written)).toBeUndefined();
    expect(restored(history([target("K1"), 0], [target("K2"), HOUR]))).toBeUndefined();
  });

  test("is put back with a later cut-off: the sessions that were free may have started new ones", () => {
    expect(restored(NOT_ATTACHED)).toMatchObject({
      kind: "cut",
      cutoff: after(40),
      distrusted: false,
      policy: { own: { cutoff: after(40) } },
    });
  });

  test.each<[string, object]>([
    ["for a cut-off that has passed", { own: { cutoff: after(9), memory: written.own!.memory } }],
    ["by a text that IAM does not read as its time", { own: undefined, deniedBefore: FOREVER }],
  ])("is put back if it was replaced %s", (_, changed) => {
    expect(restored({ ...written, ...changed })).toMatchObject({ kind: "cut", cutoff: after(40) });
  });

  test("gets its cut-off back if another invocation's lies ahead as well: nobody went free", () => {
    // GIVEN a cut-off that is earlier than what was written, and still to come
    const others = { ...written, own: { cutoff: after(10), memory: written.own!.memory } };
    // WHEN THEN
    expect(restored(others, 10)).toMatchObject({ kind: "remember", cutoff: after(30) });
    expect(restored(others, 10.001)).toMatchObject({ kind: "cut", cutoff: after(41) });
  });

  test.each<[string, Partial<Target>]>([
    ["the event: its mail may not have left", { event: digestOf("event 1") }],
    ["the compromised sessions: the next theft is a second one", { sessions: [digestOf("session")] }],
    ["credentials of other principals: they were told", { foreign: [digestOf("F1")] }],
  ])("is completed if another invocation forgot %s", (_, changed) => {
    const own = { ...target("K1"), ...changed };
    const restoration = restoreRevocation(history([target("K1"), 1]), history([own, 0]), own, after(10));
    expect(restoration).toMatchObject({ kind: "remember", cutoff: after(31) });
  });

  test("is completed, without moving the cut-off, if another invocation only forgot its credentials", () => {
    const others = history([target("K2"), 1]);
    const completed = restored(others);
    expect(completed).toMatchObject({ kind: "remember", cutoff: after(31) });
    expect(completed && knows(completed.policy, "K1") && knows(completed.policy, "K2")).toBe(true);
  });

  test("is put back if there was no room to remember anything", () => {
    const bare = { ...written, own: { cutoff: after(30), memory: new Map<string, Date>() } };
    expect(restoreRevocation(NOT_ATTACHED, bare, target("K1"), after(10))).toMatchObject({ kind: "cut" });
    expect(restoreRevocation(bare, bare, target("K1"), after(10))).toBeUndefined();
  });

  test("is nothing if nothing was written for the target", () => {
    expect(restoreRevocation(NOT_ATTACHED, NOT_ATTACHED, target("K1"), NOON)).toBeUndefined();
  });
});

test("an event is known as handled before by the policy that it wrote", () => {
  const attached = history([target("K1"), 0]);
  expect(isOwnEarlierAttempt(target("K1"), attached)).toBe(true);
  expect(isOwnEarlierAttempt({ ...target("K1"), event: digestOf("another") }, attached)).toBe(false);
  expect(isOwnEarlierAttempt(target("K1"), NOT_ATTACHED)).toBe(false);
});

describe("a theft is a repeated one", () => {
  const robbed = (...sessions: string[]): Target => ({ ...target("K1"), sessions: sessions.map(digestOf) });
  const attached = history([robbed("i-1"), 0]);
  const isRepeated = (at: number, stolen: Target, ...policies: Policy[]) =>
    isRepeatedTheft(stolen, policies, JUST_NOW(at), after(at));

  test("if one of the robbed sessions was robbed before", () => {
    expect(isRepeated(HOUR, robbed("i-2", "i-1"), NOT_ATTACHED, attached)).toBe(true);
  });

  test.each<[string, number, Target]>([
    ["none of them was", HOUR, robbed("i-2")],
    ["that was too long ago", 14 * HOUR, robbed("i-1")],
  ])("but not if %s", (_, at, stolen) => {
    expect(isRepeated(at, stolen, attached)).toBe(false);
  });
});

describe("a policy of one session has expired", () => {
  const own = { cutoff: NOON, memory: new Map<string, Date>() };
  test.each<[string, Partial<Policy>, number, boolean]>([
    ["13 hours after its cut-off", { own, deniedBefore: NOON }, 13 * HOUR + 1, true],
    ["not before that", { own, deniedBefore: NOON }, 13 * HOUR, false],
    ["not if somebody else denies more in it", { own, deniedBefore: FOREVER }, 20 * HOUR, false],
    ["not if somebody else denies something in it", { own, deniedBefore: NOON, others: [{}] }, 20 * HOUR, false],
    ["not if it is not there", { deniedBefore: undefined }, 20 * HOUR, false],
  ])("%s", (_, changed, at, expected) => {
    expect(hasExpired({ ...NOT_ATTACHED, ...changed }, after(at))).toBe(expected);
  });
});
