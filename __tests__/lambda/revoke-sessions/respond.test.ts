import type { FunctionConfiguration } from "../../../lambda/revoke-sessions/configuration";
import { InvalidEventError } from "../../../lambda/revoke-sessions/finding";
import { digestOf } from "../../../lambda/revoke-sessions/memory";
import { notPermitted } from "../../../lambda/revoke-sessions/permission";
import { EXPIRED_POLICY } from "../../../lambda/revoke-sessions/policy";
import { type Refusal, RefusalError } from "../../../lambda/revoke-sessions/refusal";
import { respond } from "../../../lambda/revoke-sessions/respond";
import { NOT_REVOKED, type NotRevokedReason } from "../../../src/contract/reasons";
import { ATTACK_SEQUENCE_TYPE, attackSequenceEvent, roleActor, userActor } from "../../support/attack-sequence";
import { configuration } from "../../support/configuration";
import {
  ACCOUNT_ID,
  accessKeyId,
  EVENT_TIME,
  FINDING_ID,
  FINDING_TYPE,
  findingEvent,
  type FindingOptions,
  INSTANCE_ID,
  instanceId,
  ROLE_ID,
  ROLE_NAME,
} from "../../support/finding";
import { prose, section } from "../../support/incident";
import { type Call, dependenciesOf, MemoryAws } from "../../support/memory-aws";
import { cutoffOf, denies } from "../../support/policy";
import { assuming, issuing, lookedUp, OWNERS_ADDRESS, trailEvent } from "../../support/trail";

