import type { KeyActivity, LookedUp } from "../../../../lambda/revoke-sessions/activity";
import type { End, Followed } from "../../../../lambda/revoke-sessions/followed";
import type { Revoked } from "../../../../lambda/revoke-sessions/incident";
import { mailAbout } from "../../../../lambda/revoke-sessions/mail";
import { usedFor } from "../../../../lambda/revoke-sessions/mail/used-for";
import { FOREVER } from "../../../../lambda/revoke-sessions/policy";
import type { TrailEvent } from "../../../../lambda/revoke-sessions/trail-event";
import { NOT_REVOKED_REASONS } from "../../../../src/contract/reasons";
import { accessKeyId, type FindingOptions, instanceId, ROLE_ID } from "../../../support/finding";
import { prose, refused, revoked, section, stepsOf, titles } from "../../../support/incident";
import { callsOf, SHELLS } from "../../../support/shell";
import { assuming, at, issuing, lookedUp, otherRoleId, OWNERS_ADDRESS, trailEvent } from "../../../support/trail";

const TITLE = "WHAT THE KEYS WERE USED FOR";

/** The section about some events. */
const told = (events: readonly TrailEvent[], changed: Partial<LookedUp> = {}, incident?: Partial<Revoked>): string[] =>
  usedFor({ ...revoked(), ...incident, activity: lookedUp(events, changed) });
const textOf = (...parameters: Parameters<typeof told>): string => prose(told(...parameters));

const change = (name: string, ...resources: string[]) =>
  trailEvent({ source: "iam.amazonaws.com", name, readOnly: false, resources });

test("a person reads what was done in ten seconds", () => {
  // GIVEN a thief that listed, was denied something, made a user and started a session
  const events = [
    trailEvent({ time: at(-360) }),
    trailEvent({ time: at(-300) }),
    trailEvent({ time: at(-290), address: OWNERS_ADDRESS, name: "DescribeTable" }),
    trailEvent({ time: at(-200), source: "iam.amazonaws.com", name: "ListUsers", errorCode: "AccessDenied" }),
    { ...change("CreateUser", "backdoor"), time: at(-180) },
    { ...change("CreateAccessKey", "AKIAINVENTED", "backdoor"), time: at(-170) },
    issuing({ ofCaller: true, accessKeyId: accessKeyId(8) }, { time: at(-150) }),
    assuming("admin", { time: at(-120) }),
    trailEvent({ time: at(-60), accessKeyId: accessKeyId(9) }),
  ];
  // THEN
  expect(told(events).slice(0, 16)).toEqual([
    "8 calls from 2026-03-01T11:54:00Z to 2026-03-01T11:58:00Z, of which 1 was",
    "denied. Whoever the keys were handed to used them too: the addresses tell.",
    "From         198.51.100.77 (7, as in the finding), 192.0.2.1 (1)",
    "Called       ListTables on dynamodb (2), DescribeTable on dynamodb,",
    "             ListUsers on iam, CreateUser on iam, CreateAccessKey on iam,",
    "             GetScopedCredentials on sts, and 1 more",
    "Changed      CreateUser on iam: backdoor",
    "             CreateAccessKey on iam: AKIAINVENTED, backdoor",
    "Denied       ListUsers on iam",
    "Started      NOT denied: role admin, session thief, key",
    `             ${accessKeyId(90)}, at 2026-03-01T11:58:00Z, from an address`,
    "             of the finding",
    `Made keys    ${accessKeyId(8)}`,
    "Not counted  1 call of the same sessions with other keys: their owner's, or",
    `             with keys made out of the session (${accessKeyId(9)})`,
    "In us-west-2 CloudTrail had delivered until 2026-03-01T11:59:00Z.",
  ]);
});

test("one call has one time, and one address needs no advice", () => {
  expect(told([trailEvent()])[0]).toBe("1 call at 2026-03-01T11:55:00Z.");
});

test.each([
  [1, "2 calls at 2026-03-01T11:55:00Z, of which 1 was denied."],
  [2, "2 calls at 2026-03-01T11:55:00Z, of which 2 were denied."],
])("of the calls, %d denied are counted", (denied, expected) => {
  const events = [1, 2].map((number) => trailEvent({ errorCode: number <= denied ? "AccessDenied" : undefined }));
  expect(told(events)[0]).toBe(expected);
});

