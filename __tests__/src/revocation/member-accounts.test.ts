import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { ref, Token } from "cdktf";

import { decide } from "../../../local-aws/iam/simulator";
import {
  CredentialExfiltrationResponse,
  type CredentialExfiltrationResponseProps,
  MemberAccounts,
  RevocableRoles,
} from "../../../src";
import { ACCOUNT, deploymentOf, roleOf } from "../../support/deployment";
import { problemsOf, statementsOf, Template, testStack } from "../../support/template";

const ORGANIZATION = "o-a1b2c3d4e5";
const [MEMBER, OTHER] = ["222222222222", "333333333333"];
const MEMBER_ROLE = "guardduty-response/GuardDuty-Response-Member";
const memberRole = (accountId: string) => `arn:aws:iam::${accountId}:role/${MEMBER_ROLE}`;
const ADMINISTRATOR = "arn:aws:iam::*:role/OrganizationAccountAccessRole";

const withMembers = (members?: MemberAccounts, changed: Partial<CredentialExfiltrationResponseProps> = {}) => {
  const stack = testStack();
  const revocableRoles = RevocableRoles.withPath("/application/");
  new CredentialExfiltrationResponse(stack, "response", { revocableRoles, members, dashboard: true, ...changed });
  return stack;
};
const environmentOf = (template: Template) => template.only(LambdaFunction)["environment"].variables;
const memberSettings = (template: Template) => JSON.parse(environmentOf(template).MEMBERS);

describe("the function is told", () => {
  test.each<[string, MemberAccounts, object]>([
    ["an organization", MemberAccounts.ofOrganization(ORGANIZATION), { organization: ORGANIZATION }],
    [
      "an organization, with exceptions",
      MemberAccounts.ofOrganization(ORGANIZATION, { except: [OTHER] }),
      { organization: ORGANIZATION, except: [OTHER] },
    ],
    ["named accounts", MemberAccounts.named([MEMBER, OTHER]), { accounts: [MEMBER, OTHER] }],
  ])("%s, and the role of each", (_, members, expected) => {
    expect(memberSettings(Template.of(withMembers(members)))).toEqual({ ...expected, role: `/${MEMBER_ROLE}` });
  });

  test("an organization and accounts that only Terraform knows", () => {
    // GIVEN
    const known = (expression: string) => Token.asString(ref(expression));

    // WHEN
    const organization = MemberAccounts.ofOrganization(known("data.aws_organizations_organization.ours.id"));
    const named = MemberAccounts.named([known("aws_organizations_account.web.id")]);

    // THEN
    expect(memberSettings(Template.of(withMembers(organization))).organization).toBe(
      "${data.aws_organizations_organization.ours.id}",
    );
    expect(memberSettings(Template.of(withMembers(named))).accounts).toEqual(["${aws_organizations_account.web.id}"]);
  });

  test("the role's name by the prefix, unless it has a name", () => {
    const role = (members: MemberAccounts) => memberSettings(Template.of(withMembers(members, { prefix: "Web" }))).role;
    expect(role(MemberAccounts.named([MEMBER]))).toBe("/guardduty-response/Web-Member");
    expect(role(MemberAccounts.named([MEMBER], { roleName: "revoker", rolePath: "/" }))).toBe("/revoker");
  });

  test("to leave alone the member role and the roles that administer accounts, in every account", () => {
    const { PROTECTED_ROLES } = environmentOf(Template.of(withMembers(MemberAccounts.ofOrganization(ORGANIZATION))));
    expect(PROTECTED_ROLES).toContain(`:iam::*:role/${MEMBER_ROLE}`);
    expect(PROTECTED_ROLES).toContain(":iam::*:role/OrganizationAccountAccessRole");
    expect(PROTECTED_ROLES).toContain(":iam::*:role/AWSControlTowerExecution");
    expect(PROTECTED_ROLES).toContain(":iam::*:role/stacksets-exec-*");
  });
});

test("without members nothing of them is synthesized", () => {
  const { json } = Template.of(withMembers());
  for (const text of ["MEMBERS", "member-role-refused", "OrganizationAccountAccessRole"]) {
    expect(json).not.toContain(text);
  }
  const policies = Template.of(withMembers())
    .all(IamRolePolicy)
    .map(({ policy }) => Object.keys(statementsOf(policy)));
  expect(policies.flat().filter((sid) => /member|account/i.test(sid))).toEqual([]);
});