const QUOTA: Refusal = { reason: "policy-quota-exceeded", explanation: "no room" };
const DENIED = notPermitted("User: u is not authorized with an explicit deny in a service control policy");
const NOT_YET = notPermitted("User: u is not authorized because no identity-based policy allows it");
const SECOND_THEFT = { accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${instanceId(2)}` };

let aws: MemoryAws;
let clock: Date;
let waits: number[];
let secondsLeft: number;
beforeEach(() => {
  aws = new MemoryAws();
  aws.addRole();
  clock = new Date(EVENT_TIME.getTime() + 5_000);
  waits = [];
  secondsLeft = 117;
});

const later = (seconds: number): Date => new Date(clock.getTime() + seconds * 1_000);

/** Runs the function on an event, at the clock's time, which goes on while it waits. */
async function handle(event: unknown, changed: Partial<FunctionConfiguration> = {}) {
  const dependencies = dependenciesOf(aws, {
    configuration: configuration(changed),
    now: () => clock,
    wait: async (seconds) => {
      waits.push(seconds);
      clock = later(seconds);
    },
    secondsLeft: () => secondsLeft,
  });
  const { outcome } = await respond(event, dependencies);
  return outcome;
}
const handleFinding = (options: FindingOptions = {}, changed: Partial<FunctionConfiguration> = {}) =>
  handle(findingEvent(options), changed);
const attached = (policyName = "RevokeOldSessions") => aws.roles.get(ROLE_NAME)?.policies.get(policyName);

/** A policy that remembers another key in the place of its first. */
const withMemoryOf = (key: string, document: string): string =>
  document.replace(digestOf(accessKeyId(1)), digestOf(key));

/** Lets something go wrong the first so many times a call is made. */
function failing(call: Call, times: number, error: unknown = new Error("Throttling")): () => void {
  let left = times;
  return ((name: Call) => {
    if (name === call && left-- > 0) throw error;
  }) as () => void;
}

describe("a new finding", () => {
  test("is answered with a policy, a mail and a result", async () => {
    // GIVEN a role that two instances use
    aws.roleUses = [{ instanceId: INSTANCE_ID, state: "running" }];
    // WHEN a finding about one arrives
    const result = await handleFinding();
    // THEN
    expect(result).toEqual({
      outcome: "revoked",
      cutoff: "2026-03-01T12:00:35Z",
      findingId: FINDING_ID,
      findingType: FINDING_TYPE,
      accountId: ACCOUNT_ID,
      region: "us-west-2",
      role: ROLE_NAME,
      policyName: "RevokeOldSessions",
      scope: "role",
      accessKeyIds: [accessKeyId(1)],
      needsPerson: false,
    });
    expect(aws.writes).toEqual([{ roleName: ROLE_NAME, policyName: "RevokeOldSessions", document: attached() }]);
    expect(aws.incidents).toMatchObject([
      {
        plan: { roleName: ROLE_NAME, scope: "role" },
        cutoff: new Date("2026-03-01T12:00:35Z"),
        verification: { state: "verified" },
        impact: { kind: "listed", uses: aws.roleUses },
        handledAt: new Date("2026-03-01T12:00:15Z"),
      },
    ]);
    expect(aws.incidents[0]).not.toHaveProperty("refusal");
  });

  test("is answered in this order: read, write, and only then everything else", async () => {
    await handleFinding();
    const [look, write, lookBack] = [["getRole", "getRolePolicy"], ["putRolePolicy"], ["getRole", "getRolePolicy"]];
    expect(aws.calls).toEqual([...look!, ...write!, ...lookBack!, "findRoleUse", "report"]);
    expect(waits).toEqual([10]);
  });

  test("is not read back where the deployment does not want it", async () => {
    await handleFinding({}, { verifyAfterSeconds: 0 });
    expect(aws.incidents).toMatchObject([{ verification: { state: "not-asked" } }]);
    expect(waits).toEqual([]);
  });

  test("is answered in full where nobody can find out who else is hit", async () => {
    aws.before = failing("findRoleUse", 1, new TypeError("no answer"));
    expect(await handleFinding()).toMatchObject({ outcome: "revoked" });
    expect(aws.incidents).toMatchObject([{ impact: { kind: "unknown", why: "TypeError: no answer" } }]);
  });

  test("tells what was thrown even where it was no error", async () => {
    aws.before = failing("findRoleUse", 1, "no answer");
    await handleFinding();
    expect(aws.incidents).toMatchObject([{ impact: { kind: "unknown", why: "no answer" } }]);
  });
});

describe("the same event again", () => {
  test("writes nothing, and mails again: the first mail may never have left", async () => {
    await handleFinding();
    expect(await handleFinding()).toMatchObject({
      outcome: "already-revoked",
      cutoff: "2026-03-01T12:00:35Z",
      role: ROLE_NAME,
    });
    expect(aws.writes).toHaveLength(1);
    expect(aws.incidents).toHaveLength(2);
  });

  test("is mailed where the first attempt could not", async () => {
    // GIVEN a topic that does not answer the first time
    aws.before = failing("report", 1);
    await expect(handleFinding()).rejects.toThrow("Throttling");
    // WHEN Lambda tries again, minutes later
    clock = later(60);
    const result = await handleFinding();
    // THEN people are told what the first attempt did, and healthy sessions stay as they are
    expect(result).toMatchObject({ outcome: "already-revoked", cutoff: "2026-03-01T12:00:35Z" });
    expect(aws.incidents).toMatchObject([
      { moved: true, cutoff: new Date("2026-03-01T12:00:35Z"), verification: { state: "verified" } },
    ]);
    expect(aws.writes).toHaveLength(1);
  });

  test("is mailed where the answer to the write was lost", async () => {
    aws.after = failing("putRolePolicy", 1, new Error("socket hang up"));
    await expect(handleFinding()).rejects.toThrow("socket hang up");
    clock = later(60);
    expect(await handleFinding()).toMatchObject({ outcome: "already-revoked" });
    expect(aws.incidents).toHaveLength(1);
  });

  test("is answered anew where the first attempt wrote nothing", async () => {
    aws.before = failing("putRolePolicy", 1);
    await expect(handleFinding()).rejects.toThrow("Throttling");
    clock = later(60);
    expect(await handleFinding()).toMatchObject({ outcome: "revoked", cutoff: "2026-03-01T12:01:35Z" });
  });

  test("says when the policy was written, which the second attempt did not do", async () => {
    await handleFinding();
    await handleFinding();
    expect(aws.revoked.map(({ writtenAt }) => writtenAt)).toEqual([new Date("2026-03-01T12:00:05Z"), undefined]);
  });
});

describe("a repeat of the finding", () => {
  test("causes no write and no mail, from however many addresses the thief goes on", async () => {
    await handleFinding();
    for (let repeat = 1; repeat <= 20; repeat++) {
      clock = later(900);
      expect(await handleFinding({ time: later(-5), id: `another-${repeat}` })).toMatchObject({
        outcome: "already-revoked",
      });
    }
    expect(aws.writes).toHaveLength(1);
    expect(aws.incidents).toHaveLength(1);
  });

  test("is silent even if it was published before the cut-off", async () => {
    await handleFinding();
    await handleFinding({ time: new Date(EVENT_TIME.getTime() + 20_000) });
    expect(aws.incidents).toHaveLength(1);
  });

  test("with a newly stolen key moves the cut-off and is mailed", async () => {
    await handleFinding();
    clock = later(3_600);
    const result = await handleFinding({ time: later(-5), accessKeyId: accessKeyId(2) });
    expect(result).toMatchObject({
      outcome: "revoked",
      cutoff: "2026-03-01T13:00:45Z",
      accessKeyIds: [accessKeyId(2)],
    });
    expect(aws.incidents).toHaveLength(2);
  });
});

describe("a finding that is refused", () => {
  test.each<[NotRevokedReason, FindingOptions, Partial<FunctionConfiguration>, string | undefined]>([
    ["sample-finding", { sample: true }, {}, ROLE_NAME],
    ["unsupported-type", { type: "Recon:IAMUser/TorIPCaller" }, {}, ROLE_NAME],
    ["other-account", { accountId: "444455556666" }, {}, ROLE_NAME],
    ["role-unknown", { roleName: "a/b" }, {}, undefined],
    ["role-unknown", { roleName: "x".repeat(65) }, {}, undefined],
    ["role-unknown", { set: { "detail.resource.accessKeyDetails": {} } }, {}, undefined],
    ["not-a-role", { roleId: "AIDAINVENTED" }, {}, undefined],
    ["role-not-found", { roleName: "nobody" }, {}, "nobody"],
    ["role-mismatch", { roleId: "AROAANOTHER" }, {}, ROLE_NAME],
    ["notify-only", {}, { response: "notify-only" }, ROLE_NAME],
  ])("as %s writes nothing and is mailed with its reason", async (reason, options, changed, role) => {
    const result = await handleFinding(options, changed);
    const needsPerson = NOT_REVOKED[reason] !== "routine";
    expect(result).toMatchObject({ outcome: "not-revoked", reason, role, needsPerson });
    expect(aws.writes).toEqual([]);
    expect(aws.incidents).toMatchObject([{ refusal: { reason } }]);
    expect(aws.incidents[0]?.plan?.roleName).toBe(role);
    expect(waits).toEqual([]);
  });

  test("by its own content asks IAM nothing", async () => {
    await handleFinding({ archived: true });
    expect(aws.calls).toEqual(["report"]);
  });

  test("without an account says so in its result", async () => {
    expect(await handleFinding({ set: { account: undefined, "detail.accountId": undefined } })).toMatchObject({
      accountId: "unknown",
    });
  });

  test("keeps the scope for the command by hand", async () => {
    await handleFinding({}, { response: "notify-only", scope: "session" });
    expect(aws.incidents).toMatchObject([
      { plan: { scope: "session", targets: [{ policyName: `RevokeOldSessions-${INSTANCE_ID}` }] } },
    ]);
  });

  test("offers the whole role by hand where the finding itself was refused", async () => {
    await handleFinding({ archived: true }, { scope: "session" });
    expect(aws.incidents).toMatchObject([{ plan: { scope: "role" } }]);
  });

  test("is thrown on where the topic does not answer, so that it comes back", async () => {
    aws.before = failing("report", 1);
    await expect(handleFinding({ sample: true })).rejects.toThrow("Throttling");
  });

  test("by IAM for good is mailed", async () => {
    aws.refuse = () => QUOTA;
    expect(await handleFinding()).toMatchObject({ outcome: "not-revoked", reason: "policy-quota-exceeded" });
    expect(aws.incidents).toMatchObject([{ refusal: QUOTA, attached: [], plan: { roleName: ROLE_NAME } }]);
  });

  test("because the role was deleted between read and write is mailed", async () => {
    aws.before = (call) => call === "putRolePolicy" && aws.roles.clear();
    expect(await handleFinding()).toMatchObject({ outcome: "not-revoked", reason: "role-not-found" });
    expect(aws.incidents).toHaveLength(1);
  });
});

describe("an event that is not a finding", () => {
  test.each([[undefined], [null], ["text"], [[]], [{}], [{ detail: { Type: FINDING_TYPE } }]])(
    "throws before any call is made: %j",
    async (event) => {
      await expect(handle(event)).rejects.toThrow(InvalidEventError);
      expect(aws.calls).toEqual([]);
    },
  );
});

test.each<Call>(["getRole", "getRolePolicy"])("throws if %s does, before anything is written", async (call) => {
  aws.before = failing(call, 1);
  await expect(handleFinding()).rejects.toThrow("Throttling");
  expect(aws.writes).toEqual([]);
  expect(aws.incidents).toEqual([]);
});

describe("reading back", () => {
  test("is done as long as there is just the time to mend what it finds", async () => {
    secondsLeft = 30;
    await handleFinding();
    expect(aws.incidents).toMatchObject([{ verification: { state: "verified" } }]);
  });

  /** Lets somebody change the role's policies just before each of the first so many readings back. */
  function tampering(times: number, tamper: (policies: Map<string, string>) => void) {
    let left = times;
    let writing = false;
    aws.before = (call) => {
      if (call === "putRolePolicy") writing = true;
      if (call === "getRolePolicy" && writing && left-- > 0) tamper(aws.roles.get(ROLE_NAME)!.policies);
    };
  }
  const deletion = (policies: Map<string, string>) => policies.clear();

  test("puts back a policy that was deleted, and says so", async () => {
    tampering(1, deletion);
    // THEN with a later cut-off: the sessions that were free may have started new ones
    expect(await handleFinding()).toMatchObject({ outcome: "revoked", cutoff: "2026-03-01T12:00:45Z" });
    expect(aws.writes).toHaveLength(2);
    expect(attached()).toBe(aws.writes[1]!.document);
    expect(aws.incidents).toMatchObject([
      { verification: { state: "restored" }, cutoff: new Date("2026-03-01T12:00:45Z") },
    ]);
    expect(waits).toEqual([10, 10]);
  });

  test("puts back a policy twice", async () => {
    tampering(2, deletion);
    await handleFinding();
    expect(aws.incidents).toMatchObject([{ verification: { state: "restored" } }]);
    expect(waits).toEqual([10, 10, 10]);
  });

  test("puts back a policy that was weakened", async () => {
    tampering(1, (policies) => policies.set("RevokeOldSessions", attached()!.replace('"Deny"', '"Allow"')));
    await handleFinding();
    expect(aws.incidents).toMatchObject([{ verification: { state: "restored" } }]);
    expect(denies([attached()!], { userId: `${ROLE_ID}:${INSTANCE_ID}`, issuedAt: later(29 - 20) })).toBe(true);
  });

  test("gives up after the third time, leaves the policy there, and calls for a person", async () => {
    tampering(9, deletion);
    expect(await handleFinding()).toMatchObject({ outcome: "revoked" });
    expect(aws.incidents).toMatchObject([{ verification: { state: "not-kept" } }]);
    expect(aws.writes).toHaveLength(4);
    expect(attached()).toBeDefined();
    expect(waits).toEqual([10, 10, 10]);
  });

  test.each<[string, () => void]>([
    ["is deleted", () => aws.roles.delete(ROLE_NAME)],
    ["is made anew under the name", () => aws.addRole({ roleId: "AROAINVENTEDROLEWEB02" })],
  ])("does not put back a policy if the role %s meanwhile, and says so", async (_, happen) => {
    tampering(1, happen);
    expect(await handleFinding()).toMatchObject({ outcome: "revoked" });
    expect(aws.incidents).toMatchObject([{ verification: { state: "role-gone" } }]);
    expect(aws.writes).toHaveLength(1);
  });

  test("says so where the role is deleted while the policy is put back", async () => {
    tampering(1, deletion);
    const { before } = aws;
    aws.before = (call) => {
      before(call);
      if (call === "putRolePolicy" && aws.writes.length === 1) aws.roles.delete(ROLE_NAME);
    };
    await handleFinding();
    expect(aws.incidents).toMatchObject([{ verification: { state: "role-gone" } }]);
  });

  test("calls for a person where IAM refuses to have it back", async () => {
    tampering(1, (policies) => {
      deletion(policies);
      aws.refuse = () => QUOTA;
    });
    await handleFinding();
    expect(aws.incidents).toMatchObject([{ verification: { state: "not-kept", refusal: QUOTA } }]);
    expect(waits).toEqual([10]);
  });

  test("says that it failed, and why, instead of losing the mail", async () => {
    tampering(1, () => {
      throw new RangeError("no answer");
    });
    expect(await handleFinding()).toMatchObject({ outcome: "revoked" });
    expect(aws.incidents).toMatchObject([{ verification: { state: "unverified", why: "RangeError: no answer" } }]);
  });

  test("throws if putting back does, so that the event comes back", async () => {
    tampering(1, deletion);
    const before = aws.before;
    aws.before = (call) => {
      if (call === "putRolePolicy" && aws.writes.length === 1) throw new Error("Throttling");
      before(call);
    };
    await expect(handleFinding()).rejects.toThrow("Throttling");
    expect(aws.incidents).toEqual([]);
  });

  test("puts back what another invocation overwrote, without calling that an attack", async () => {
    // GIVEN another invocation that had read before this one wrote, and takes its policy's place
    tampering(1, (policies) => {
      const overwriting = withMemoryOf(accessKeyId(7), attached()!).replace("12:00:35Z", "12:00:36Z");
      policies.set("RevokeOldSessions", overwriting);
    });
    // WHEN this one reads back
    await handleFinding();
    // THEN both are remembered, under the later cut-off, and nobody is alarmed
    for (const key of [accessKeyId(1), accessKeyId(7)]) expect(attached()).toContain(digestOf(key));
    expect(cutoffOf(attached()!)).toEqual(new Date("2026-03-01T12:00:36Z"));
    expect(aws.incidents).toMatchObject([{ verification: { state: "verified" } }]);
  });

  test("ends though others go on overwriting, as long as the sessions stay denied", async () => {
    tampering(9, (policies) => policies.set("RevokeOldSessions", withMemoryOf(accessKeyId(7), attached()!)));
    await handleFinding();
    expect(aws.incidents).toMatchObject([{ verification: { state: "verified" } }]);
    expect(aws.writes).toHaveLength(3);
  });

  test("remembers that it had to restore though later it only had to remember", async () => {
    let reading = 0;
    tampering(2, (policies) => {
      if (reading++ === 0) deletion(policies);
      else policies.set("RevokeOldSessions", withMemoryOf(accessKeyId(7), attached()!));
    });
    await handleFinding();
    expect(aws.incidents).toMatchObject([{ verification: { state: "restored" } }]);
  });
});

describe("scope session", () => {
  const session = { scope: "session" } as const;
  const policyName = (instance: string) => `RevokeOldSessions-${instance}`;
  const before = new Date(EVENT_TIME.getTime() - 1);

  test("denies each compromised instance by a policy of its own, and no other", async () => {
    const result = await handleFinding({ recentCredentials: [SECOND_THEFT] }, session);
    const policies = aws.roles.get(ROLE_NAME)!.policies;
    expect(result).toMatchObject({
      outcome: "revoked",
      scope: "session",
      policyName: policyName(INSTANCE_ID),
      accessKeyIds: [accessKeyId(1), accessKeyId(2)],
    });
    expect([...policies.keys()]).toEqual([policyName(INSTANCE_ID), policyName(instanceId(2))]);
    const denied = (instance: string) =>
      denies(policies.values(), { userId: `${ROLE_ID}:${instance}`, issuedAt: before });
    expect([INSTANCE_ID, instanceId(2), instanceId(3)].map(denied)).toEqual([true, true, false]);
    expect(denies(policies.values(), { userId: `${ROLE_ID}:${INSTANCE_ID}`, issuedAt: later(60) })).toBe(false);
  });

  test("writes only for the instance that was compromised anew", async () => {
    await handleFinding({}, session);
    clock = later(3_600);
    const result = await handleFinding({ time: later(-5), recentCredentials: [SECOND_THEFT] }, session);
    expect(aws.writes.map((write) => write.policyName)).toEqual([policyName(INSTANCE_ID), policyName(instanceId(2))]);
    expect(result).toMatchObject({ outcome: "revoked", cutoff: "2026-03-01T13:00:45Z" });
  });

  test("puts back the policy of the instance that lost it", async () => {
    aws.before = (call) =>
      call === "getRolePolicy" &&
      aws.writes.length === 2 &&
      aws.roles.get(ROLE_NAME)!.policies.delete(policyName(instanceId(2)));
    await handleFinding({ recentCredentials: [SECOND_THEFT] }, session);
    expect(aws.writes.slice(2).map((write) => write.policyName)).toEqual([policyName(instanceId(2))]);
    expect(cutoffOf(attached(policyName(instanceId(2)))!)).toEqual(new Date("2026-03-01T12:00:45Z"));
  });

  test("puts back one policy after the other, if they are lost in turn", async () => {
    // GIVEN a thief who deletes the second policy at the first look, and the first one at the next
    const lost = [instanceId(2), INSTANCE_ID].map(policyName);
    let looks = 0;
    aws.before = (call) => {
      if (call === "getRole" && looks++ > 0) aws.roles.get(ROLE_NAME)!.policies.delete(lost.shift() ?? "none");
    };
    // WHEN
    await handleFinding({ recentCredentials: [SECOND_THEFT] }, session);
    // THEN
    const policies = [...aws.roles.get(ROLE_NAME)!.policies.keys()].sort();
    expect(policies).toEqual([policyName(INSTANCE_ID), policyName(instanceId(2))].sort());
    expect(aws.writes.slice(2).map((write) => write.policyName)).toEqual([instanceId(2), INSTANCE_ID].map(policyName));
  });

  test("is told of again if only one of the two policies knows the event: the mail never left", async () => {
    // GIVEN an attempt that wrote one of two policies, and failed
    let puts = 0;
    aws.before = (call) => {
      if (call === "putRolePolicy" && ++puts === 2) throw new Error("Throttling");
    };
    const both = { recentCredentials: [SECOND_THEFT] };
    await expect(handleFinding(both, session)).rejects.toThrow("Throttling");
    // and another event that revokes the other session meanwhile
    await handleFinding({ ...SECOND_THEFT, session: instanceId(2), set: { id: "another" } }, session);
    aws.mails.length = 0;
    // WHEN the first event is tried again
    await handleFinding(both, session);
    // THEN
    expect(aws.mails).toHaveLength(1);
  });

  test("distrusts what was seen alive of one of two sessions", async () => {
    // GIVEN a revocation of one, and a finding about both in a call that was not denied
    await handleFinding({}, session);
    clock = later(3_600);
    const set = {
      "detail.service.eventFirstSeen": later(-600).toISOString(),
      "detail.service.eventLastSeen": later(-300).toISOString(),
      "detail.service.action.awsApiCallAction.errorCode": undefined,
    };
    // WHEN
    await handleFinding({ time: later(-5), recentCredentials: [SECOND_THEFT], set }, session);
    // THEN
    expect(aws.revoked.map(({ distrusted }) => distrusted)).toEqual([false, true]);
  });

  test("writes nothing that a policy of the whole role says as well", async () => {
    // GIVEN a role that was cut whole, and another key of a session that was seen before
    await handleFinding();
    clock = later(3_600);
    const set = { "detail.service.eventLastSeen": "2026-03-01T12:00:10Z" };
    // WHEN it is found where single sessions are cut
    const result = await handleFinding({ time: later(-5), accessKeyId: accessKeyId(2), set }, session);
    // THEN
    expect(result).toMatchObject({ outcome: "already-revoked", scope: "role", policyName: "RevokeOldSessions" });
    expect(aws.writes.map((write) => write.policyName)).toEqual(["RevokeOldSessions", "RevokeOldSessions"]);
  });

  test("throws only when every write has ended: none outlives the invocation", async () => {
    // GIVEN two compromised instances, a first write that fails, and a second one that takes its time
    let puts = 0;
    aws.before = async (call) => {
      if (call !== "putRolePolicy") return;
      if (++puts === 1) throw new Error("AccessDenied");
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    // WHEN
    await expect(handleFinding({ recentCredentials: [SECOND_THEFT] }, session)).rejects.toThrow("AccessDenied");
    // THEN
    expect(aws.writes.map(({ policyName: name }) => name)).toEqual([policyName(instanceId(2))]);
  });

  test("calls for a person where IAM refuses to have one of two policies back", async () => {
    // GIVEN a thief who deletes both, and a role that then has room for one
    aws.before = (call) => {
      if (call !== "getRolePolicy" || aws.writes.length !== 2) return;
      aws.roles.get(ROLE_NAME)!.policies.clear();
      aws.refuse = ({ policyName: name }) => (name === policyName(instanceId(2)) ? QUOTA : undefined);
    };
    // WHEN THEN
    await handleFinding({ recentCredentials: [SECOND_THEFT] }, session);
    expect(aws.incidents).toMatchObject([{ verification: { state: "not-kept" } }]);
  });

  test("says restored where one policy was deleted and the other only had to remember", async () => {
    aws.before = (call) => {
      if (call !== "getRolePolicy" || aws.writes.length !== 2) return;
      const { policies } = aws.roles.get(ROLE_NAME)!;
      policies.delete(policyName(instanceId(2)));
      policies.set(policyName(INSTANCE_ID), withMemoryOf(accessKeyId(7), policies.get(policyName(INSTANCE_ID))!));
    };
    await handleFinding({ recentCredentials: [SECOND_THEFT] }, session);
    expect(aws.incidents).toMatchObject([{ verification: { state: "restored" } }]);
  });

  test("falls back to the role where a session is no instance's", async () => {
    expect(await handleFinding({ session: "deploy" }, session)).toMatchObject({
      outcome: "revoked",
      scope: "role",
      policyName: "RevokeOldSessions",
    });
    expect(aws.incidents).toMatchObject([{ plan: { scope: "role" }, configuration: { scope: "session" } }]);
  });

  test("falls back to the role if a session may assume its own role: what it starts has another name", async () => {
    const trust = { services: ["ec2.amazonaws.com"], principals: [`arn:aws:iam::${ACCOUNT_ID}:root`], providers: [] };
    aws.addRole({ trust });
    expect(await handleFinding({}, session)).toMatchObject({ scope: "role", policyName: "RevokeOldSessions" });
  });

  test("writes nothing if the whole role was revoked for the same credentials", async () => {
    await handleFinding();
    clock = later(3_600);
    expect(await handleFinding({ time: later(-5) }, session)).toMatchObject({
      outcome: "already-revoked",
      scope: "role",
    });
    expect(aws.writes).toHaveLength(1);
  });

  test("falls back to the role if its policies are full", async () => {
    // GIVEN a role that has room for one policy, but not for two
    aws.refuse = ({ policyName: name }) => (name === policyName(instanceId(2)) ? QUOTA : undefined);
    // WHEN two instances are found compromised
    const result = await handleFinding({ recentCredentials: [SECOND_THEFT] }, session);
    // THEN
    expect(result).toMatchObject({ outcome: "revoked", scope: "role", policyName: "RevokeOldSessions" });
    expect(denies([attached()!], { userId: SECOND_THEFT.principalId, issuedAt: before })).toBe(true);
  });

  test("shortens policies that deny nobody any more, before anything is refused", async () => {
    // GIVEN a role that holds 2,000 characters, and three instances that were compromised days ago
    const characters = () => [...aws.roles.get(ROLE_NAME)!.policies.values()].join("").length;
    const old = [4, 5, 6].map(instanceId);
    for (const each of old) await handleFinding({ session: each, accessKeyId: accessKeyId(40) }, session);
    const others = (name: string) => characters() - (attached(name)?.length ?? 0);
    const limit = characters() + 100;
    aws.refuse = ({ policyName: name, document }) => (others(name) + document.length > limit ? QUOTA : undefined);
    // WHEN two more are compromised
    clock = later(3 * 86_400);
    const result = await handleFinding({ time: later(-5), recentCredentials: [SECOND_THEFT] }, session);
    // THEN each has its policy, and the old ones are short
    expect(result).toMatchObject({ outcome: "revoked", scope: "session" });
    for (const each of old) expect(attached(policyName(each))).toBe(EXPIRED_POLICY);
    expect(attached(policyName(instanceId(2)))).toBeDefined();
  });

  test("leaves policies alone that still deny somebody, and ends as not revoked", async () => {
    await handleFinding({ session: instanceId(4), accessKeyId: accessKeyId(40) }, session);
    const kept = attached(policyName(instanceId(4)));
    aws.refuse = () => QUOTA;
    clock = later(3_600);
    expect(await handleFinding({ time: later(-5) }, session)).toMatchObject({ reason: "policy-quota-exceeded" });
    expect(attached(policyName(instanceId(4)))).toBe(kept);
  });

  test("says what is attached if IAM refused a part", async () => {
    aws.refuse = ({ policyName: name }) => (name === policyName(instanceId(2)) ? DENIED : undefined);
    expect(await handleFinding({ recentCredentials: [SECOND_THEFT] }, session)).toMatchObject({
      outcome: "not-revoked",
      reason: "not-permitted",
    });
    expect(aws.incidents).toMatchObject([{ refusal: DENIED, attached: [{ policyName: policyName(INSTANCE_ID) }] }]);
  });
});

describe("scope instance", () => {
  const lock = { scope: "instance" } as const;
  const policyName = (instance: string) => `RevokeAllSessions-${instance}`;
  const isDenied = (instance: string, issuedAt: Date) =>
    denies(aws.roles.get(ROLE_NAME)!.policies.values(), { userId: `${ROLE_ID}:${instance}`, issuedAt });

  test("locks the compromised instance, and no other", async () => {
    expect(await handleFinding({}, lock)).toMatchObject({
      outcome: "revoked",
      scope: "instance",
      policyName: policyName(INSTANCE_ID),
      cutoff: "9999-12-31T23:59:59Z",
    });
    expect(isDenied(INSTANCE_ID, later(86_400))).toBe(true);
    expect(isDenied(instanceId(2), new Date(EVENT_TIME.getTime() - 1))).toBe(false);
  });

  test("is silent about what is stolen from a locked instance: it is dead on arrival", async () => {
    await handleFinding({}, lock);
    clock = later(3_600);
    const set = { "detail.service.action.awsApiCallAction.errorCode": undefined };
    expect(await handleFinding({ time: later(-5), accessKeyId: accessKeyId(2), set }, lock)).toMatchObject({
      outcome: "already-revoked",
      scope: "instance",
    });
    expect(aws.writes).toHaveLength(1);
    expect(aws.incidents).toHaveLength(1);
  });

  test("is mailed again if the first mail could not be sent", async () => {
    aws.before = failing("report", 1);
    await expect(handleFinding({}, lock)).rejects.toThrow("Throttling");
    clock = later(60);
    expect(await handleFinding({}, lock)).toMatchObject({ outcome: "already-revoked" });
    expect(aws.incidents).toHaveLength(1);
  });

  test("is mailed again even if the role has no room to remember the first attempt", async () => {
    aws.refuse = ({ document }) => (/Answers[0-9a-z]/.test(document) ? QUOTA : undefined);
    aws.before = failing("report", 1);
    await expect(handleFinding({}, lock)).rejects.toThrow("Throttling");
    clock = later(60);
    expect(await handleFinding({}, lock)).toMatchObject({ outcome: "already-revoked" });
    expect(aws.incidents).toHaveLength(1);
  });

  test("is restored if somebody lifts it at once", async () => {
    aws.before = (call) => call === "getRole" && aws.writes.length === 1 && aws.roles.get(ROLE_NAME)!.policies.clear();
    await handleFinding({}, lock);
    expect(aws.incidents).toMatchObject([{ verification: { state: "restored" } }]);
    expect(isDenied(INSTANCE_ID, later(86_400))).toBe(true);
  });

  test.each<[string, () => void, FindingOptions]>([
    ["a session does not belong to an instance", () => {}, { session: "deploy" }],
    [
      "the role may assume itself",
      () => aws.addRole({ trust: { services: [], principals: ["*"], providers: [] } }),
      {},
    ],
    [
      "the role has no room",
      () => (aws.refuse = ({ policyName: name }) => (name === "RevokeOldSessions" ? undefined : QUOTA)),
      {},
    ],
  ])("falls back to the role if %s", async (_, prepare, options) => {
    prepare();
    expect(await handleFinding(options, lock)).toMatchObject({ outcome: "revoked", scope: "role" });
    expect(aws.incidents).toMatchObject([{ asked: "instance", plan: { scope: "role" } }]);
  });
});

test("in scope session each policy is told with its own cut-off", async () => {
  // GIVEN an instance that was robbed an hour ago
  const settings = { scope: "session", verifyAfterSeconds: 0 } as const;
  await handleFinding({ time: later(-5) }, settings);
  clock = later(3_600);
  // WHEN a finding names it again, and another one
  const recentCredentials = [{ accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${instanceId(2)}` }];
  await handleFinding({ time: later(-5), recentCredentials, set: { id: "other" } }, settings);
  // THEN
  const [old, moved] = [new Date("2026-03-01T12:00:35Z"), new Date("2026-03-01T13:00:35Z")];
  expect(aws.incidents.at(-1)).toMatchObject({ cutoff: moved, cutoffs: [old, moved] });
  const documents = [INSTANCE_ID, instanceId(2)].map((id) => attached(`RevokeOldSessions-${id}`)!);
  expect(documents.map(cutoffOf)).toEqual([old, moved]);
  const { message } = aws.mails.at(-1)!;
  expect(prose(section({ message }, "WHAT WAS DONE"))).toContain(`${INSTANCE_ID} issued before 2026-03-01T12:00:35Z.`);
  expect(prose(section({ message }, "WHAT WAS DONE"))).toContain(
    `${instanceId(2)} issued before 2026-03-01T13:00:35Z.`,
  );
  expect(prose(section({ message }, "DO NOW"))).toContain("aws:TokenIssueTime must be 2026-03-01T12:00:35Z or later");
});

