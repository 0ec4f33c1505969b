import fc from "fast-check";

import { digestOf, writeMemory } from "../../lambda/revoke-sessions/memory";
import { policyProblem } from "../../local-aws/iam/policy-problem";
import { accessKeyId, EVENT_TIME, INSTANCE_ID, instanceId, ROLE_ID } from "./finding";

/** A role's inline policies share so many characters. */
export const QUOTA = 10_240;

/** The length of a policy as IAM counts it: without white space. */
export const lengthOf = (document: string): number => document.replace(/\s/g, "").length;

const HOUR = 3_600;
const at = (seconds: number): Date => new Date(EVENT_TIME.getTime() + seconds * 1_000);
const oneOrList = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }));

/** The forms in which IAM reads a time. */
const FORMS: readonly ((time: Date) => string | number)[] = [
  (time) => `${time.toISOString().slice(0, 19)}Z`,
  (time) => time.toISOString(),
  (time) => time.toISOString().replace(/\d{3}Z$/, "123456Z"),
  (time) => time.toISOString().replace("Z", "z"),
  (time) => `${time.toISOString().slice(0, 16)}Z`,
  (time) => time.toISOString().slice(0, 19),
  (time) => time.toISOString().slice(0, 10),
  (time) => `${new Date(time.getTime() + HOUR * 1_000).toISOString().slice(0, 19)}+01:00`,
  (time) => `${new Date(time.getTime() - 5.5 * HOUR * 1_000).toISOString().slice(0, 19)}-0530`,
  (time) => String(Math.floor(time.getTime() / 1_000)),
  (time) => Math.floor(time.getTime() / 1_000),
];
const time = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -20 * HOUR, max: 5 * 60 }) },
  { weight: 2, arbitrary: fc.integer({ min: -60, max: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom(30 * HOUR, 24 * 365 * HOUR, 24 * 365 * 40 * HOUR) },
);
const date = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(time, fc.constantFrom(...FORMS)).map(([seconds, form]) => form(at(seconds))) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("0", "1970", "2050", 99_999, "99999999999", "9999-12-31T23:59:59Z", "2026-03"),
  },
);

const userId = fc.constantFrom(`${ROLE_ID}:${INSTANCE_ID}`, `${ROLE_ID}:${instanceId(2)}`, "AROASOMEBODY:else");
const TIME_KEYS = ["aws:TokenIssueTime", "aws:tokenissuetime", "AWS:TokenIssueTime"];

/** Conditions by the two keys that the function writes. */
const known = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constantFrom("DateLessThan", "DateLessThan", "DateLessThanEquals"),
      fc.constantFrom(TIME_KEYS[0]!, ...TIME_KEYS),
      oneOrList(date),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom(
        "DateLessThanIfExists",
        "ForAnyValue:DateLessThan",
        "DateGreaterThan",
        "DateNotEquals",
        "DateEquals",
      ),
      fc.constantFrom(...TIME_KEYS),
      oneOrList(date),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant("StringEquals"), fc.constantFrom("aws:userid", "aws:UserId"), oneOrList(userId)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom("StringLike", "StringNotEquals", "StringEqualsIgnoreCase"),
      fc.constant("aws:userid"),
      fc.constantFrom(`${ROLE_ID}:*`, "*", "AROA*", "${aws:userid}"),
    ),
  },
  { weight: 1, arbitrary: fc.constant(["Null", "aws:TokenIssueTime", "false"] as const) },
);
/** Conditions by others, which no call here has. */
const unknown = fc.constantFrom(
  ["DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"] as const,
  ["Bool", "aws:MultiFactorAuthPresent", false] as const,
  ["IpAddress", "aws:SourceIp", ["198.51.100.0/24"]] as const,
  ["StringNotEquals", "aws:PrincipalTag/gr\u00f6\u00dfe", "\u4e2d\u6587"] as const,
);
const conditions = fc
  .array(fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: unknown }), { minLength: 1, maxLength: 2 })
  .map((all) =>
    all.reduce<Record<string, Record<string, unknown>>>(
      (condition, [operator, key, values]) => ({ ...condition, [operator]: { ...condition[operator], [key]: values } }),
      {},
    ),
  );

const actions = fc.oneof(
  { weight: 7, arbitrary: fc.constantFrom<object>({ Action: "*" }, { Action: ["*"] }, { Action: ["s3:*", "*"] }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<object>(
      { Action: "s3:*" },
      { Action: ["iam:*", "sts:AssumeRole"] },
      { NotAction: "sts:GetCallerIdentity" },
      { NotAction: ["*"] },
    ),
  },
);
const resources = fc.oneof(
  { weight: 7, arbitrary: fc.constantFrom<object>({ Resource: "*" }, { Resource: ["*"] }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<object>({ Resource: "arn:aws:s3:::b/*" }, { NotResource: "arn:aws:s3:::b" }),
  },
);

/** A memory as somebody may plant it who knows how the function remembers. */
const planted = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: -40 * HOUR, max: HOUR })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((entries) => writeMemory(new Map(entries.map(([key, seconds]) => [digestOf(accessKeyId(key)), at(seconds)]))));
const sid = fc.oneof(
  fc.constantFrom("", "Somebody", "Expired", "Answers", "AnswersEverything"),
  planted.map((memory) => `Answers${memory}`),
);

const statement = fc
  .record(
    {
      Sid: sid,
      Effect: fc.constantFrom("Deny", "Deny", "Deny", "Deny", "Allow"),
      ...{ does: actions, on: resources },
      Condition: conditions,
    },
    { requiredKeys: ["Effect", "does", "on"] },
  )
  .map(({ does, on, ...others }) => ({ ...others, ...does, ...on }));

/** Something long that somebody denies as well. */
const long = fc.integer({ min: 1, max: 240 }).map((count) => ({
  Effect: "Deny",
  Action: Array.from({ length: count }, (_, index) => `service${index}:DoSomethingThatIsDenied`),
  Resource: "*",
}));

/** Policies of every form that IAM accepts, as long as a role's may be. */
export const attachedPolicies: fc.Arbitrary<string> = fc
  .tuple(
    fc.record(
      {
        Version: fc.constantFrom("2012-10-17", "2008-10-17"),
        Id: fc.constantFrom("somebody", ""),
        Statement: fc.oneof(
          { weight: 1, arbitrary: statement },
          { weight: 6, arbitrary: fc.array(statement, { minLength: 1, maxLength: 5 }) },
          { weight: 1, arbitrary: fc.tuple(statement, long) },
        ),
      },
      { requiredKeys: ["Statement"] },
    ),
    fc.constantFrom(undefined, 2, "\t"),
  )
  .map(([policy, indent]) => toJson(policy, indent))
  .filter((document) => policyProblem(document) === undefined && lengthOf(document) <= QUOTA);

/** IAM takes no characters beyond these, but JSON can name them. */
const toJson = (policy: object, indent: string | number | undefined): string =>
  JSON.stringify(policy, undefined, indent).replace(
    /[^\t\n\r\x20-\xff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