describe("by IAM's decision, the function", () => {
  const deployed = (members: MemberAccounts) => {
    const deployment = deploymentOf(withMembers(members));
    const [function_] = deployment.functions;
    return { functionArn: function_!.functionArn, role: roleOf(deployment, "GuardDuty-Response-Revoke-") };
  };

  /** What STS decides by the caller's policies; the member role's trust is looked at elsewhere. */
  async function assuming(members: MemberAccounts, accountId: string, changed: Record<string, string> = {}) {
    const { functionArn, role } = deployed(members);
    const { effect } = await decide({
      principal: `arn:aws:sts::${ACCOUNT}:assumed-role/${role.name}/GuardDuty-Response-RevokeSessions`,
      action: "sts:AssumeRole",
      resource: memberRole(accountId),
      accountId,
      context: { "aws:ResourceOrgID": ORGANIZATION, "lambda:SourceFunctionArn": functionArn, ...changed },
      identityPolicies: role.policies,
      resourcePolicy: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "sts:AssumeRole" }],
      },
    });
    return effect;
  }
  const organization = MemberAccounts.ofOrganization(ORGANIZATION, { except: [OTHER] });
  const named = MemberAccounts.named([MEMBER]);

  test("may assume a member's role", async () => {
    expect(await assuming(organization, MEMBER)).toBe("allowed");
    expect(await assuming(named, MEMBER)).toBe("allowed");
  });

  test("must not assume that of an account that is excepted", async () => {
    expect(await assuming(organization, OTHER)).toBe("explicitly denied");
  });

  test("must not assume that of an account that is not named, or of another organization", async () => {
    expect(await assuming(named, OTHER)).toBe("implicitly denied");
    expect(await assuming(organization, MEMBER, { "aws:ResourceOrgID": "o-z9y8x7w6v5" })).toBe("implicitly denied");
  });

  test("alone may do so, of all functions that are given its role", async () => {
    const other = { "lambda:SourceFunctionArn": `arn:aws:lambda:us-west-2:${ACCOUNT}:function:other` };
    expect(await assuming(organization, MEMBER, other)).toBe("implicitly denied");
  });
});

test("the function's policy fits into its role with as many members and settings as are accepted", () => {
  // GIVEN
  const accounts = Array.from({ length: 20 }, (_, index) => String(222222222200 + index));
  const make = (count: number) =>
    withMembers(MemberAccounts.named(accounts, { roleName: "m".repeat(64) }), {
      protectedRoles: Array.from(
        { length: count },
        (_, index) => `arn:aws:iam::${ACCOUNT}:role/${index}-${"n".repeat(61)}`,
      ),
      exemptTag: { key: "k".repeat(128), value: "v".repeat(256) },
      functionName: "f".repeat(64),
      functionRoleName: "r".repeat(64),
      topicName: "t".repeat(246),
    });
  let count = 1;
  const fits = (protectedRoles: number) => {
    try {
      make(protectedRoles);
      return true;
    } catch (error) {
      expect(String(error)).toContain("revocableRoles, members: must be at most 3400 bytes in all");
      return false;
    }
  };
  while (fits(count + 1)) count++;

  // WHEN
  const { policies } = roleOf(deploymentOf(make(count)), "rrrr");

  // THEN
  expect(count).toBeGreaterThan(5);
  expect(JSON.stringify(policies[0]!.policy).length).toBeLessThan(10_240);
});

describe("throws when", () => {
  test("ids, names and choices are not usable, all of them at once", () => {
    const members = MemberAccounts.ofOrganization("example", {
      except: ["1234", MEMBER, MEMBER],
      roleName: "m".repeat(65),
      rolePath: "no-slash",
    });
    const problems = problemsOf(() => withMembers(members, { revocableRoles: RevocableRoles.anyOfAccount() }));
    expect(problems.slice(1)).toEqual([
      '  - MemberAccounts.ofOrganization: must be the id of an organization such as o-a1b2c3d4e5; received "example"',
      '  - MemberAccounts.ofOrganization.except: must be the id of an account: twelve digits, in quotation marks; received "1234"',
      '  - MemberAccounts.ofOrganization.except: must name each account once; received "222222222222" twice; take one out',
      `  - members.roleName: must be 1 to 64 of A-Z a-z 0-9 +=,.@-_; received "${"m".repeat(65)}"`,
      '  - members.rolePath: must be a path such as /application/, which begins and ends with a slash and has no wildcards; received "no-slash"',
      "  - revocableRoles: must be of every account if other accounts are acted in; received RevocableRoles.anyOfAccount; choose roles by " +
        "path or tag, or say RevocableRoles.anyOfEveryAccount if every role of every account is meant",
    ]);
  });

  test("no account is named, an account is named twice, or too many are", () => {
    const accounts = Array.from({ length: 21 }, (_, index) => String(222222222200 + index));
    const problems = (ids: string[]) => problemsOf(() => withMembers(MemberAccounts.named(ids))).slice(1);
    expect(problems([])).toEqual(["  - MemberAccounts.named: must be at least one account; received none"]);
    expect(problems([MEMBER, MEMBER])).toEqual([
      '  - MemberAccounts.named: must name each account once; received "222222222222" twice; take one out',
    ]);
    expect(problems(accounts)).toEqual([
      "  - MemberAccounts.named: must be at most 20 accounts; received 21; use ofOrganization",
    ]);
  });
});

test("any role of every account may be revoked if that is said", () => {
  const revocableRoles = RevocableRoles.anyOfEveryAccount();
  const members = MemberAccounts.ofOrganization(ORGANIZATION);
  const { REVOCABLE_ROLES } = environmentOf(Template.of(withMembers(members, { revocableRoles })));
  expect(JSON.parse(REVOCABLE_ROLES)).toEqual({ any: true });
});

test("a role can be protected in every account", () => {
  const template = Template.of(withMembers(undefined, { protectedRoles: [ADMINISTRATOR] }));
  const { NeverProtectedRoles } = statementsOf(template.only(IamRolePolicy)["policy"]);
  expect(NeverProtectedRoles!.Resource).toContain(ADMINISTRATOR);
});
