import {
  documentByHand,
  isoSeconds,
  planRevocation,
  restoreRevocation,
} from "../../../lambda/revoke-sessions/revocation";
import type { Target } from "../../../lambda/revoke-sessions/target";
import { accessKeyId, INSTANCE_ID, instanceId, ROLE_ID } from "../../support/finding";

const NOON = new Date("2026-03-01T12:00:00Z");
const after = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1_000);
const HOUR = 3_600;

const USER_ID = `${ROLE_ID}:${INSTANCE_ID}`;
const role = (...marks: string[]): Target => ({ policyName: "RevokeOldSessions", marks });
const session = (...marks: string[]): Target => ({
  policyName: `RevokeOldSessions-${INSTANCE_ID}`,
  userId: USER_ID,
  marks,
});

/** A statement as the function writes it, with whatever is changed in it. */
const statement = (cutoff: string, marks: string, changed: object = {}) => ({
  Sid: `Answers${marks}`,
  Effect: "Deny",
  Action: "*",
  Resource: "*",
  Condition: { DateLessThan: { "aws:TokenIssueTime": cutoff } },
  ...changed,
});
const policy = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });

/** Writes an answer to each target in turn; the last document. */
function history(...answered: [target: Target, at: Date][]): string {
  const written = answered.reduce<string | undefined>((document, [target, at]) => {
    const revocation = planRevocation(document, target, at);
    return revocation.kind === "write" ? revocation.document : document;
  }, undefined);
  if (written === undefined) throw new Error("nothing was answered");
  return written;
}

describe("the first answer", () => {
  test("denies every session issued before now plus thirty seconds", () => {
    expect(planRevocation(undefined, role("K1", "K2"), NOON)).toEqual({
      kind: "write",
      cutoff: after(30),
      document: policy(statement("2026-03-01T12:00:30Z", "K1xK2")),
    });
  });

  test("denies only the session of its instance in scope session", () => {
    const Condition = {
      DateLessThan: { "aws:TokenIssueTime": "2026-03-01T12:00:30Z" },
      StringEquals: { "aws:userid": USER_ID },
    };
    expect(planRevocation(undefined, session("K1"), NOON)).toMatchObject({
      document: policy(statement("", "K1", { Condition })),
    });
  });

  test("rounds up to the whole seconds that a policy can hold", () => {
    expect(planRevocation(undefined, role("K1"), after(0.001))).toMatchObject({ cutoff: after(31) });
  });
});

describe("a repeat", () => {
  test("writes nothing, and reports the cut-off that holds", () => {
    const attached = history([role("K1"), NOON]);
    expect(planRevocation(attached, role("K1"), after(6 * HOUR))).toEqual({ kind: "answered", cutoff: after(30) });
  });

  test("reports the cut-off of its own answer, not of a later one", () => {
    const attached = history([role("K1"), NOON], [role("K2"), after(HOUR)]);
    expect(planRevocation(attached, role("K1"), after(2 * HOUR))).toEqual({ kind: "answered", cutoff: after(30) });
  });

  test("reports the latest cut-off where several answers make up its own", () => {
    const attached = history([role("K1"), NOON], [role("K2"), after(HOUR)]);
    expect(planRevocation(attached, role("K2", "K1"), after(2 * HOUR))).toEqual({
      kind: "answered",
      cutoff: after(HOUR + 30),
    });
  });

  test("is known by each key of a finding that named several", () => {
    const attached = history([role("K1", "K2", "K3"), NOON]);
    expect(planRevocation(attached, role("K2"), after(HOUR))).toEqual({ kind: "answered", cutoff: after(30) });
  });
});

describe("a newly stolen credential", () => {
  test("moves the cut-off and keeps what is remembered", () => {
    const attached = history([role("K1"), NOON]);
    expect(planRevocation(attached, role("K2"), after(HOUR))).toEqual({
      kind: "write",
      cutoff: after(HOUR + 30),
      document: policy(statement("2026-03-01T13:00:30Z", "K2"), statement("2026-03-01T12:00:30Z", "K1")),
    });
  });

  test("next to an answered one answers both from now on", () => {
    const attached = history([role("K1", "K2"), NOON]);
    expect(planRevocation(attached, role("K1", "K3"), after(HOUR))).toMatchObject({
      document: policy(statement("2026-03-01T13:00:30Z", "K1xK3"), statement("2026-03-01T12:00:30Z", "K2")),
    });
  });

  test("leaves out a statement that has nothing left to remember", () => {
    const attached = history([role("K1"), NOON]);
    expect(planRevocation(attached, role("K1", "K2"), after(HOUR))).toMatchObject({
      document: policy(statement("2026-03-01T13:00:30Z", "K1xK2")),
    });
  });

  test.each<[string, Date]>([
    ["when it comes late", after(-HOUR)],
    ["when it comes at once", NOON],
    ["when it comes from a clock that is behind", after(-1)],
  ])("never moves the cut-off backwards, %s", (_, at) => {
    const attached = history([role("K1"), after(30)]);
    expect(planRevocation(attached, role("K2"), at)).toMatchObject({ kind: "write", cutoff: after(60) });
  });
});

