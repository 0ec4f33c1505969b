import { digestOf } from "../../../lambda/revoke-sessions/memory";
import {
  EXPIRED_POLICY,
  FOREVER,
  type Policy,
  readPolicy,
  userIdIn,
  writePolicy,
} from "../../../lambda/revoke-sessions/policy";
import { accessKeyId, INSTANCE_ID, instanceId, ROLE_ID } from "../../support/finding";

const NOON = new Date("2026-03-01T12:00:00Z");
const LATER = "2026-03-02T00:00:00Z";
const USER_ID = `${ROLE_ID}:${INSTANCE_ID}`;

/** A statement as the function writes it, with whatever is changed in it. */
const statement = (cutoff: unknown, changed: object = {}) => ({
  Sid: "Answers",
  Effect: "Deny",
  Action: "*",
  Resource: "*",
  Condition: { DateLessThan: { "aws:TokenIssueTime": cutoff } },
  ...changed,
});
const policy = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
const read = (document: string | undefined, userId?: string): Policy => readPolicy(document, userId, NOON);
const memoryOf = (count: number) =>
  new Map(
    Array.from({ length: count }, (_, index) => [
      digestOf(accessKeyId(index)),
      new Date(NOON.getTime() + index * 60_000),
    ]),
  );

describe("a policy that is written", () => {
  test("denies everything to every session issued before its cut-off", () => {
    expect(writePolicy({ ...read(undefined), own: { cutoff: new Date(LATER), memory: new Map() } })).toBe(
      policy(statement(LATER)),
    );
  });

  test("denies one session if it is for one", () => {
    const own = { cutoff: new Date(LATER), memory: new Map() };
    const Condition = { DateLessThan: { "aws:TokenIssueTime": LATER }, StringEquals: { "aws:userid": USER_ID } };
    expect(writePolicy({ ...read(undefined, USER_ID), own })).toBe(policy(statement("", { Condition })));
  });

  test.each([
    ["a role", undefined, 2_000, 180],
    ["a session", USER_ID, 481, 20],
  ])("for %s stays small, and forgets the oldest", (_, userId, limit, remembered) => {
    // GIVEN more than fits
    const memory = memoryOf(500);
    // WHEN
    const document = writePolicy({ ...read(undefined, userId), own: { cutoff: new Date(LATER), memory } });
    // THEN
    expect(document.length).toBeLessThan(limit);
    const kept = [...memory.keys()].filter((digest) => read(document, userId).own!.memory.has(digest));
    expect(kept.length).toBeGreaterThanOrEqual(remembered);
    expect(kept).toEqual([...memory.keys()].slice(-kept.length));
  });

  test("denies a locked session without a time", () => {
    const own = { cutoff: FOREVER, memory: new Map() };
    const Condition = { StringEquals: { "aws:userid": USER_ID } };
    expect(writePolicy({ ...read(undefined, USER_ID), own })).toBe(policy(statement("", { Condition })));
  });

  test("remembers as much beside what somebody else denies in it", () => {
    // GIVEN
    const other = {
      Effect: "Deny",
      Action: "s3:*",
      Resource: Array.from({ length: 40 }, (_, n) => `arn:aws:s3:::b${n}`),
    };
    const own = { cutoff: new Date(LATER), memory: memoryOf(500) };
    const remembered = (attached: Policy) => read(writePolicy({ ...attached, own })).own!.memory.size;
    // THEN
    expect(remembered(read(policy(other)))).toBe(remembered(read(undefined)));
  });

  test("takes no more room than there is, down to its cut-off alone", () => {
    const full = { ...read(undefined), own: { cutoff: new Date(LATER), memory: memoryOf(50) } };
    const bare = writePolicy(full, 0);
    expect(bare).toBe(policy(statement(LATER)));
    for (const room of [bare.length + 8, bare.length + 9, 300, 500]) {
      expect(writePolicy(full, room).length).toBeLessThanOrEqual(room);
    }
    expect(writePolicy(full, bare.length + 9)).not.toBe(bare);
  });
});

