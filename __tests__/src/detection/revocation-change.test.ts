import { POLICY_NAME, sessionPolicyName } from "../../../lambda/revoke-sessions/target";
import { EventPattern } from "../../../local-aws/eventbridge/event-pattern";
import { revocationChange } from "../../../src/detection/revocation-change";
import { findingEvent } from "../../support/finding";
import {
  ACCOUNT,
  consoleUser,
  federatedUser,
  iamCallEvent,
  type IamCallOptions,
  root,
  service,
  session,
  throughCloudFormation,
  user,
  type UserIdentity,
} from "../../support/iam-call-event";

const FUNCTION_ROLES = ["GuardDuty-Response-Revoke-us-west-2", "GuardDuty-Response-Revoke-eu-west-1"];
const ARNS = FUNCTION_ROLES.map((name) => `arn:aws:iam::${ACCOUNT}:role/${name}`);
const theFunction = (roleName = FUNCTION_ROLES[0]!) => session(roleName, "GuardDuty-Response-RevokeSessions");

const matches = (event: unknown, succeeded = true): boolean =>
  EventPattern.parse(revocationChange(ARNS, succeeded)).match(event).matched;

const CALLS: readonly IamCallOptions[] = [
  { call: "DeleteRolePolicy" },
  { call: "PutRolePolicy", policyDocument: '{"Version":"2012-10-17","Statement":[]}' },
];

const ANYBODY: [string, UserIdentity][] = [
  ["the session of another role", session("deploy", "pipeline")],
  ["a role below a path, of the function's name", session(FUNCTION_ROLES[0]!, "x", "/app/")],
  ["a role whose name begins like the function's", session(`${FUNCTION_ROLES[0]}-2`, "x")],
  ["a session that is called like the function", session("deploy", FUNCTION_ROLES[0]!)],
  ["a user", user],
  ["a user in the console", consoleUser],
  ["root", root],
  ["a federated user", federatedUser],
  ["a service", service],
  ["a service on somebody's behalf", throughCloudFormation],
];

describe.each(CALLS)("$call of a policy that revokes sessions", (call) => {
  test.each(ANYBODY)("matches when it is by %s", (_, by) => {
    expect(matches(iamCallEvent({ ...call, by }))).toBe(true);
  });

  test.each(FUNCTION_ROLES)("is ignored when it is by a function, as %s", (roleName) => {
    expect(matches(iamCallEvent({ ...call, by: theFunction(roleName) }))).toBe(false);
    expect(matches(iamCallEvent({ ...call, by: theFunction(roleName), errorCode: "AccessDenied" }), false)).toBe(false);
  });

  test("matches the other pattern when IAM refuses it, whoever tries", () => {
    for (const [, by] of ANYBODY) {
      const event = iamCallEvent({ ...call, by, errorCode: "AccessDenied" });
      expect([matches(event, true), matches(event, false)]).toEqual([false, true]);
    }
  });

  test("does not match the other pattern when IAM carries it out", () => {
    expect(matches(iamCallEvent(call), false)).toBe(false);
  });

  test.each([
    POLICY_NAME,
    sessionPolicyName("i-0123456789abcdef0"),
    "RevokeAllSessions-i-0123456789abcdef0",
    `${POLICY_NAME}-by-hand`,
  ])("matches whichever such policy it is: %s", (policyName) => {
    expect(matches(iamCallEvent({ ...call, policyName }))).toBe(true);
  });

  test.each(["ReadBucket", "revokeoldsessions", "Not-RevokeOldSessions", "AWSRevokeOlderSessions"])(
    "is ignored when the policy is another one: %s",
    (policyName) => {
      expect(matches(iamCallEvent({ ...call, policyName }))).toBe(false);
    },
  );
});

test.each([
  ["another call of IAM", iamCallEvent({ call: "GetRolePolicy" })],
  ["a finding", findingEvent()],
  [
    "an event that somebody puts on the bus under a name of its own",
    { ...iamCallEvent(), source: "iam", "detail-type": "AWS API Call via CloudTrail" },
  ],
])("%s is ignored", (_, event) => {
  expect([matches(event, true), matches(event, false)]).toEqual([false, false]);
});
