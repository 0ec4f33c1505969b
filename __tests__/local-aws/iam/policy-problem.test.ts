import { policyProblem } from "../../../local-aws/iam/policy-problem";

const STATEMENT = { Sid: "Old1", Effect: "Deny", Action: "*", Resource: "*" };
const before = (date: unknown, operator = "DateLessThan") => ({ [operator]: { "aws:TokenIssueTime": date } });

/** What IAM says about a policy of one statement, with something changed. */
const problem = (change: Record<string, unknown>, further: Record<string, unknown> = {}) =>
  policyProblem(JSON.stringify({ Version: "2012-10-17", Statement: [{ ...STATEMENT, ...change }], ...further }));

test.each<[string, Record<string, unknown>]>([
  ["as the function writes it", { Condition: before("2026-03-14T09:26:53Z") }],
  ["without a Sid", { Sid: undefined }],
  ["with an empty Sid", { Sid: "" }],
  ["with lists of actions and resources", { Action: ["iam:*", "s3:Get*"], Resource: ["arn:aws:s3:::b/*", "*"] }],
  [
    "with everything but some",
    { Action: undefined, NotAction: "sts:*", Resource: undefined, NotResource: "arn:aws:s3:::b" },
  ],
  [
    "with operators that are prefixed and suffixed",
    { Condition: { "ForAnyValue:StringLikeIfExists": { "aws:userid": ["*:i-1"] } } },
  ],
  [
    "with values that are not text",
    { Condition: { Bool: { "aws:SecureTransport": false }, NumericLessThan: { "s3:max-keys": 10 } } },
  ],
  ["with a date without zone", { Condition: before("2026-03-14T09:26") }],
  ["with a date in another zone and fractions", { Condition: before("2026-03-14T09:26:53.123+05:30") }],
  ["with a date in small letters", { Condition: before("2026-03-14t09:26:53z") }],
  ["with a day", { Condition: before("2026-03-14") }],
  ["with seconds since 1970", { Condition: before(["1773480413", 1773480413]) }],
  ["with a year that IAM takes for seconds", { Condition: before("2050") }],
])("accepts a statement %s", (_, change) => {
  expect(problem(change)).toBeUndefined();
});

test("accepts a single statement, an id, an older version or none", () => {
  expect(policyProblem(JSON.stringify({ Id: "id", Statement: STATEMENT }))).toBeUndefined();
  expect(policyProblem(JSON.stringify({ Version: "2008-10-17", Statement: STATEMENT }))).toBeUndefined();
});

test.each(["", "{", "null", "[]", "{}", '"text"', "\ufeff{}"])("rejects %p as a syntax error", (document) => {
  expect(policyProblem(document)).toBe("Syntax errors in policy.");
});

test.each<[string, Parameters<typeof problem>]>([
  ["an element that policies do not have", [{}, { Comment: "x" }]],
  ["a version that does not exist", [{}, { Version: "2026-03-14" }]],
  ["no statement", [{}, { Statement: [] }]],
  ["a statement that is text", [{}, { Statement: ["Deny"] }]],
  ["an element that statements do not have", [{ Reason: "stolen" }]],
  ["no effect", [{ Effect: undefined }]],
  ["an effect in small letters", [{ Effect: "deny" }]],
  ["a Sid that is a number", [{ Sid: 5 }]],
  ["actions twice", [{ NotAction: "sts:*" }]],
  ["resources twice", [{ NotResource: "*" }]],
  ["an action that is a number", [{ Action: [5] }]],
  ["an operator that does not exist", [{ Condition: before("2026-03-14T09:26:53Z", "DateBefore") }]],
  ["a condition without a key", [{ Condition: { DateLessThan: "2026-03-14T09:26:53Z" } }]],
])("rejects %s as a syntax error", (_, parameters) => {
  expect(problem(...parameters)).toBe("Syntax errors in policy.");
});

test.each<[string, Record<string, unknown>, string]>([
  [
    "a Sid with a dash",
    { Sid: "a-b" },
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
  ],
  ["a principal", { Principal: "*" }, "Policy document should not specify a principal."],
  ["no action", { Action: undefined }, "Policy statement must contain actions."],
  ["an empty list of actions", { Action: [] }, "Policy statement must contain actions."],
  ["no resource", { Resource: undefined }, "Policy statement must contain resources."],
  [
    "an action without a service",
    { Action: "GetRole" },
    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
  ],
  ["an action with two colons", { Action: "iam:Get:Role" }, "Actions/Condition can contain only one colon."],
  ["an action of an impossible service", { Action: "i am:GetRole" }, "Vendor i am is not valid"],
  ["a resource that is not an ARN", { Resource: "bucket" }, 'Resource bucket must be in ARN format or "*".'],
])("rejects %s in IAM's words", (_, change, expected) => {
  expect(problem(change)).toBe(expected);
});

test("rejects two statements of one Sid, but not two without", () => {
  const document = (Sid?: string) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [1, 2].map(() => ({ ...STATEMENT, Sid })) });
  expect(policyProblem(document("Old"))).toBe("Statement IDs (SID) in a single policy must be unique.");
  expect(policyProblem(document())).toBeUndefined();
});

test.each([
  "",
  "now",
  "+099999-01-01T00:00:00Z",
  "99999-01-01T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-02-30T00:00:00Z",
  "2026-03-14T24:00:00Z",
  "2026-03-14T09:60:00Z",
  "2026-03-14 09:26:53Z",
  "2026-03-14T09:26:53Z ",
  "14 Mar 2026",
  "-1",
  "1e9",
  "9223372036854775808",
])("rejects the date %p, under each operator for dates", (date) => {
  for (const operator of ["DateLessThan", "DateGreaterThanEquals", "ForAnyValue:DateNotEquals", "DateEqualsIfExists"]) {
    expect(problem({ Condition: before(["2026-03-14", date], operator) })).toBe("The policy failed legacy parsing");
  }
  expect(problem({ Condition: before(date, "StringEquals") })).toBeUndefined();
});
