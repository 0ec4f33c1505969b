import { judgeMembers, type ReadMember } from "../../../drill/check/judge/members";
import type { MembersSpec } from "../../../src/contract/members";
import { memberRoleDocuments } from "../../../src/revocation/member-policies";
import { RevocableRoles } from "../../../src/revocation/revocable-roles";
import { deployed } from "../support/deployed";

const DEPLOYED = deployed();
const MEMBER = "222222222222";
const MEMBERS: MembersSpec = { organization: "o-a1b2c3d4e5", role: "/guardduty-response/GuardDuty-Response-Member" };

/** The role as every way to deploy it makes it. */
const documents = memberRoleDocuments("aws", {
  trust: { securityAccountId: DEPLOYED.accountId, organizationId: "o-a1b2c3d4e5" },
  limits: { revocableRoles: RevocableRoles.withPath("/application/") },
});
const ROLE = {
  arn: `arn:aws:iam::${MEMBER}:role${documents.path}${documents.name}`,
  trustPolicy: JSON.stringify(documents.trust),
  permissions: JSON.stringify(documents.permissions),
};

test("a response of one account has none", () => {
  expect(judgeMembers(undefined, [], DEPLOYED)).toEqual([
    { holds: true, what: "the function acts in its own account only" },
  ]);
});

test("members that nobody looked into are said to be so", () => {
  expect(judgeMembers(MEMBERS, [], DEPLOYED)).toEqual([
    { holds: true, what: expect.stringContaining("none was looked into: --audit-role and --members") },
  ]);
});

test("a member is right if its role is as it is deployed", () => {
  expect(judgeMembers(MEMBERS, [{ accountId: MEMBER, role: ROLE }], DEPLOYED)).toEqual([
    { holds: true, what: `of o-a1b2c3d4e5, these members let the function in: ${MEMBER}` },
  ]);
});

test.each<[string, ReadMember, string]>([
  ["it has no role", { accountId: MEMBER }, `has no role ${ROLE.arn}`],
  [
    "its role is below another path",
    { accountId: MEMBER, role: { ...ROLE, arn: ROLE.arn.replace("/guardduty-response", "") } },
    "has no role",
  ],
  [
    "its role trusts another account",
    {
      accountId: MEMBER,
      role: { ...ROLE, trustPolicy: ROLE.trustPolicy.replaceAll(DEPLOYED.accountId, "999999999999") },
    },
    "does not let the function's role GuardDuty-Response-Revoke-us-west-2 in",
  ],
  [
    "its role trusts a function of another name",
    {
      accountId: MEMBER,
      role: { ...ROLE, trustPolicy: ROLE.trustPolicy.replace("Response-Revoke-", "Other-Revoke-") },
    },
    "does not let the function's role",
  ],
  [
    "its role trusts another organization",
    { accountId: MEMBER, role: { ...ROLE, trustPolicy: ROLE.trustPolicy.replace("o-a1b2c3d4e5", "o-z9y8x7w6v5") } },
    "does not let the function's role",
  ],
  [
    "its role may do nothing",
    { accountId: MEMBER, role: { ...ROLE, permissions: undefined } },
    "lacks iam:PutRolePolicy",
  ],
  [
    "it could not be looked into",
    { accountId: MEMBER, closed: "AccessDenied: no" },
    "could not be looked into: AccessDenied",
  ],
])("a member is wrong if %s", (_, member, says) => {
  expect(judgeMembers(MEMBERS, [member], DEPLOYED)).toEqual([
    { holds: false, what: expect.stringContaining(says), mend: expect.stringMatching(/./) },
  ]);
});

test.each<[string, (trust: string) => string]>([
  ["names no organization", (trust) => trust.replace("aws:PrincipalOrgID", "aws:PrincipalTag/team")],
  ["leaves out another role only", (trust) => trust.replace("ArnLike", "ArnNotLike").replace("Revoke-*", "Other")],
])("a member is right if its role's trust policy %s", (_, changed) => {
  const trustPolicy = changed(ROLE.trustPolicy);
  expect(trustPolicy).not.toBe(ROLE.trustPolicy);
  expect(judgeMembers(MEMBERS, [{ accountId: MEMBER, role: { ...ROLE, trustPolicy } }], DEPLOYED)).toMatchObject([
    { holds: true },
  ]);
});

test("the organization is not compared if the members are named one by one", () => {
  const members: MembersSpec = { accounts: [MEMBER], role: MEMBERS.role };
  expect(judgeMembers(members, [{ accountId: MEMBER, role: ROLE }], DEPLOYED)).toMatchObject([{ holds: true }]);
});

test("an account that is not one of the members is named", () => {
  const members = { ...MEMBERS, except: [MEMBER] };
  expect(judgeMembers(members, [{ accountId: MEMBER, role: ROLE }], DEPLOYED)).toMatchObject([
    { holds: false, what: `the function does not act in account ${MEMBER}: it is not one of its members` },
  ]);
});
