import { type AccessRequest, decide } from "../../../local-aws/iam/simulator";

const ALLOW = {
  name: "lab",
  policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "dynamodb:ListTables", Resource: "*" }] },
};
const CUTOFF = "2026-03-14T09:00:00Z";
const DENY_STATEMENT = {
  Sid: "Old",
  Effect: "Deny",
  Action: "*",
  Resource: "*",
  Condition: { DateLessThan: { "aws:TokenIssueTime": CUTOFF } },
};
const DENY = { name: "RevokeOldSessions", policy: { Version: "2012-10-17", Statement: [DENY_STATEMENT] } };

const session = (issued: string): AccessRequest => ({
  principal: "arn:aws:sts::111122223333:assumed-role/app/i-1",
  action: "dynamodb:ListTables",
  resource: "*",
  accountId: "111122223333",
  context: { "aws:TokenIssueTime": issued },
  identityPolicies: [ALLOW, DENY],
});

test("a session older than the cut-off is explicitly denied, by the statement that says so", async () => {
  expect(await decide(session("2026-03-14T08:59:59Z"))).toEqual({
    effect: "explicitly denied",
    statements: [{ policyName: "RevokeOldSessions", statement: DENY_STATEMENT }],
    deniedBy: "identity-based policy",
  });
});

test("a service control policy denies what the role's own policies allow, by the statement that says so", async () => {
  // GIVEN
  const statement = { Effect: "Deny", Action: "dynamodb:*", Resource: "*" };
  const control = { name: "no-tables", policy: { Version: "2012-10-17", Statement: [statement] } };

  // THEN
  expect(await decide({ ...session(CUTOFF), serviceControlPolicies: [control] })).toEqual({
    effect: "explicitly denied",
    statements: [{ policyName: "no-tables", statement }],
    deniedBy: "service control policy",
  });
});

test("a service control policy allows nothing by itself", async () => {
  const control = {
    name: "no-deletions",
    policy: { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "dynamodb:DeleteTable", Resource: "*" }] },
  };
  const request = { ...session(CUTOFF), serviceControlPolicies: [control] };
  expect(await decide(request)).toEqual({
    effect: "allowed",
    statements: [{ policyName: "lab", statement: ALLOW.policy.Statement[0] }],
  });
  expect(await decide({ ...request, identityPolicies: [] })).toEqual({ effect: "implicitly denied", statements: [] });
});

test("a session issued at the cut-off or later is allowed, by the statement that grants it", async () => {
  const allowed = { effect: "allowed", statements: [{ policyName: "lab", statement: ALLOW.policy.Statement[0] }] };
  expect(await decide(session(CUTOFF))).toEqual(allowed);
  expect(await decide(session("2026-03-14T09:00:01Z"))).toEqual(allowed);
});

test("what nothing allows is implicitly denied, by no statement", async () => {
  expect(
    await decide({
      ...session(CUTOFF),
      action: "dynamodb:DeleteTable",
      resource: "arn:aws:dynamodb:us-west-2:111122223333:table/t",
    }),
  ).toEqual({
    effect: "implicitly denied",
    statements: [],
  });
});

test("a service is decided by the policy of the resource", async () => {
  const statement = {
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sns:Publish",
    Resource: "arn:aws:sns:us-west-2:111122223333:t",
    Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:events:us-west-2:111122223333:rule/r" } },
  };
  const publish = (rule: string) =>
    decide({
      principal: "events.amazonaws.com",
      action: "sns:Publish",
      resource: "arn:aws:sns:us-west-2:111122223333:t",
      accountId: "111122223333",
      context: { "aws:SourceArn": `arn:aws:events:us-west-2:111122223333:rule/${rule}` },
      resourcePolicy: { Version: "2012-10-17", Statement: statement },
    });
  expect(await publish("r")).toEqual({
    effect: "allowed",
    statements: [{ policyName: "the resource's own policy", statement }],
  });
  expect(await publish("q")).toMatchObject({ effect: "implicitly denied" });
});

test.each<[string, Partial<AccessRequest>, RegExp]>([
  ["an action that AWS does not have", { action: "iam:Revoke" }, /cannot decide iam:Revoke/],
  [
    "an effect that IAM does not have",
    { identityPolicies: [{ name: "p", policy: { Statement: { Effect: "Maybe", Action: "*", Resource: "*" } } }] },
    /Effect/,
  ],
])("throws on %s", async (_, change, message) => {
  await expect(decide({ ...session(CUTOFF), ...change })).rejects.toThrow(message);
});
