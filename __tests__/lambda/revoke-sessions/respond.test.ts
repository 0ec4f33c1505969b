import type { Configuration } from "../../../lambda/revoke-sessions/configuration";
import { InvalidEventError } from "../../../lambda/revoke-sessions/finding";
import type { Refusal } from "../../../lambda/revoke-sessions/outcome";
import { type Aws, respond } from "../../../lambda/revoke-sessions/respond";
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
import { MemoryAws } from "../../support/memory-aws";
import { cutoffOf, denies } from "../../support/policy";

const QUOTA: Refusal = { reason: "policy-quota-exceeded", explanation: "no room" };
const SECOND_ROBBERY = { accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${instanceId(2)}` };

let aws: MemoryAws;
let clock: Date;
let waits: number[];
beforeEach(() => {
  aws = new MemoryAws();
  aws.addRole();
  clock = new Date(EVENT_TIME.getTime() + 5_000);
  waits = [];
});

const later = (seconds: number): Date => new Date(clock.getTime() + seconds * 1_000);

/** Runs the function on an event, at the clock's time, which goes on while it waits. */
async function handle(event: unknown, changed: Partial<Configuration> = {}) {
  const { result } = await respond(event, {
    configuration: configuration(changed),
    aws,
    now: () => clock,
    wait: async (seconds) => {
      waits.push(seconds);
      clock = later(seconds);
    },
  });
  return result;
}
const handleFinding = (options: FindingOptions = {}, changed: Partial<Configuration> = {}) =>
  handle(findingEvent(options), changed);
const attached = (policyName = "RevokeOldSessions") => aws.roles.get(ROLE_NAME)?.policies.get(policyName);

/** Lets something go wrong the first so many times a call is made. */
function failing(call: keyof Aws, times: number, error: unknown = new Error("Throttling")): () => void {
  let left = times;
  return ((name: keyof Aws) => {
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
    });
    expect(aws.writes).toEqual([{ roleName: ROLE_NAME, policyName: "RevokeOldSessions", document: attached() }]);
    expect(aws.incidents).toMatchObject([
      {
        plan: { roleName: ROLE_NAME, scope: "role" },
        cutoff: new Date("2026-03-01T12:00:35Z"),
        verification: { state: "verified" },
        impact: { uses: aws.roleUses },
        handledAt: new Date("2026-03-01T12:00:15Z"),
      },
    ]);
    expect(aws.incidents[0]).not.toHaveProperty("refusal");
  });

  test("is answered in this order: read, write, and only then everything else", async () => {
    await handleFinding();
    expect(aws.calls).toEqual(["getRole", "getRolePolicy", "putRolePolicy", "getRolePolicy", "findRoleUse", "notify"]);
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
    expect(aws.incidents).toMatchObject([{ impact: { unknown: "TypeError: no answer" } }]);
  });

  test("tells what was thrown even where it was no error", async () => {
    aws.before = failing("findRoleUse", 1, "no answer");
    await handleFinding();
    expect(aws.incidents).toMatchObject([{ impact: { unknown: "no answer" } }]);
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
    aws.before = failing("notify", 1);
    await expect(handleFinding()).rejects.toThrow("Throttling");
    // WHEN Lambda tries again, minutes later
    clock = later(60);
    const result = await handleFinding();
    // THEN people are told, and healthy sessions stay as they are
    expect(result).toMatchObject({ outcome: "already-revoked", cutoff: "2026-03-01T12:00:35Z" });
    expect(aws.incidents).toMatchObject([
      { cutoff: new Date("2026-03-01T12:00:35Z"), verification: { state: "verified" } },
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

  test.each<[string, number, number]>([
    ["is mailed where the event came before the cut-off", 35, 2],
    ["is silent where it came after", 36, 1],
  ])("%s", async (_, seconds, mails) => {
    await handleFinding();
    await handleFinding({ time: new Date(EVENT_TIME.getTime() + seconds * 1_000) });
    expect(aws.incidents).toHaveLength(mails);
  });

  test("is mailed where the event does not say when it was", async () => {
    await handleFinding();
    await handleFinding({ set: { time: undefined, "detail.updatedAt": undefined } });
    expect(aws.incidents).toHaveLength(2);
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
  test.each<[string, FindingOptions, Partial<Configuration>, string | undefined]>([
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
    expect(result).toMatchObject({ outcome: "not-revoked", reason, role });
    expect(aws.writes).toEqual([]);
    expect(aws.incidents).toMatchObject([{ refusal: { reason } }]);
    expect(aws.incidents[0]?.plan?.roleName).toBe(role);
    expect(waits).toEqual([]);
  });

  test("by its own content asks IAM nothing", async () => {
    await handleFinding({ archived: true });
    expect(aws.calls).toEqual(["notify"]);
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
    aws.before = failing("notify", 1);
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

describe("an event that is no finding", () => {
  test.each([[undefined], [null], ["text"], [[]], [{}], [{ detail: { Type: FINDING_TYPE } }]])(
    "fails without a call: %j",
    async (event) => {
      await expect(handle(event)).rejects.toThrow(InvalidEventError);
      expect(aws.calls).toEqual([]);
    },
  );
});

test.each<keyof Aws>(["getRole", "getRolePolicy"])("fails where %s does, before anything is written", async (call) => {
  aws.before = failing(call, 1);
  await expect(handleFinding()).rejects.toThrow("Throttling");
  expect(aws.writes).toEqual([]);
  expect(aws.incidents).toEqual([]);
});

describe("reading back", () => {
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
    expect(await handleFinding()).toMatchObject({ outcome: "revoked", cutoff: "2026-03-01T12:00:35Z" });
    expect(aws.writes).toHaveLength(2);
    expect(aws.writes[1]).toEqual(aws.writes[0]);
    expect(aws.incidents).toMatchObject([{ verification: { state: "restored" } }]);
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
    expect(attached()).toBe(aws.writes[0]!.document);
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
  ])("fails to put back a policy where the role %s meanwhile, and says so", async (_, happen) => {
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

  test("fails where putting back does, so that the event comes back", async () => {
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
      const overwriting = attached()!.replace(accessKeyId(1), accessKeyId(7)).replace("12:00:35Z", "12:00:36Z");
      policies.set("RevokeOldSessions", overwriting);
    });
    // WHEN this one reads back
    await handleFinding();
    // THEN both are remembered, and nobody is alarmed
    expect(attached()).toMatch(new RegExp(`${accessKeyId(1)}.*${accessKeyId(7)}`));
    expect(aws.incidents).toMatchObject([{ verification: { state: "verified" } }]);
  });

  test("ends though others go on overwriting, as long as the sessions stay denied", async () => {
    tampering(9, (policies) =>
      policies.set("RevokeOldSessions", attached()!.replaceAll(accessKeyId(1), accessKeyId(7))),
    );
    await handleFinding();
    expect(aws.incidents).toMatchObject([{ verification: { state: "verified" } }]);
    expect(aws.writes).toHaveLength(3);
  });

  test("remembers that it had to restore though later it only had to remember", async () => {
    let reading = 0;
    tampering(2, (policies) => {
      if (reading++ === 0) deletion(policies);
      else policies.set("RevokeOldSessions", attached()!.replaceAll(accessKeyId(1), accessKeyId(7)));
    });
    await handleFinding();
    expect(aws.incidents).toMatchObject([{ verification: { state: "restored" } }]);
  });
});

describe("scope session", () => {
  const session = { scope: "session" } as const;
  const policyName = (instance: string) => `RevokeOldSessions-${instance}`;
  const before = new Date(EVENT_TIME.getTime() - 1);

  test("denies each robbed instance by a policy of its own, and no other", async () => {
    const result = await handleFinding({ recentCredentials: [SECOND_ROBBERY] }, session);
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

  test("writes only for the instance that was robbed anew", async () => {
    await handleFinding({}, session);
    clock = later(3_600);
    const result = await handleFinding({ time: later(-5), recentCredentials: [SECOND_ROBBERY] }, session);
    expect(aws.writes.map((write) => write.policyName)).toEqual([policyName(INSTANCE_ID), policyName(instanceId(2))]);
    expect(result).toMatchObject({ outcome: "revoked", cutoff: "2026-03-01T13:00:45Z" });
  });

  test("puts back the policy of the instance that lost it", async () => {
    aws.before = (call) =>
      call === "getRolePolicy" &&
      aws.writes.length === 2 &&
      aws.roles.get(ROLE_NAME)!.policies.delete(policyName(instanceId(2)));
    await handleFinding({ recentCredentials: [SECOND_ROBBERY] }, session);
    expect(aws.writes[2]).toEqual(aws.writes[1]);
  });

  test("fails only when every write has ended: none outlives the invocation", async () => {
    // GIVEN two robbed instances, a first write that fails, and a second one that takes its time
    let puts = 0;
    aws.before = async (call) => {
      if (call !== "putRolePolicy") return;
      if (++puts === 1) throw new Error("AccessDenied");
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    // WHEN
    await expect(handleFinding({ recentCredentials: [SECOND_ROBBERY] }, session)).rejects.toThrow("AccessDenied");
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
    await handleFinding({ recentCredentials: [SECOND_ROBBERY] }, session);
    expect(aws.incidents).toMatchObject([{ verification: { state: "not-kept" } }]);
  });

  test("says restored where one policy was deleted and the other only had to remember", async () => {
    aws.before = (call) => {
      if (call !== "getRolePolicy" || aws.writes.length !== 2) return;
      const { policies } = aws.roles.get(ROLE_NAME)!;
      policies.delete(policyName(instanceId(2)));
      policies.set(
        policyName(INSTANCE_ID),
        policies.get(policyName(INSTANCE_ID))!.replace(accessKeyId(1), accessKeyId(7)),
      );
    };
    await handleFinding({ recentCredentials: [SECOND_ROBBERY] }, session);
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

  test("says what is attached where IAM refused a part", async () => {
    aws.refuse = ({ policyName: name }) => (name === policyName(instanceId(2)) ? QUOTA : undefined);
    expect(await handleFinding({ recentCredentials: [SECOND_ROBBERY] }, session)).toMatchObject({
      outcome: "not-revoked",
      reason: "policy-quota-exceeded",
    });
    expect(aws.incidents).toMatchObject([{ refusal: QUOTA, attached: [{ policyName: policyName(INSTANCE_ID) }] }]);
  });
});

test("two robbed instances of one role, found in turn, both end denied", async () => {
  // GIVEN interleaved findings about two sessions of one role
  await handleFinding({ accessKeyId: accessKeyId(1) });
  clock = later(60);
  await handleFinding({ accessKeyId: accessKeyId(2), session: instanceId(2), time: later(-5) });
  // WHEN the first is repeated late
  await handleFinding({ accessKeyId: accessKeyId(1) });
  // THEN there were two writes, and the cut-off stands at the second
  expect(aws.writes).toHaveLength(2);
  expect(cutoffOf(attached()!)).toEqual(new Date("2026-03-01T12:01:45Z"));
});