describe("a policy that is read", () => {
  test("is what was written", () => {
    const own = { cutoff: new Date(LATER), memory: memoryOf(3) };
    const document = writePolicy({ ...read(undefined), own });
    expect(read(document)).toMatchObject({ own, others: [], deniedBefore: own.cutoff, length: document.length });
  });

  test.each([undefined, "", "no policy", "null", "[]", "7", "{}", '{"Statement":null}', '{"Statement":[null,7,[]]}'])(
    "denies nothing if it is %j",
    (document) => {
      expect(read(document)).toMatchObject({ own: undefined, others: [], deniedBefore: undefined });
    },
  );

  test.each<[string, object]>([
    ["with another statement id", { Sid: "AWSRevokeOlderSessions" }],
    ["without a statement id", { Sid: undefined }],
    ["with lists, as AWS's console writes it", { Action: ["*"], Resource: ["*"] }],
    ["with more in its lists", { Action: ["s3:*", "*"], Resource: ["arn:aws:s3:::x", "*"] }],
    ["with a time of another zone", statement("2026-03-02T02:00:00+02:00")],
    ["with a zone as IAM writes it too", statement("2026-03-02T02:00:00+0200")],
    ["without seconds", statement("2026-03-02T00:00Z")],
    ["with seconds since 1970", statement("1772409600")],
    ["with seconds since 1970 as a number", statement(1_772_409_600)],
    ["with a fraction, in the next whole second", statement("2026-03-01T23:59:59.001Z")],
    ["with several times, of which any suffices", statement(["2026-01-01T00:00:00Z", LATER])],
    ["with a key in another case", { Condition: { DateLessThan: { "aws:tokenissuetime": LATER } } }],
    [
      "with an inclusive operator, by a second",
      { Condition: { DateLessThanEquals: { "aws:TokenIssueTime": "2026-03-01T23:59:59Z" } } },
    ],
  ])("is its own if somebody wrote it %s", (_, changed) => {
    expect(read(policy(statement(LATER, changed)))).toMatchObject({ own: { cutoff: new Date(LATER) }, others: [] });
  });

  test.each<[string, unknown]>([
    ["a year alone, which IAM takes for seconds", "2050"],
    ["five digits, which IAM takes for seconds", "99999"],
  ])("has the cut-off that IAM reads from %s", (_, cutoff) => {
    expect(read(policy(statement(cutoff))).own!.cutoff.getUTCFullYear()).toBe(1970);
  });

  test("holds the latest cut-off and all memories of several statements", () => {
    const [one, two] = ["aaaaaa", "bbbbbb"].map((digest) =>
      writePolicy({ ...read(undefined), own: { cutoff: NOON, memory: new Map([[digest, NOON]]) } }),
    );
    const both = policy(
      ...[one, two].flatMap((document) => (JSON.parse(document!) as { Statement: object[] }).Statement),
      statement(LATER),
    );
    expect(read(both).own!.cutoff).toEqual(new Date(LATER));
    expect([...read(both).own!.memory.keys()]).toEqual(["aaaaaa", "bbbbbb"]);
  });

  test("does not remember what it cannot have covered: a later cut-off than its own", () => {
    const memory = new Map([
      ["aaaaaa", NOON],
      ["bbbbbb", new Date(NOON.getTime() + 60_000)],
    ]);
    const document = writePolicy({ ...read(undefined), own: { cutoff: NOON, memory } });
    expect([...read(document).own!.memory.keys()]).toEqual(["aaaaaa"]);
  });

  test("has the length that IAM counts: without white space", () => {
    const document = policy(statement(LATER));
    expect(read(JSON.stringify(JSON.parse(document), undefined, 8)).length).toBe(document.length);
  });

  test.each([
    "answersaaaaaa000",
    "Answersaaaaaa00",
    "AnswersAAAAAA000",
    "xAnswersaaaaaa000",
    "aaaaaa000",
    "Answers aaaaaa000",
    "Answersaaaaaa000X",
    "Answersaaaaaa000a",
  ])("does not take the statement id %j for a memory", (Sid) => {
    expect(read(policy(statement(LATER, { Sid }))).own!.memory.size).toBe(0);
  });
});

