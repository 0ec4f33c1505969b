import { Token } from "cdktf";

import { RevocableRoles } from "../../../src";

const ROLE = "arn:aws:iam::123456789012:role/app";

test.each<[string, RevocableRoles, object]>([
  [
    "named roles",
    RevocableRoles.named(ROLE, "arn:aws-us-gov:iam::123456789012:role/a/b/c"),
    { arns: [ROLE, "arn:aws-us-gov:iam::123456789012:role/a/b/c"] },
  ],
  ["a path", RevocableRoles.withPath("/application/web/"), { path: "/application/web/" }],
  ["a tag", RevocableRoles.tagged("team", "a=b"), { tag: { key: "team", value: "a=b" } }],
  ["any role of the account", RevocableRoles.anyOfAccount(), { any: true }],
])("%s can be chosen", (_, roles, spec) => {
  expect(roles.problems).toEqual([]);
  expect(roles.spec).toEqual(spec);
});

test("ARNs and paths that only Terraform knows are passed on", () => {
  // GIVEN
  const knownLater = Token.asString({ resolve: () => "later" });

  // THEN
  expect(RevocableRoles.named(knownLater).problems).toEqual([]);
  expect(RevocableRoles.withPath(knownLater).problems).toEqual([]);
});

test("rejects an empty list of roles", () => {
  expect(RevocableRoles.named().problems).toEqual(["RevocableRoles.named: must be at least one role; received none"]);
});

test.each([
  "app",
  "arn:aws:iam::123456789012:user/app",
  "arn:aws:iam::123456789012:role/*",
  "arn:aws:iam::12345:role/app",
  "arn:aws:sts::123456789012:assumed-role/app/i-1",
  `${ROLE} `,
])("rejects %p, which is not the ARN of a role", (arn) => {
  expect(RevocableRoles.named(ROLE, arn).problems).toEqual([
    `RevocableRoles.named: must be the ARN of an IAM role such as arn:aws:iam::123456789012:role/app; received ${JSON.stringify(arn)}`,
  ]);
});

test("rejects more roles than the function's environment holds", () => {
  // GIVEN
  const roles = Array.from({ length: 21 }, (_, index) => `${ROLE}-${index}`);

  // THEN
  expect(RevocableRoles.named(...roles.slice(1)).problems).toEqual([]);
  expect(RevocableRoles.named(...roles).problems).toEqual([
    "RevocableRoles.named: must be at most 20 roles; received 21; give the roles a common path or tag, and use withPath or tagged",
  ]);
});

// A wildcard or a policy variable would reach further in the function's policy than the function itself does.
test.each(["/", "", "application/", "/application", "/app lication/", "/app*/", "/ap?/", "/${aws:username}/"])(
  "rejects the path %p",
  (path) => {
    expect(RevocableRoles.withPath(path).problems).toEqual([
      "RevocableRoles.withPath: must be a path such as /application/, which begins and ends with a slash and has no " +
        `wildcards; received ${JSON.stringify(path)}`,
    ]);
  },
);

test.each<[string, unknown]>([
  ["", "v"],
  ["k".repeat(129), "v"],
  ["k*", "v"],
  ["aws:team", "v"],
  ["k", "v".repeat(257)],
  ["k", "${aws:PrincipalTag/team}"],
  ["k", undefined],
])("rejects the tag %p = %p", (key, value) => {
  expect(RevocableRoles.tagged(key, value as string).problems).toEqual([
    "RevocableRoles.tagged: must be a tag with a key of 1 to 128 and a value of 0 to 256 letters, digits, spaces and " +
      `_.:/=+@-, the key not aws:…; received ${JSON.stringify({ key, value })}`,
  ]);
});