describe("the memory", () => {
  test.each<[string, number, boolean]>([
    ["holds as long as a session can live", 12 * HOUR, true],
    ["holds an hour more", 13 * HOUR - 1, true],
    ["ends then", 13 * HOUR, false],
  ])("%s", (_, seconds, kept) => {
    const attached = history([role("K1"), NOON], [role("K2"), after(seconds)]);
    expect(attached.includes("AnswersK1")).toBe(kept);
  });

  test("is not dropped while nothing new is written", () => {
    expect(planRevocation(history([role("K1"), NOON]), role("K1"), after(100 * HOUR)).kind).toBe("answered");
  });

  test("stays below 2,000 characters, forgetting the oldest, whatever arrives", () => {
    // GIVEN one newly stolen key every minute, and a full session id
    const keys = Array.from({ length: 300 }, (_, index) => accessKeyId(index));
    let attached: string | undefined;
    keys.forEach((key, minute) => {
      const revocation = planRevocation(attached, session(key), after(minute * 60));
      // THEN each is answered with a cut-off of its own, in a document that stays small
      if (revocation.kind !== "write") throw new Error(`${key} was taken for answered`);
      expect(revocation.cutoff).toEqual(after(minute * 60 + 30));
      expect(revocation.document.length).toBeLessThan(2_000);
      expect(revocation.document).toContain(key);
      attached = revocation.document;
    });
    // and the latest are remembered, as many as fit
    const remembered = keys.filter((key) => attached!.includes(key));
    expect(remembered.length).toBeGreaterThanOrEqual(50);
    expect(remembered).toEqual(keys.slice(-remembered.length));
    expect(attached!.length).toBeGreaterThan(1_800);
  });

  test("stays below 2,000 characters when the largest finding meets the largest memory", () => {
    const marks = (from: number) => Array.from({ length: 40 }, (_, index) => `${accessKeyId(from + index)}0000`);
    const attached = history(
      [session(...marks(0)), NOON],
      [session(...marks(100)), after(60)],
      [session(...marks(200)), after(120)],
    );
    expect(attached.length).toBeLessThan(2_000);
    for (const mark of marks(200)) expect(attached).toContain(mark);
    // and of what was known before as much as fits, latest first
    expect(attached.length).toBeGreaterThan(1_850);
    expect(marks(100).filter((mark) => attached.includes(mark)).length).toBeGreaterThan(20);
    expect(marks(0).filter((mark) => attached.includes(mark))).toEqual([]);
  });

  test("joins old answers under the later of their cut-offs, so that nobody goes free", () => {
    // GIVEN more answers than fit
    const answered = Array.from({ length: 40 }, (_, index): [Target, Date] => [
      role(accessKeyId(index)),
      after(index * 60),
    ]);
    const { Statement } = JSON.parse(history(...answered)) as { Statement: ReturnType<typeof statement>[] };
    // WHEN the oldest statement is looked at THEN its cut-off is at or after each of its own keys' answers
    const oldest = Statement.at(-1)!;
    const marks = oldest.Sid.replace("Answers", "").split("x");
    expect(marks.length).toBeGreaterThan(1);
    for (const mark of marks) {
      const answeredAt = answered.find(([target]) => target.marks[0] === mark)![1];
      expect(new Date(oldest.Condition.DateLessThan["aws:TokenIssueTime"]).getTime()).toBeGreaterThanOrEqual(
        answeredAt.getTime() + 30_000,
      );
    }
    expect(Statement.map(({ Sid }) => Sid).join()).toContain(accessKeyId(39));
  });
});