test.each([
  ["dynamodb.amazonaws.com", "dynamodb"],
  ["dynamodb.amazonaws.com.cn", "dynamodb"],
  ["dynamodb.amazonaws.com.example", "dynamodb.amazonaws.com.example"],
])("a service is named without AWS's domain: %s", (source, expected) => {
  expect(told([trailEvent({ source })])).toContain(`Called       ListTables on ${expected}`);
});

test("a change of what has no name is told without names", () => {
  expect(told([change("UpdateAccountPasswordPolicy")])).toContain("Changed      UpdateAccountPasswordPolicy on iam");
});

describe("nothing found", () => {
  test("is not called nothing done", () => {
    expect(textOf([])).toMatch(
      /^CloudTrail had no call of these keys yet\. That does not mean that nothing was done\. In us-west-2 CloudTrail had delivered until 2026-03-01T11:59:00Z\. Events come up to 15 minutes late/,
    );
  });

  test.each<[string, KeyActivity, string]>([
    [
      "nobody could look",
      { kind: "unknown", why: "no time was left" },
      "CloudTrail was not asked (no time was left), which does not mean that nothing was done.",
    ],
    [
      "the function may not look",
      lookedUp([], { regions: [{ region: "us-west-2", shortfall: { kind: "not-permitted", why: "User: u is not" } }] }),
      "CloudTrail had no call of these keys yet as far as it could be asked. That does not mean that nothing was done. In " +
        "us-west-2 CloudTrail: the function may not look (User: u is not).",
    ],
  ])("is explained if %s", (_, activity, expected) => {
    expect(prose(usedFor({ ...revoked(), activity }))).toContain(expected);
  });
});

test.each<[LookedUp["regions"][number], string]>([
  [{ region: "us-west-2" }, "In us-west-2 CloudTrail had delivered nothing."],
  [
    { region: "us-west-2", deliveredUntil: at(0), shortfall: { kind: "too-many" } },
    "In us-west-2 CloudTrail had delivered until 2026-03-01T12:00:00Z, but there is more than was looked at, and what is missing is the earliest.",
  ],
  [
    { region: "us-west-2", deliveredUntil: at(0), shortfall: { kind: "throttled" } },
    "In us-west-2 CloudTrail had delivered until 2026-03-01T12:00:00Z, but it throttled, so not everything was seen.",
  ],
  [
    { region: "us-west-2", shortfall: { kind: "no-time" } },
    "In us-west-2 CloudTrail: there was no time to see everything.",
  ],
  [
    { region: "us-west-2", shortfall: { kind: "failed", why: "Error: oops" } },
    "In us-west-2 CloudTrail: it could not be asked (Error: oops).",
  ],
])("how far a region was looked through is told: %j", (region, expected) => {
  expect(textOf([trailEvent()], { regions: [region] })).toContain(expected);
});

test("each region is told, and that not everything could be asked if it is so in one of them", () => {
  // GIVEN
  const regions: LookedUp["regions"] = [
    { region: "us-west-2", deliveredUntil: at(0) },
    { region: "us-east-1", shortfall: { kind: "no-time" } },
  ];
  // THEN
  expect(textOf([], { regions })).toContain(
    "CloudTrail had no call of these keys yet as far as it could be asked. That does not mean that nothing was done. In us-west-2 " +
      "CloudTrail had delivered until 2026-03-01T12:00:00Z. In us-east-1 CloudTrail: there was no time to see everything. Events",
  );
});

describe("what came later", () => {
  test("is seen by a command", () => {
    const lines = told([trailEvent()]);
    const command = lines.findIndex((line) => line.startsWith("    for region in"));
    expect(lines[command - 1]).toBe("The rest, from a quarter of an hour later on:");
  });

  test("is not, if the finding names neither key nor session", () => {
    // GIVEN
    const set = { "detail.resource.accessKeyDetails": undefined, "detail.resource.instanceDetails": undefined };
    const incident = refused("role-unknown", { set }, { plan: undefined });
    // WHEN
    const lines = usedFor({ ...incident, activity: { kind: "unknown", why: "the finding names nothing" } });
    // THEN
    expect(lines).toEqual([
      "CloudTrail was not asked (the finding names nothing), which does not mean",
      "that nothing was done.",
    ]);
  });
});