describe("what somebody else wrote", () => {
  const LESS: [string, object][] = [
    ["some actions", { Action: "s3:*" }],
    ["a list of some actions", { Action: ["s3:*", "ec2:*"] }],
    ["some resources", { Resource: "arn:aws:s3:::*" }],
    ["all but some actions", { Action: undefined, NotAction: "s3:*" }],
    ["all but some resources", { Resource: undefined, NotResource: "arn:aws:s3:::*" }],
    ["another condition", { Condition: { DateGreaterThan: { "aws:TokenIssueTime": LATER } } }],
    [
      "one more condition",
      { Condition: { DateLessThan: { "aws:TokenIssueTime": LATER }, Bool: { "aws:SecureTransport": "false" } } },
    ],
    ["one more date", { Condition: { DateLessThan: { "aws:TokenIssueTime": LATER, "aws:CurrentTime": LATER } } }],
    ["another date", { Condition: { DateLessThan: { "aws:CurrentTime": LATER } } }],
    [
      "two operators",
      {
        Condition: {
          DateLessThan: { "aws:TokenIssueTime": LATER },
          DateLessThanEquals: { "aws:TokenIssueTime": LATER },
        },
      },
    ],
    ["sets of dates", { Condition: { "ForAllValues:DateLessThan": { "aws:TokenIssueTime": LATER } } }],
    ["a date if there is one", { Condition: { DateLessThanIfExists: { "aws:TokenIssueTime": LATER } } }],
    ["what has a part that IAM does not know yet", { Exception: "*" }],
    ["an empty condition", { Condition: {} }],
    ["a condition that is a list", { Condition: [{ DateLessThan: { "aws:TokenIssueTime": LATER } }] }],
    ["an operator without a key", { Condition: { DateLessThan: {} } }],
    ["a date that IAM may not read", { Condition: { DateLessThan: { "aws:TokenIssueTime": "2050-01-01" } } }],
    ["seconds with a fraction", { Condition: { DateLessThan: { "aws:TokenIssueTime": "1772409600.5" } } }],
    ["seconds after a space", { Condition: { DateLessThan: { "aws:TokenIssueTime": " 1772409600" } } }],
    ["seconds before a space", { Condition: { DateLessThan: { "aws:TokenIssueTime": "1772409600 " } } }],
    ["a date without a zone", { Condition: { DateLessThan: { "aws:TokenIssueTime": "2050-01-01T00:00:00" } } }],
    [
      "one session",
      { Condition: { DateLessThan: { "aws:TokenIssueTime": LATER }, StringEquals: { "aws:userid": USER_ID } } },
    ],
  ];

  test.each(LESS)("and denies %s is not counted, and kept as it is", (_, changed) => {
    // GIVEN
    const kept = JSON.parse(JSON.stringify(statement(LATER, { Sid: "Somebody", ...changed }))) as object;
    const attached = read(policy(kept));
    // WHEN
    const document = writePolicy({ ...attached, own: { cutoff: NOON, memory: new Map() } });
    // THEN
    expect(attached).toMatchObject({ own: undefined, deniedBefore: undefined });
    expect(document).toBe(policy(statement("2026-03-01T12:00:00Z"), kept));
  });

  test.each<[string, object]>([
    ["without a condition", { Condition: undefined }],
    ["until the year 33658", { Condition: { DateLessThan: { "aws:TokenIssueTime": "1000000000000" } } }],
  ])("and denies everything %s counts as for ever, and is kept as it is", (_, changed) => {
    const attached = read(policy(statement("", { Sid: "Quarantine", ...changed })));
    expect(attached).toMatchObject({ own: undefined, others: [{ Sid: "Quarantine" }], deniedBefore: FOREVER });
  });

  test("and allows something is not kept: nothing but denials is ever written", () => {
    const attached = read(policy({ Effect: "Allow", Action: "*", Resource: "*" }, { Action: "*", Resource: "*" }));
    expect(attached.others).toEqual([]);
  });

  test("is kept in the language that it was written in", () => {
    const kept = { Effect: "Deny", Action: "s3:*", Resource: "arn:aws:s3:::${aws:username}" };
    const written = (document: object) =>
      JSON.parse(writePolicy({ ...read(JSON.stringify(document)), own: { cutoff: NOON, memory: new Map() } })) as {
        Version: string;
      };
    expect(written({ Statement: kept }).Version).toBe("2008-10-17");
    expect(written({ Version: "2012-10-17", Statement: [kept] }).Version).toBe("2012-10-17");
    expect(written({ Statement: [] }).Version).toBe("2012-10-17");
  });

  test("loses an id that the policy's own statement has: IAM refuses two of one id", () => {
    const attached = read(policy(statement(LATER, { Action: "s3:*" })));
    const document = writePolicy({ ...attached, own: { cutoff: NOON, memory: new Map() } });
    const ids = (JSON.parse(document) as { Statement: { Sid?: string }[] }).Statement.map(({ Sid }) => Sid);
    expect(ids).toEqual(["Answers", undefined]);
  });

  test("and denies the whole role is counted, and kept, in the policy of one session", () => {
    const attached = read(policy(statement(LATER, { Sid: "Whole" })), USER_ID);
    expect(attached).toMatchObject({ own: undefined, others: [{ Sid: "Whole" }], deniedBefore: new Date(LATER) });
  });

  test.each<[string, object]>([
    ["another session", { StringEquals: { "aws:userid": `${ROLE_ID}:${instanceId(9)}` } }],
    ["the session by a pattern", { StringLike: { "aws:userid": USER_ID } }],
    ["the session and more", { StringEquals: { "aws:userid": USER_ID, "aws:PrincipalTag/x": "y" } }],
    ["several sessions", { StringEquals: { "aws:userid": [USER_ID, "AROAX:i-1"] } }],
  ])("and denies %s is not counted in the policy of one session", (_, further) => {
    const Condition = { DateLessThan: { "aws:TokenIssueTime": LATER }, ...further };
    expect(read(policy(statement("", { Condition })), USER_ID)).toMatchObject({
      own: undefined,
      deniedBefore: undefined,
    });
  });

  test("in several times, one of which may or may not be read, counts and stays as it is", () => {
    const several = statement([LATER, "2026-03-03"]);
    expect(read(policy(several))).toMatchObject({ own: undefined, deniedBefore: new Date(LATER), others: [several] });
  });

  test("stays, even if it calls itself expired", () => {
    const { Condition: _, ...everything } = statement("");
    expect(read(policy({ ...everything, Sid: "Expired" }))).toMatchObject({ deniedBefore: FOREVER });
  });

  test("with characters that IAM takes as escapes only is written with escapes", () => {
    // GIVEN
    const escaped = JSON.stringify({
      ...statement(""),
      Action: "s3:*",
      Condition: { Bool: { "aws:PrincipalTag/~": "x" } },
    });
    const document = `{"Version":"2012-10-17","Statement":[${escaped.replace("~", "gr\u00f6\\u00df\\u0142\\u4e2d\\ud83e\\udd8a")}]}`;
    // WHEN
    const written = writePolicy(read(document));
    // THEN
    expect(written).toMatch(/^[\x20-\xff]+$/);
    expect(JSON.parse(written)).toEqual(JSON.parse(document));
  });

  test("and is what took the place of an expired policy is not kept", () => {
    expect(read(EXPIRED_POLICY, USER_ID)).toMatchObject({ own: undefined, others: [], deniedBefore: undefined });
  });
});

test.each<[string, string | undefined]>([
  ['{"StringEquals":{"aws:userid":"AROA1:i-1"}}', "AROA1:i-1"],
  ['{ "StringEquals": { "aws:userid" : [ "AROA1:i-1" ] } }', "AROA1:i-1"],
  ['{"StringEquals":{"AWS:UserId":"AROA1:i-1"}}', "AROA1:i-1"],
  ['{"StringEquals":{"aws:username":"alice"}}', undefined],
])("whose session a policy is about is read of %s", (document, expected) => {
  expect(userIdIn(document)).toBe(expected);
});