describe("somebody else's document", () => {
  const LATER = "2026-03-02T00:00:00Z";
  const cutoff = new Date(LATER);

  test.each<[string, string]>([
    ["without a statement id", policy(statement(LATER, "", { Sid: undefined }))],
    ["with another statement id", policy(statement(LATER, "", { Sid: "AWSRevokeOlderSessions" }))],
    ["with lists, as AWS's console writes it", policy(statement(LATER, "", { Action: ["*"], Resource: ["*"] }))],
    ["with a single statement outside of a list", JSON.stringify({ Statement: statement(LATER, "") })],
    ["with a time without a zone, which IAM reads as UTC", policy(statement("2026-03-02T00:00:00", ""))],
    ["with a time of another zone", policy(statement("2026-03-02T02:00:00+02:00", ""))],
    ["with a zone as IAM writes it too", policy(statement("2026-03-02T02:00:00+0200", ""))],
    [
      "next to statements that say something else",
      policy({ Effect: "Allow", Action: "s3:*", Resource: "*" }, statement(LATER, "")),
    ],
  ])("%s keeps its cut-off", (_, attached) => {
    const document = policy(statement(LATER, "K1"));
    expect(planRevocation(attached, role("K1"), NOON)).toEqual({ kind: "write", cutoff, document });
  });

  const weaker: [string, object][] = [
    ["that allows", { Effect: "Allow" }],
    ["for some actions", { Action: "s3:*" }],
    ["for a list of some actions", { Action: ["s3:*", "ec2:*"] }],
    ["for some resources", { Resource: "arn:aws:s3:::*" }],
    ["for all but some actions", { Action: undefined, NotAction: "s3:*" }],
    ["for all but some resources", { Resource: undefined, NotResource: "x" }],
    ["that names all but some actions besides", { NotAction: "s3:*" }],
    ["under another condition", { Condition: { DateGreaterThan: { "aws:TokenIssueTime": LATER } } }],
    [
      "under one more condition",
      { Condition: { DateLessThan: { "aws:TokenIssueTime": LATER }, Bool: { "aws:SecureTransport": "false" } } },
    ],
    ["under one more date", { Condition: { DateLessThan: { "aws:TokenIssueTime": LATER, "aws:CurrentTime": LATER } } }],
    ["under another date", { Condition: { DateLessThan: { "aws:CurrentTime": LATER } } }],
    [
      "for one session",
      { Condition: { DateLessThan: { "aws:TokenIssueTime": LATER }, StringEquals: { "aws:userid": USER_ID } } },
    ],
    ["under no condition", { Condition: undefined }],
    ["under a condition that is a list", { Condition: [{ DateLessThan: { "aws:TokenIssueTime": LATER } }] }],
    ["with a date that is none", { Condition: { DateLessThan: { "aws:TokenIssueTime": "tomorrow" } } }],
    ["with a date that is a number", { Condition: { DateLessThan: { "aws:TokenIssueTime": 1_900_000_000 } } }],
  ];

  test.each(weaker)("fails to count %s: it is replaced", (_, changed) => {
    // GIVEN a statement that has our id but denies less than ours would
    const attached = policy(statement(LATER, "K1", changed));
    // WHEN the same key is found stolen THEN it is answered again
    expect(planRevocation(attached, role("K1"), NOON)).toEqual(planRevocation(undefined, role("K1"), NOON));
  });

  test.each<[string, object]>([
    ["the whole role", {}],
    ["another session", { StringEquals: { "aws:userid": `${ROLE_ID}:${instanceId(9)}` } }],
    ["the session by a pattern", { StringLike: { "aws:userid": USER_ID } }],
    ["the session and more", { StringEquals: { "aws:userid": USER_ID, "aws:PrincipalTag/x": "y" } }],
  ])("fails to count in scope session where it denies %s", (_, further) => {
    const Condition = { DateLessThan: { "aws:TokenIssueTime": LATER }, ...further };
    const attached = policy(statement("", "K1", { Condition }));
    expect(planRevocation(attached, session("K1"), NOON)).toEqual(planRevocation(undefined, session("K1"), NOON));
  });

  test.each(["", "no policy", "null", "[]", "7", '"text"', "{}", '{"Statement":null}', '{"Statement":[null,7,[]]}'])(
    "fails to be read as a policy where it is %j: it is replaced",
    (attached) => {
      expect(planRevocation(attached, role("K1"), NOON)).toEqual(planRevocation(undefined, role("K1"), NOON));
    },
  );

  test.each(["Answersk1", "answersK1", "AnswersK1 ", "xAnswersK1", "K1", "Answers", "AnswersK11", "AnswersxK1x"])(
    "answers K1 only where its id says so: %j",
    (Sid) => {
      const answered = planRevocation(policy(statement("2026-03-01T11:00:00Z", "", { Sid })), role("K1"), NOON).kind;
      expect(answered).toBe(Sid === "AnswersxK1x" ? "answered" : "write");
    },
  );

  test("that repeats a key does not make IAM refuse ours for two statements of one id", () => {
    // GIVEN a document in which somebody let two statements remember the same key
    const attached = policy(statement("2026-03-01T11:00:00Z", "K1xK2"), statement("2026-03-01T10:00:00Z", "K1xK3xK1"));
    // WHEN keys of both are answered anew
    const revocation = planRevocation(attached, role("K2", "K3", "K4"), NOON);
    // THEN each key is remembered once
    expect(revocation).toMatchObject({
      document: policy(statement("2026-03-01T12:00:30Z", "K2xK3xK4"), statement("2026-03-01T11:00:00Z", "K1")),
    });
  });

  test("that remembers endlessly much becomes a short one", () => {
    const marks = Array.from({ length: 400 }, (_, index) => accessKeyId(index));
    const attached = policy(...marks.map((mark) => statement("2026-03-01T11:59:00Z", mark)));
    expect(planRevocation(attached, role("K1"), NOON)).toMatchObject({ kind: "write" });
    expect(history([role("K1"), NOON])).not.toBe(attached);
    const revocation = planRevocation(attached, role("K1"), NOON);
    if (revocation.kind === "write") expect(revocation.document.length).toBeLessThan(2_000);
  });

  test("that lists its statements in another order is forgotten oldest first all the same", () => {
    // GIVEN more than fits, the oldest first, each statement with three keys
    const minute = (index: number) => `2026-03-01T11:${String(index).padStart(2, "0")}:00Z`;
    const keys = (index: number) => [0, 1, 2].map((each) => accessKeyId(index * 3 + each));
    const statements = Array.from({ length: 40 }, (_, index) => statement(minute(index), keys(index).join("x")));
    // WHEN something new is answered
    const revocation = planRevocation(policy(...statements), role("K1"), NOON);
    if (revocation.kind !== "write") throw new Error("nothing was written");
    // THEN the latest are remembered
    expect(revocation.document).toContain(accessKeyId(119));
    expect(revocation.document).not.toContain(accessKeyId(0));
  });

  test("that lies in the far future is never undercut", () => {
    const attached = policy(statement("2099-01-01T00:00:00Z", ""));
    expect(planRevocation(attached, role("K1"), NOON)).toMatchObject({ cutoff: new Date("2099-01-01T00:00:00Z") });
  });
});