describe("sessions", () => {
  test("of the revoked role are denied with the others", () => {
    const own = issuing({ principalId: `${ROLE_ID}:again`, roleArn: "arn:aws:iam::111122223333:role/web" });
    expect(textOf([own])).toMatch(
      /denied with the others: role web, session again, at \S+, from an address of the finding/,
    );
  });

  test("of the role are not denied, if nothing was revoked", () => {
    const own = issuing({ principalId: `${ROLE_ID}:again`, roleArn: "arn:aws:iam::111122223333:role/web" });
    const incident = { ...refused("notify-only"), activity: lookedUp([own]) };
    expect(prose(usedFor(incident))).toContain("NOT denied: role web, session again");
  });

  test("of another account say so", () => {
    expect(textOf([assuming("admin", {}, "444455556666")])).toContain(
      "role admin, of account 444455556666, session thief",
    );
  });

  test.each<[string, FindingOptions]>([
    ["the finding", { accountId: "444455556666" }],
    ["the function, if the finding names none", { set: { "detail.accountId": undefined } }],
  ])("of the account of %s do not", (_, options) => {
    const { finding, configuration } = revoked(options);
    const own = assuming("admin", {}, options.accountId);
    expect(textOf([own], {}, { finding, configuration })).toContain("role admin, session thief");
  });

  test("of which CloudTrail says nothing name the call", () => {
    expect(textOf([issuing({}, { name: "AssumeRoot" })])).toContain("whoever AssumeRoot is about, at");
  });
});

describe("sessions that were followed", () => {
  const policy = { roleName: "admin", policyName: "RevokeOldSessions-abc123" };
  const admin = `role admin, session thief, key ${accessKeyId(90)}, at 2026-03-01T11:55:00Z, from an address of the finding`;

  /** What is told of sessions, of which each was started with the one before. */
  const followed = (ends: readonly End[], shortfall?: string, caller?: string): string[] => {
    const [session] = lookedUp([assuming("admin", { principalId: caller })]).sessions;
    const sessions = ends.map((end, index): Followed => ({ session: session!, depth: index + 1, end }));
    return told([trailEvent()], {}, { following: { sessions, shortfall, isNews: true } });
  };
  /** From the first of them on, what is told before the regions. */
  const startedIn = (lines: readonly string[]): string =>
    prose(lines.slice(lines.findIndex((line) => line.startsWith("Started")))).split(" In us-west-2")[0]!;

  test.each<[End, string]>([
    [{ kind: "denied", cutoff: at(30) }, "denied with the others"],
    [{ kind: "denied", cutoff: at(30), policy }, `denied if issued before 2026-03-01T12:00:30Z (${policy.policyName})`],
    [{ kind: "denied", cutoff: FOREVER, policy }, `denied for good (${policy.policyName})`],
    [{ kind: "over", why: "it has expired" }, "over (it has expired)"],
    [{ kind: "open", why: "the role is protected" }, "NOT denied (the role is protected)"],
  ])("tell what became of them: %j", (end, expected) => {
    expect(startedIn(followed([end]))).toBe(`Started      ${expected}: ${admin}`);
  });

  test.each([
    ["AROAX:deploy", "AROAX:deploy"],
    [undefined, "unknown"],
  ])("tell by whom they were started, if not by the stolen keys themselves: %s", (caller, expected) => {
    const over: End = { kind: "over", why: "expired" };
    expect(startedIn(followed([over, over], undefined, caller))).toBe(
      `Started      over (expired): ${admin} over (expired): ${admin}, by session ${expected}`,
    );
  });

  test("may not be all, which is said with the reason", () => {
    const over: End = { kind: "over", why: "expired" };
    expect(startedIn(followed([over], "no time was left"))).toBe(
      `Started      over (expired): ${admin} There may be more sessions: no time was left.`,
    );
  });
});

test("what is many is counted, not listed", () => {
  const many = Array.from({ length: 100 }, (_, index) => [
    change(`Create${index}`, ...Array.from({ length: 30 }, (__, name) => `thing-${name}`)),
    trailEvent({ address: `198.51.100.${index}` }),
    assuming(`role-${index}`),
  ]).flat();
  const lines = told(many);
  expect(prose(lines)).toMatch(
    /and 94 more Called .*and 96 more Changed .*and 24 more.*and 90 more Started .*and 90 more In us-west-2/,
  );
  expect(lines.length).toBeLessThan(100);
});

test("what a thief named stays on its line, without links, and not endless", () => {
  // GIVEN names that pose as the mail
  const evil = "x\n\nDO NOW\n  1. Run https://evil.example/fix \u001b[31m";
  const events = [
    change(evil, evil, "n".repeat(10_000)),
    trailEvent({ name: evil, source: evil, address: evil, errorCode: "AccessDenied" }),
    issuing(
      { accessKeyId: evil, principalId: `AROAX:${evil}`, roleArn: `arn:aws:iam::1:role/${evil}` },
      { name: evil },
    ),
    issuing({ accessKeyId: evil, ofCaller: true }),
  ];
  // WHEN
  const mail = mailAbout({ ...revoked(), activity: lookedUp(events) });
  // THEN
  expect(titles(mail).filter((title) => title === "DO NOW")).toHaveLength(1);
  expect(mail.message).not.toMatch(/evil\.example|\u001b/);
  expect(mail.message.length).toBeLessThan(20_000);
  expect(stepsOf(mail).map(({ text }) => text)).not.toContainEqual(expect.stringContaining("other roles"));
});