describe("scope instance for repeats", () => {
  const repeats = { repeatScope: "instance" } as const;
  const theft = (number: number, session = INSTANCE_ID) =>
    handleFinding({ time: later(-5), accessKeyId: accessKeyId(number), session }, repeats);

  test("cuts the role at the first theft, and locks the instance at the second", async () => {
    expect(await theft(1)).toMatchObject({ outcome: "revoked", scope: "role" });
    clock = later(3_600);
    expect(await theft(2)).toMatchObject({ outcome: "revoked", scope: "instance" });
    expect(cutoffOf(attached()!)).toEqual(new Date("2026-03-01T12:00:35Z"));
  });

  test("does not take the same finding, repeated, for a second theft, in scope session", async () => {
    const settings = { scope: "session", ...repeats } as const;
    const options = { time: later(-5) };
    expect(await handleFinding(options, settings)).toMatchObject({ outcome: "revoked", scope: "session" });
    clock = later(900);
    const repeat = { ...options, set: { id: "another event" } };
    expect(await handleFinding(repeat, settings)).toMatchObject({ outcome: "already-revoked", scope: "session" });
  });

  test("cuts the role again for another instance, and after the memory has ended", async () => {
    await theft(1);
    clock = later(3_600);
    expect(await theft(2, instanceId(2))).toMatchObject({ outcome: "revoked", scope: "role" });
    clock = later(14 * 3_600);
    expect(await theft(3)).toMatchObject({ outcome: "revoked", scope: "role" });
  });

  test("stands a siege of six hours, a theft every ten minutes, with one cut and one lock", async () => {
    // GIVEN a healthy instance that renews its credentials every hour, and a thief who steals every ten minutes
    let denied = 0;
    let renewedAt = clock;
    for (let minute = 0; minute < 360; minute += 10) {
      const result = await theft(minute + 1);
      // WHEN each theft is handled THEN the thief is denied
      expect(result.outcome).toMatch(/revoked/);
      const policies = [...aws.roles.get(ROLE_NAME)!.policies.values()];
      expect(denies(policies, { userId: `${ROLE_ID}:${INSTANCE_ID}`, issuedAt: later(-10) })).toBe(true);
      if (denies(policies, { userId: `${ROLE_ID}:${instanceId(2)}`, issuedAt: renewedAt })) denied += 1;
      clock = later(600);
      if (minute % 60 === 50) renewedAt = clock;
    }
    // and the healthy instance is denied until its first renewal only
    expect(aws.writes.map((write) => write.policyName)).toEqual([
      "RevokeOldSessions",
      `RevokeAllSessions-${INSTANCE_ID}`,
    ]);
    expect(aws.incidents).toHaveLength(2);
    expect(denied).toBe(6);
  });

  test("still cuts for an instance that is not locked, in one finding with one that is", async () => {
    await theft(1);
    clock = later(3_600);
    await theft(2);
    clock = later(3_600);
    const recentCredentials = [{ accessKeyId: accessKeyId(7), principalId: `${ROLE_ID}:${instanceId(2)}` }];
    const options = { time: later(-5), accessKeyId: accessKeyId(3), recentCredentials };
    expect(await handleFinding(options, repeats)).toMatchObject({ outcome: "revoked" });
    const policies = [...aws.roles.get(ROLE_NAME)!.policies.values()];
    expect(denies(policies, { userId: `${ROLE_ID}:${instanceId(2)}`, issuedAt: later(-10) })).toBe(true);
  });

  test("names the lock that denies what is stolen from a locked instance", async () => {
    await theft(1);
    clock = later(3_600);
    await theft(2);
    clock = later(3_600);
    expect(await theft(3)).toMatchObject({
      outcome: "already-revoked",
      scope: "instance",
      policyName: `RevokeAllSessions-${INSTANCE_ID}`,
    });
  });

  test.each([1, 14])(
    "does not cut for a locked instance and one whose credentials were denied %s hours before",
    async (hours) => {
      // GIVEN a locked instance, and another one that was robbed under the same cut-off
      await theft(1);
      await handleFinding({ accessKeyId: accessKeyId(7), session: instanceId(2), set: { id: "other" } }, repeats);
      clock = later(3_600);
      await theft(2);
      const written = aws.writes.length;
      clock = later(hours * 3_600);
      // WHEN one finding names both
      const recentCredentials = [{ accessKeyId: accessKeyId(7), principalId: `${ROLE_ID}:${instanceId(2)}` }];
      const set = { "detail.service.eventLastSeen": later(-10).toISOString() };
      const finding = { time: later(-5), accessKeyId: accessKeyId(3), recentCredentials, set };
      const result = await handleFinding(finding, repeats);
      // THEN
      expect(result.outcome).toBe("already-revoked");
      expect(aws.writes.slice(written).map(({ document }) => cutoffOf(document))).not.toContainEqual(later(30));
    },
  );

  test("tells a new session of another role in a finding about a locked instance", async () => {
    await theft(1);
    clock = later(3_600);
    await theft(2);
    clock = later(3_600);
    const recentCredentials = [{ accessKeyId: accessKeyId(9), principalId: "AROAINVENTEDOTHER0001:deploy" }];
    for (const _ of [1, 2]) await handleFinding({ time: later(-5), recentCredentials }, repeats);
    expect(aws.incidents).toHaveLength(3);
    expect(aws.revoked.at(-1)).toMatchObject({ asked: "instance", plan: { scope: "instance" } });
  });
});

