import { roleSessionOf, sessionId, startedElsewhere } from "../../../lambda/revoke-sessions/started-session";
import { ACCOUNT_ID, accessKeyId, ROLE_ID, ROLE_NAME } from "../../support/finding";
import { refused, revoked } from "../../support/incident";
import { assuming, at, issuing, lookedUp, otherRoleId } from "../../support/trail";

const started = (...[changed]: Parameters<typeof issuing>) =>
  lookedUp([issuing(changed, { time: at(-200) })]).sessions[0]!;

describe("the id of a session", () => {
  test.each<[string, Parameters<typeof issuing>[0], string]>([
    ["its principal", { principalId: "AROA2:thief", accessKeyId: accessKeyId(9) }, "AROA2:thief"],
    ["its key, if it has no principal", { accessKeyId: accessKeyId(9) }, accessKeyId(9)],
    ["its role and its start, if it has neither", { roleArn: "arn:x" }, "arn:x 2026-03-01T11:56:40.000Z"],
  ])("is %s", (_, issued, expected) => {
    expect(sessionId(started(issued))).toBe(expected);
  });
});

describe("a session can be revoked", () => {
  const roleArn = `arn:aws:iam::${ACCOUNT_ID}:role/team/deploy`;
  const principalId = `${otherRoleId("deploy")}:thief`;

  test("by its role's name and id, and what IAM calls it", () => {
    expect(roleSessionOf(started({ roleArn, principalId }), ACCOUNT_ID)).toEqual({
      roleName: "deploy",
      roleId: otherRoleId("deploy"),
      userId: principalId,
    });
  });

  test.each<[string, Parameters<typeof issuing>[0]]>([
    ["no role", { principalId }],
    ["no name of a role", { roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/`, principalId }],
    ["a role of another account", { roleArn: "arn:aws:iam::444455556666:role/deploy", principalId }],
    ["no principal", { roleArn }],
    ["a user", { roleArn, principalId: "AIDAINVENTED:thief" }],
    ["no session", { roleArn, principalId: otherRoleId("deploy") }],
    ["a session of a name that STS does not take", { roleArn, principalId: `${otherRoleId("deploy")}:a b` }],
  ])("but not if CloudTrail names %s", (_, issued) => {
    expect(roleSessionOf(started(issued), ACCOUNT_ID)).toBeUndefined();
  });
});

describe("sessions that nothing denies", () => {
  const activity = lookedUp([
    assuming("deploy"),
    issuing({ principalId: `${ROLE_ID}:other`, roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/${ROLE_NAME}` }),
  ]);
  const [deploy, same] = activity.sessions;

  test("are those of other roles, if the finding's role was revoked", () => {
    expect(startedElsewhere({ ...revoked(), activity })).toEqual([deploy]);
  });

  test("are those of the finding's role too that were started after its cut-off", () => {
    expect(startedElsewhere({ ...revoked({}, { cutoff: same!.startedAt }), activity })).toEqual([deploy, same]);
  });

  test("are all, if only the stolen sessions were", () => {
    expect(startedElsewhere({ ...revoked({}, {}, { scope: "session" }), activity })).toEqual([deploy, same]);
  });

  test("are all, if nothing was", () => {
    expect(startedElsewhere({ ...refused("exempt-role"), activity })).toEqual([deploy, same]);
  });

  test("are those that could not be followed, if they were", () => {
    const sessions = [
      { session: deploy!, depth: 1, end: { kind: "open" as const, why: "its role is protected" } },
      { session: same!, depth: 1, end: { kind: "over" as const, why: "it has expired" } },
    ];
    expect(startedElsewhere({ ...revoked({}, { following: { sessions, isNews: true } }), activity })).toEqual([deploy]);
  });

  test("are unknown, if nobody could look", () => {
    expect(startedElsewhere({ ...revoked(), activity: { kind: "unknown", why: "no time was left" } })).toEqual([]);
    expect(startedElsewhere(revoked())).toEqual([]);
  });
});