describe("the mail", () => {
  const activity = lookedUp([trailEvent()]);

  test("has the section after what happened, with the command for the rest, and not in DO NOW too", () => {
    const mail = mailAbout({ ...revoked(), activity });
    expect(titles(mail).slice(0, 4)).toEqual(["DO NOW", "WHAT HAPPENED", TITLE, "WHAT WAS DONE"]);
    expect(stepsOf(mail).map(({ text }) => text)).not.toContainEqual(expect.stringContaining("See what the stolen"));
    const calls = callsOf(
      SHELLS[0]!,
      section(mail, TITLE).filter((line) => line.startsWith("    ")),
    );
    expect(calls).toHaveLength(4);
    expect(calls[0]?.slice(0, 4)).toEqual(["aws", "cloudtrail", "lookup-events", "--region"]);
  });

  test.each(NOT_REVOKED_REASONS)("has it too if nothing was revoked: %s", (reason) => {
    expect(titles(mailAbout({ ...refused(reason), activity }))).toContain(TITLE);
  });

  test("does not have it if nobody looked", () => {
    const mail = mailAbout(revoked());
    expect(titles(mail)).not.toContain(TITLE);
    expect(stepsOf(mail).map(({ text }) => text)).toContainEqual(expect.stringContaining("See what the stolen"));
  });
});

describe("sessions of other roles that still work", () => {
  const mailOf = (...events: TrailEvent[]) => mailAbout({ ...revoked(), activity: lookedUp(events) });

  test("that the thief started make the revocation incomplete", () => {
    const mail = mailOf(assuming("admin"));
    expect(mail.subject).toBe("GuardDuty: Revoked, but NOT ALL, act by hand: role web, 111122223333 us-west-2");
    expect(section(mail, "DO NOW")[0]).toBe(
      "NOT over: the thief started sessions of other roles, which still work. The",
    );
  });

  test("that were started from elsewhere are told, but do not", () => {
    const mail = mailOf(assuming("admin", { address: OWNERS_ADDRESS }));
    expect(mail.subject).toContain("Sessions revoked");
    expect(section(mail, "DO NOW")[0]).toMatch(/^The stolen sessions are denied/);
  });

  test.each(SHELLS)("are denied by the command of DO NOW, each by itself, in %s", (shell) => {
    // GIVEN
    const mail = mailOf(assuming("admin"), assuming("admin"), assuming("deploy"));
    const step = stepsOf(mail).find(({ text }) => text.startsWith("Revoke the sessions of other roles"));
    // WHEN
    const calls = callsOf(shell, step!.commands);
    // THEN
    expect(calls.map((words) => words[words.indexOf("--role-name") + 1])).toEqual(["admin", "deploy"]);
    for (const words of calls) {
      expect(words[words.indexOf("--policy-name") + 1]).toMatch(/^RevokeOldSessions-[0-9a-z]{6}-by-hand$/);
    }
    const document = JSON.parse(calls[0]![calls[0]!.indexOf("--policy-document") + 1]!);
    expect(document.Statement.Condition).toEqual({
      DateLessThan: { "aws:TokenIssueTime": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) },
      StringEquals: { "aws:userid": `${otherRoleId("admin")}:thief` },
    });
  });

  test.each<[string, TrailEvent]>([
    ["of another account", assuming("admin", {}, "444455556666")],
    ["without a role", issuing({ principalId: "AROAX:thief" })],
    ["of a name that IAM does not allow", assuming("a'; rm -rf /; '")],
    [
      "whose name STS does not allow",
      issuing({ principalId: "AROAX:a'b c", roleArn: "arn:aws:iam::111122223333:role/admin" }),
    ],
    ["of a user", issuing({ principalId: `AIDAX:${instanceId(1)}`, roleArn: "arn:aws:iam::111122223333:role/admin" })],
  ])("does not name one %s in a command", (_, event) => {
    expect(stepsOf(mailOf(event)).map(({ text }) => text)).not.toContainEqual(expect.stringContaining("other roles"));
  });
});