describe("credentials that are denied already", () => {
  const seenAt = (first: Date, last: Date) => ({
    "detail.service.eventFirstSeen": first.toISOString(),
    "detail.service.eventLastSeen": last.toISOString(),
  });

  test("by time are remembered under the cut-off that stands, and told once", async () => {
    // GIVEN a revocation, and another key of the same stolen session that was used a minute before it
    await handleFinding();
    const set = seenAt(later(-60), later(-60));
    clock = later(900);
    // WHEN it is found, and found again after it was used once more
    const first = await handleFinding({ accessKeyId: accessKeyId(2), time: later(-5), set });
    clock = later(900);
    const again = await handleFinding({
      accessKeyId: accessKeyId(2),
      time: later(-5),
      set: seenAt(later(-2_000), later(-60)),
    });
    // THEN no healthy session notices, and a person is told of the key
    expect(first).toMatchObject({ outcome: "already-revoked", cutoff: "2026-03-01T12:00:35Z" });
    expect(again).toMatchObject({ outcome: "already-revoked", cutoff: "2026-03-01T12:00:35Z" });
    expect(aws.writes).toHaveLength(2);
    expect(cutoffOf(attached()!)).toEqual(new Date("2026-03-01T12:00:35Z"));
    expect(aws.revoked.map(({ moved }) => moved)).toEqual([true, false]);
  });

  test("are cut again if they were first seen after the cut-off, in a call that was not denied", async () => {
    await handleFinding();
    clock = later(3_600);
    const set = { ...seenAt(later(-600), later(-300)), "detail.service.action.awsApiCallAction.errorCode": undefined };
    expect(await handleFinding({ time: later(-5), set })).toMatchObject({ outcome: "revoked", needsPerson: true });
    expect(aws.revoked.map(({ distrusted }) => distrusted)).toEqual([false, true]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["was denied", { errorCode: "Client.UnauthorizedOperation" }],
    ["is never denied to anybody", { errorCode: undefined, api: "GetCallerIdentity" }],
    ["was throttled before anybody looked", { errorCode: "ThrottlingException" }],
  ])("are not cut again if the call %s", async (_, changed) => {
    await handleFinding();
    clock = later(3_600);
    const call = Object.entries(changed).map(([name, value]) => [
      `detail.service.action.awsApiCallAction.${name}`,
      value,
    ]);
    const set = { ...seenAt(later(-600), later(-300)), ...Object.fromEntries(call) };
    expect(await handleFinding({ time: later(-5), set })).toMatchObject({ outcome: "already-revoked" });
    expect(aws.writes).toHaveLength(1);
  });

  test("by somebody's undated deny are told, and that deny stays", async () => {
    const quarantine =
      '{"Version":"2012-10-17","Statement":[{"Sid":"Quarantine","Effect":"Deny","Action":"*","Resource":"*"}]}';
    aws.roles.get(ROLE_NAME)!.policies.set("RevokeOldSessions", quarantine);
    expect(await handleFinding()).toMatchObject({ outcome: "already-revoked", cutoff: "9999-12-31T23:59:59Z" });
    expect(attached()).toContain("Quarantine");
    expect(aws.incidents).toHaveLength(1);
  });
});

describe("a finding with credentials of other principals", () => {
  const foreign = { accessKeyId: accessKeyId(9), principalId: "AROAINVENTEDOTHER0001:deploy" };

  test("calls for a person: no policy on this role could deny them", async () => {
    expect(await handleFinding({ recentCredentials: [foreign] })).toMatchObject({
      outcome: "revoked",
      accessKeyIds: [accessKeyId(1)],
      needsPerson: true,
    });
    expect(aws.incidents).toMatchObject([{ plan: { foreign: [foreign] } }]);
  });

  test("is told if a repeat brings a new one, and only then", async () => {
    await handleFinding();
    for (const _ of [1, 2]) {
      clock = later(900);
      const result = await handleFinding({ time: later(-5), recentCredentials: [foreign] });
      expect(result).toMatchObject({ outcome: "already-revoked", cutoff: "2026-03-01T12:00:35Z" });
    }
    expect(aws.incidents).toHaveLength(2);
  });
});

describe("a role that is full", () => {
  test("is revoked again in as much room as the attached policy takes", async () => {
    // GIVEN a role that has just room for the first revocation
    await handleFinding();
    const room = attached()!.length;
    aws.refuse = ({ document }) => (document.length > room ? QUOTA : undefined);
    // WHEN many more keys are stolen
    for (let theft = 2; theft < 30; theft++) {
      clock = later(3_600);
      const recentCredentials = [{ accessKeyId: accessKeyId(theft + 100), principalId: `${ROLE_ID}:${INSTANCE_ID}` }];
      const result = await handleFinding({ time: later(-5), accessKeyId: accessKeyId(theft), recentCredentials });
      // THEN each is revoked
      expect(result).toMatchObject({ outcome: "revoked" });
      expect(denies([attached()!], { userId: `${ROLE_ID}:${INSTANCE_ID}`, issuedAt: later(-10) })).toBe(true);
    }
  });
});

describe("a role without room", () => {
  const puts = () => aws.calls.filter((call) => call === "putRolePolicy").length;
  const user = (id: string) =>
    JSON.stringify({
      Statement: [
        {
          Effect: "Deny",
          Action: "*",
          Resource: "*",
          Condition: {
            DateLessThan: { "aws:TokenIssueTime": "2026-02-20T00:00:00Z" },
            StringEquals: { "aws:userid": `${ROLE_ID}:${id}` },
          },
        },
      ],
    });

  test("is not asked twice for the same", async () => {
    aws.refuse = () => QUOTA;
    expect(await handleFinding()).toMatchObject({ reason: "policy-quota-exceeded" });
    // With and without what can be forgotten.
    expect(puts()).toBe(2);
  });

  test("is asked once if there is another reason to refuse", async () => {
    aws.refuse = () => DENIED;
    expect(await handleFinding()).toMatchObject({ reason: "not-permitted" });
    expect(puts()).toBe(1);
  });

  test("loses nothing but what the function has left behind and nobody needs", async () => {
    // GIVEN a policy of an expired session, one that still denies, and others that only look like it
    const { policies } = aws.roles.get(ROLE_NAME)!;
    const kept = {
      Application: user("i-1"),
      "RevokeOldSessions-i-2": user("i-2").replace("2026-02-20", "2026-03-01"),
      "RevokeOldSessions-i-3": '{"Statement":[]}',
      "RevokeOldSessions-i-4": user("i-4").replace("DateLessThan", "DateGreaterThan"),
    };
    for (const [name, document] of Object.entries(kept)) policies.set(name, document);
    policies.set("RevokeOldSessions-i-5", user("i-5").replaceAll('":', '": '));
    aws.refuse = ({ policyName }) =>
      policyName === "RevokeOldSessions" && policies.get("RevokeOldSessions-i-5") !== EXPIRED_POLICY
        ? QUOTA
        : undefined;
    // WHEN
    expect(await handleFinding()).toMatchObject({ outcome: "revoked" });
    // THEN
    expect(Object.fromEntries(policies)).toMatchObject(kept);
    expect(policies.get("RevokeOldSessions-i-5")).toBe(EXPIRED_POLICY);
  });

  test("is tried again as a whole if making room fails for now", async () => {
    aws.refuse = () => QUOTA;
    aws.before = failing("listRolePolicies", 1);
    await expect(handleFinding()).rejects.toThrow("Throttling");
  });
});

describe("a role that has no room for any memory", () => {
  const MEMORY = /Answers[0-9a-z]/;
  beforeEach(() => {
    aws.refuse = ({ document }) => (MEMORY.test(document) ? QUOTA : undefined);
  });

  test("is revoked, and found as it was written", async () => {
    expect(await handleFinding()).toMatchObject({ outcome: "revoked", needsPerson: false });
    expect(aws.writes).toHaveLength(1);
    expect(aws.incidents).toMatchObject([{ verification: { state: "verified" } }]);
  });

  test("is not written again for credentials that are denied already, and they are told", async () => {
    // GIVEN a role that somebody has put into quarantine
    const quarantine = '{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}';
    aws.roles.get(ROLE_NAME)!.policies.set("RevokeOldSessions", quarantine);
    aws.refuse = () => QUOTA;
    // WHEN
    const result = await handleFinding();
    // THEN
    expect(result).toMatchObject({ outcome: "already-revoked", needsPerson: false });
    expect(attached()).toBe(quarantine);
    expect(aws.incidents).toMatchObject([{ moved: false, writtenAt: undefined, verification: { state: "verified" } }]);
  });
});

describe("what AWS does not permit", () => {
  test.each<Call>(["getRole", "getRolePolicy", "putRolePolicy"])(
    "ends in one mail if %s is denied for good",
    async (call) => {
      aws.before = failing(call, 99, new RefusalError(DENIED));
      expect(await handleFinding()).toMatchObject({
        outcome: "not-revoked",
        reason: "not-permitted",
        needsPerson: true,
      });
      expect(aws.incidents).toMatchObject([{ refusal: DENIED, plan: { roleName: ROLE_NAME } }]);
      expect(waits).toEqual([]);
    },
  );

  test("at a restoration is told as a policy that could not be kept", async () => {
    aws.before = (call) => {
      if (call !== "getRole" || aws.writes.length !== 1) return;
      aws.roles.get(ROLE_NAME)!.policies.clear();
      aws.refuse = () => DENIED;
    };
    expect(await handleFinding()).toMatchObject({ outcome: "revoked", needsPerson: true });
    expect(aws.incidents).toMatchObject([{ verification: { state: "not-kept", refusal: DENIED } }]);
  });

  test("is tried again for as long as a fresh deployment's permissions take to spread", async () => {
    aws.before = failing("putRolePolicy", 3, new RefusalError(NOT_YET));
    expect(await handleFinding()).toMatchObject({ outcome: "revoked" });
    expect(waits).toEqual([1, 2, 4, 10]);
  });

  test("after that is mailed", async () => {
    aws.before = failing("getRole", 99, new RefusalError(NOT_YET));
    expect(await handleFinding()).toMatchObject({ reason: "not-permitted" });
    expect(waits).toEqual([1, 2, 4, 8]);
  });

  test("does not keep a revocation from being told if only the list of the role's policies is denied", async () => {
    aws.refuse = () => QUOTA;
    aws.before = failing("listRolePolicies", 9, new RefusalError(DENIED));
    expect(await handleFinding()).toMatchObject({ reason: "policy-quota-exceeded" });
  });
});

describe("a cut-off", () => {
  /** Lets time pass while IAM takes a policy. */
  const slowWrites = (...seconds: number[]) => {
    aws.before = (call) => {
      if (call === "putRolePolicy") clock = later(seconds.shift() ?? 0);
    };
  };

  test("is written again if IAM took the policy so late that the margin is gone", async () => {
    slowWrites(26);
    expect(await handleFinding()).toMatchObject({ outcome: "revoked", cutoff: "2026-03-01T12:01:01Z" });
    expect(aws.writes).toHaveLength(2);
  });

  test("stands as it was taken if IAM refuses the later one", async () => {
    slowWrites(6, 0);
    aws.refuse = () => (aws.writes.length > 0 ? DENIED : undefined);
    expect(await handleFinding()).toMatchObject({ outcome: "revoked", cutoff: "2026-03-01T12:00:35Z" });
    expect(aws.incidents).toMatchObject([{ verification: { state: "verified" } }]);
  });

  test("stands if IAM took the policy in time", async () => {
    slowWrites(5);
    expect(await handleFinding()).toMatchObject({ cutoff: "2026-03-01T12:00:35Z" });
    expect(aws.writes).toHaveLength(1);
  });

  test("is not renewed for ever", async () => {
    slowWrites(26, 26, 26, 26, 26);
    await handleFinding();
    expect(aws.writes).toHaveLength(3);
  });

  test("of a restoration that came late moves as well", async () => {
    let writes = 0;
    aws.before = (call) => {
      if (call === "getRole" && writes === 1) aws.roles.get(ROLE_NAME)!.policies.clear();
      if (call === "putRolePolicy" && ++writes === 2) clock = later(40);
    };
    await handleFinding({}, { verifyAfterSeconds: 30 });
    expect(cutoffOf(attached()!).getTime()).toBeGreaterThanOrEqual(clock.getTime() - 30_000 + 25_000);
  });
});

test("the look-back is skipped, and the mail sent, if no time is left for it", async () => {
  secondsLeft = 25;
  await handleFinding();
  expect(aws.incidents).toMatchObject([{ verification: { state: "unverified", why: "no time was left" } }]);
  expect(waits).toEqual([]);
});

test("a role that was made anew between read and write is not called verified", async () => {
  aws.before = (call) => call === "putRolePolicy" && aws.addRole({ roleId: "AROAINVENTEDROLEWEB02" });
  await handleFinding();
  expect(aws.incidents).toMatchObject([{ verification: { state: "role-gone" } }]);
});

test("two compromised instances of one role, found in turn, both end denied", async () => {
  // GIVEN findings about two sessions of one role, an hour apart
  await handleFinding({ accessKeyId: accessKeyId(1) });
  clock = later(3_600);
  await handleFinding({ accessKeyId: accessKeyId(2), session: instanceId(2), time: later(-5) });
  // WHEN the first is repeated late
  await handleFinding({ accessKeyId: accessKeyId(1) });
  // THEN there were two writes, and the cut-off stands at the second
  expect(aws.writes).toHaveLength(2);
  expect(cutoffOf(attached()!)).toEqual(new Date("2026-03-01T13:00:45Z"));
});

describe("a repeat whose sessions are followed", () => {
  const followed = { activity: true, followSessions: true } as const;
  const repeat = (changed: Partial<FunctionConfiguration> = followed) => {
    clock = later(900);
    return handleFinding({ time: later(-5), set: { id: "another event" } }, changed);
  };
  beforeEach(async () => {
    await handleFinding({}, followed);
    aws.incidents.length = 0;
  });

  test("is told if the policy had to be put back", async () => {
    // GIVEN somebody who deletes it before it is read back
    let looks = 0;
    aws.before = (call) => {
      if (call === "getRole" && looks++ === 1) aws.roles.get(ROLE_NAME)!.policies.clear();
    };
    // WHEN
    await repeat();
    // THEN
    expect(aws.revoked).toMatchObject([{ isRepeat: true, moved: false, verification: { state: "restored" } }]);
  });

  test("is told if the policy was not kept", async () => {
    let looks = 0;
    aws.before = (call) => {
      if (call !== "getRole" || looks++ === 0) return;
      aws.roles.get(ROLE_NAME)!.policies.clear();
      aws.refuse = () => DENIED;
    };
    await repeat();
    expect(aws.revoked).toMatchObject([{ isRepeat: true, verification: { state: "not-kept" } }]);
  });

  test.each<[string, Partial<FunctionConfiguration>]>([
    ["CloudTrail says nothing", followed],
    ["CloudTrail is not asked", { followSessions: true }],
  ])("is not told if %s", async (_, changed) => {
    expect(await repeat(changed)).toMatchObject({ outcome: "already-revoked", needsPerson: false });
    expect(aws.incidents).toEqual([]);
  });
});

describe("a finding of a member account", () => {
  const MEMBER = "444455556666";
  const members = { organization: "o-a1b2c3d4e5", role: "/guardduty-response/Member" };
  const memberRole = `arn:aws:iam::${MEMBER}:role/guardduty-response/Member`;

  test("has an outcome that names the role by which it was handled", async () => {
    expect(await handleFinding({ accountId: MEMBER }, { members })).toMatchObject({ actedIn: MEMBER, memberRole });
    expect(aws.incidents).toMatchObject([{ memberRole }]);
  });

  test("which the own account's has not", async () => {
    expect(await handleFinding({}, { members })).not.toHaveProperty("actedIn");
  });
});

describe("what the keys were used for", () => {
  const ACTIVITY = { activity: true };
  beforeEach(() => {
    aws.activity = lookedUp([trailEvent()]);
  });

  test("is looked up after the write and the look-back, and told", async () => {
    await handleFinding({}, ACTIVITY);
    expect(aws.calls.slice(-6)).toEqual([
      "putRolePolicy",
      "getRole",
      "getRolePolicy",
      "findRoleUse",
      "lookUpActivity",
      "report",
    ]);
    expect(aws.incidents).toMatchObject([{ kind: "revoked", activity: { kind: "looked-up", calls: 1 } }]);
  });

  test("is told too if nothing is revoked", async () => {
    await handleFinding({}, { ...ACTIVITY, response: "notify-only" });
    expect(aws.incidents).toMatchObject([{ kind: "refused", activity: { kind: "looked-up", calls: 1 } }]);
    expect(aws.writes).toEqual([]);
  });

  test.each<[string, FindingOptions, Partial<FunctionConfiguration>]>([
    ["the deployment does not want it", {}, {}],
    ["the finding is a sample", { sample: true }, ACTIVITY],
    ["the finding is about another account", { accountId: "444455556666" }, ACTIVITY],
  ])("is not looked up if %s", async (_, options, changed) => {
    await handleFinding(options, changed);
    expect(aws.calls).not.toContain("lookUpActivity");
    expect(aws.incidents).toMatchObject([{ activity: undefined }]);
  });

  test("is not looked up for a repeat that nobody is told about", async () => {
    await handleFinding({}, ACTIVITY);
    aws.calls.length = 0;
    await handleFinding({ set: { id: "another event" } }, ACTIVITY);
    expect(aws.calls).toEqual(["getRole", "getRolePolicy"]);
  });

  test.each([
    [117, 15],
    [21, 11],
    [10.5, 0.5],
  ])("is looked up with %d s left for %d s", async (left, seconds) => {
    const asked: number[] = [];
    aws.lookUpActivity = async (_, each = NaN) => (asked.push(each), aws.activity);
    secondsLeft = left;
    await handleFinding({}, { ...ACTIVITY, verifyAfterSeconds: 0 });
    expect(asked).toEqual([seconds]);
  });

  test("is not looked up if the time is needed for the mail", async () => {
    secondsLeft = 10;
    await handleFinding({}, { ...ACTIVITY, verifyAfterSeconds: 0 });
    expect(aws.calls).not.toContain("lookUpActivity");
    expect(aws.incidents).toMatchObject([{ activity: { kind: "unknown", why: "no time was left" } }]);
  });

  test("never keeps the mail back", async () => {
    aws.before = failing("lookUpActivity", 1, new Error("the package is broken"));
    expect(await handleFinding({}, ACTIVITY)).toMatchObject({ outcome: "revoked" });
    expect(aws.incidents).toMatchObject([{ activity: { kind: "unknown", why: "Error: the package is broken" } }]);
  });

  test.each([
    ["from an address of the finding", {}, true],
    ["from elsewhere", { address: OWNERS_ADDRESS }, false],
  ])("needs a person, if sessions of other roles were started %s: %j", async (_, changed, needsPerson) => {
    aws.activity = lookedUp([assuming("admin", changed)]);
    expect(await handleFinding({}, ACTIVITY)).toMatchObject({ outcome: "revoked", needsPerson });
  });

  test("needs no person, if the thief's other sessions are of the same role", async () => {
    aws.activity = lookedUp([issuing({ principalId: `${ROLE_ID}:again` })]);
    expect(await handleFinding({}, ACTIVITY)).toMatchObject({ needsPerson: false });
  });
});

describe("an attack sequence", () => {
  const FINDINGS = { findings: [ATTACK_SEQUENCE_TYPE] };
  const APP = { roleName: "app", roleId: "AROAINVENTEDROLEAPP01", session: "deploy", accessKeyId: accessKeyId(2) };
  const respondTo = (event: unknown) =>
    respond(
      event,
      dependenciesOf(aws, {
        configuration: configuration(FINDINGS),
        now: () => clock,
        wait: async (seconds) => void waits.push(seconds),
      }),
    );

  test("with one role is answered like any other finding", async () => {
    const result = await handle(attackSequenceEvent(), FINDINGS);
    expect(result).toMatchObject({
      outcome: "revoked",
      findingType: ATTACK_SEQUENCE_TYPE,
      role: ROLE_NAME,
      accessKeyIds: [accessKeyId(1)],
      needsPerson: false,
    });
    expect(aws.incidents).toHaveLength(1);
  });

  test("is refused where the deployment does not handle it", async () => {
    expect(await handle(attackSequenceEvent())).toMatchObject({ outcome: "not-revoked", reason: "unsupported-type" });
  });

  test("about the theft that another finding has told of moves no cut-off", async () => {
    // GIVEN a theft that was answered, and dead credentials that are still tried
    await handleFinding();
    const cutoff = cutoffOf(attached()!);
    clock = later(3_600);
    const set = { "detail.service.eventLastSeen": later(-60).toISOString() };
    // WHEN GuardDuty makes an attack sequence of it, with another key of the same session
    const actors = [roleActor({ accessKeyId: accessKeyId(7) })];
    const result = await handle(attackSequenceEvent(actors, { id: "sequence", time: later(-5), set }), FINDINGS);
    // THEN the time of the session's issue proves that it is denied
    expect(result).toMatchObject({ outcome: "already-revoked", accessKeyIds: [accessKeyId(7)] });
    expect(cutoffOf(attached()!)).toEqual(cutoff);
  });

  test("with several roles revokes each by itself, and sends one mail, the worst outcome first", async () => {
    // GIVEN a role that may be revoked, one that is exempt, and a user
    aws.addRole({
      name: "app",
      roleId: APP.roleId,
      tags: [{ key: "guardduty-response", value: "exempt" }],
    });
    // WHEN
    const { outcome, others } = await respondTo(attackSequenceEvent([roleActor(), roleActor(APP), userActor()]));
    // THEN
    expect(outcome).toMatchObject({ outcome: "not-revoked", reason: "exempt-role", role: "app", needsPerson: true });
    expect(others.map((other) => other.outcome)).toMatchObject([
      { outcome: "not-revoked", reason: "not-a-role", needsPerson: true },
      { outcome: "revoked", role: ROLE_NAME },
    ]);
    expect(aws.writes.map(({ roleName }) => roleName)).toEqual([ROLE_NAME]);
    expect(aws.mails.map(({ subject }) => subject)).toEqual([
      "GuardDuty: NOT revoked (exempt-role): role app and 2 more, 111122223333 us-west-2",
    ]);
  });

  test("with several roles tells first of the one that was not revoked, then of the one that needs a person", async () => {
    // GIVEN one whose policy does not stay, one that is gone, and one that goes well
    aws.addRole({ name: "app", roleId: APP.roleId });
    let looks = 0;
    aws.before = (call) => {
      if (call === "getRole" && ++looks > 3) aws.roles.get("app")!.policies.clear();
    };
    aws.refuse = ({ roleName }) => (roleName === "app" && looks > 3 ? DENIED : undefined);
    const gone = { roleName: "gone", roleId: "AROAINVENTEDROLEGONE1" };
    // WHEN
    const { outcome, others } = await respondTo(attackSequenceEvent([roleActor(), roleActor(APP), roleActor(gone)]));
    // THEN
    expect([outcome, ...others.map((other) => other.outcome)]).toMatchObject([
      { role: "gone", outcome: "not-revoked", needsPerson: true },
      { role: "app", outcome: "revoked", needsPerson: true },
      { role: ROLE_NAME, outcome: "revoked", needsPerson: false },
    ]);
  });

  test("with several roles asks nobody what keys were used for before every role is answered for", async () => {
    // GIVEN a role that is gone, and one whose policy IAM takes its time to take
    const done: Call[] = [];
    aws.before = (call) => (call === "putRolePolicy" ? new Promise((resolve) => setImmediate(resolve)) : undefined);
    aws.after = (call) => done.push(call);
    // WHEN
    await handle(attackSequenceEvent([roleActor(APP), roleActor()]), { ...FINDINGS, activity: true });
    // THEN
    const later = ["getRole", "getRolePolicy", "findRoleUse", "lookUpActivity", "lookUpActivity", "report"];
    expect(done.slice(done.indexOf("putRolePolicy") + 1).sort()).toEqual(later.sort());
  });

  test("reports only what people have to be told", async () => {
    // GIVEN one of two roles was revoked, and another event told people so
    aws.addRole({ name: "app", roleId: APP.roleId });
    await handle(attackSequenceEvent([roleActor()], { id: "first" }), FINDINGS);
    aws.mails.length = 0;
    // WHEN both are in one sequence
    const { outcome, others } = await respondTo(
      attackSequenceEvent([roleActor(), roleActor(APP)], { time: later(-1), id: "both" }),
    );
    // THEN
    expect([outcome.outcome, ...others.map((other) => other.outcome.outcome)]).toEqual(["revoked", "already-revoked"]);
    expect(aws.mails.map(({ subject }) => subject)).toEqual([
      "GuardDuty: Sessions revoked: role app, 111122223333 us-west-2",
    ]);
  });

  test("comes back as a whole if one role cannot be handled, and then tells about all", async () => {
    // GIVEN two roles, and a call that fails once all retries are over
    aws.addRole({ name: "app", roleId: APP.roleId });
    const event = attackSequenceEvent([roleActor(), roleActor(APP)]);
    aws.before = failing("putRolePolicy", 1);
    // WHEN
    await expect(respondTo(event)).rejects.toThrow("Throttling");
    expect(aws.mails).toEqual([]);
    const { outcome, others } = await respondTo(event);
    // THEN
    expect([outcome.outcome, ...others.map((other) => other.outcome.outcome)]).toEqual(["revoked", "already-revoked"]);
    expect(aws.incidents).toHaveLength(2);
    expect(aws.mails).toHaveLength(1);
  });

  test("without actors is not lost: a person has to look", async () => {
    expect(await handle(attackSequenceEvent([]), FINDINGS)).toMatchObject({
      reason: "role-unknown",
      needsPerson: true,
    });
    expect(aws.mails).toHaveLength(1);
  });
});

describe("a bus", () => {
  const TOLD = { eventBusArn: `arn:aws:events:us-west-2:${ACCOUNT_ID}:event-bus/default` };

  test("is told of a revocation, after the mail", async () => {
    // WHEN
    const outcome = await handleFinding({}, TOLD);
    // THEN
    expect(aws.calls.slice(-2)).toEqual(["report", "announce"]);
    expect(aws.events).toMatchObject([{ outcome: "revoked", needsPerson: false }]);
    expect(outcome).toMatchObject({ outcome: "revoked", event: "sent", needsPerson: false });
  });

  test("is told of a refusal", async () => {
    expect(await handleFinding({ sample: true }, TOLD)).toMatchObject({ reason: "sample-finding", event: "sent" });
    expect(aws.events).toMatchObject([{ outcome: "not-revoked", reason: "sample-finding" }]);
  });

  test("is told of each role of an attack sequence by itself, after the one mail", async () => {
    // GIVEN
    const app = { roleName: "app", roleId: "AROAINVENTEDROLEAPP01", session: "deploy", accessKeyId: accessKeyId(2) };
    aws.addRole({ name: app.roleName, roleId: app.roleId });
    // WHEN
    await handle(attackSequenceEvent([roleActor(), roleActor(app)]), { ...TOLD, findings: [ATTACK_SEQUENCE_TYPE] });
    // THEN
    expect(aws.calls.slice(-3)).toEqual(["report", "announce", "announce"]);
    expect(aws.events.map(({ role }) => role?.name).sort()).toEqual(["app", ROLE_NAME]);
  });

  test("is not told of a repeat that nobody is mailed about", async () => {
    await handleFinding({}, TOLD);
    await handleFinding({ set: { id: "of a repeat" } }, TOLD);
    expect(aws.mails).toHaveLength(1);
    expect(aws.events).toHaveLength(1);
  });

  test("is not told while people could not be", async () => {
    aws.before = (call) => {
      if (call === "report") throw new Error("the topic is gone");
    };
    await expect(handleFinding({}, TOLD)).rejects.toThrow("the topic is gone");
    expect(aws.calls).not.toContain("announce");
  });

  test.each([
    ["a revocation", {}],
    ["a refusal that would not need anybody", { sample: true }],
  ])("that does not take the event of %s needs a person, and people are not mailed again", async (_, finding) => {
    aws.busTakes = false;
    expect(await handleFinding(finding, TOLD)).toMatchObject({ event: "not-sent", needsPerson: true });
    expect(aws.mails).toHaveLength(1);
  });

  test("that a deployment does not have is not told", async () => {
    expect(await handleFinding()).not.toHaveProperty("event");
    expect(aws.calls).not.toContain("announce");
  });
});