describe("what is put back", () => {
  const cutoff = after(30);
  const written = history([role("K1"), NOON]);

  test("is nothing while the policy is as it was written", () => {
    expect(restoreRevocation(written, role("K1"), cutoff)).toBeUndefined();
  });

  test("is nothing where another answer joined it", () => {
    expect(restoreRevocation(history([role("K1"), NOON], [role("K2"), after(5)]), role("K1"), cutoff)).toBeUndefined();
  });

  test("is the whole policy where it was deleted", () => {
    expect(restoreRevocation(undefined, role("K1"), cutoff)).toEqual({ document: written, weakened: true });
  });

  test.each<[string, string]>([
    ["its cut-off was moved back by a second", policy(statement("2026-03-01T12:00:29Z", "K1"))],
    ["it was limited to some actions", policy(statement("2026-03-01T12:00:30Z", "K1", { Action: "s3:*" }))],
    ["it is no policy any more", "{}"],
  ])("is the whole policy where %s", (_, attached) => {
    expect(restoreRevocation(attached, role("K1"), cutoff)).toEqual({ document: written, weakened: true });
  });

  test("is only the memory where another answer took its place with a later cut-off", () => {
    // GIVEN another invocation that had read before this one wrote
    const attached = history([role("K2"), after(5)]);
    // WHEN the policy is looked at THEN nobody went free, and both answers are kept
    expect(restoreRevocation(attached, role("K1"), cutoff)).toEqual({
      document: policy(statement("2026-03-01T12:00:35Z", "K1"), statement("2026-03-01T12:00:35Z", "K2")),
      weakened: false,
    });
  });

  test("is the cut-off as well where another answer took its place with an earlier one", () => {
    const attached = history([role("K2"), after(-5)]);
    expect(restoreRevocation(attached, role("K1"), cutoff)).toEqual({
      document: policy(statement("2026-03-01T12:00:30Z", "K1"), statement("2026-03-01T12:00:25Z", "K2")),
      weakened: true,
    });
  });

  test("is every key that was forgotten", () => {
    const attached = history([role("K1"), NOON]);
    expect(restoreRevocation(attached, role("K1", "K2"), cutoff)).toMatchObject({ weakened: false });
  });

  test("stays with its session in scope session", () => {
    expect(restoreRevocation(written, session("K1"), cutoff)).toEqual({
      document: history([session("K1"), NOON]),
      weakened: true,
    });
  });
});

describe("the policy to attach by hand", () => {
  test("is the one that a first answer would be", () => {
    expect(documentByHand(session("K1"), NOON)).toBe(history([session("K1"), NOON]));
  });

  test("fails to grow shorter than its session's name, and ends all the same", () => {
    const target = { ...role("K1"), userId: "x".repeat(5_000) };
    expect(JSON.parse(documentByHand(target, NOON)).Statement).toHaveLength(1);
  });
});

test("times are written in UTC, in whole seconds", () => {
  expect(isoSeconds(new Date("2026-03-01T14:00:00.999+02:00"))).toBe("2026-03-01T12:00:00Z");
});
