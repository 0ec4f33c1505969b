import { IamRole } from "@cdktf/provider-aws/lib/iam-role";

import { type AccessRequest, decide } from "../../local-aws/iam/simulator";
import { MemberRole, type MemberRoleProps, RevocableRoles } from "../../src";
import { deploymentOf, roleOf } from "../support/deployment";
import { problemsOf, Template, testStack } from "../support/template";

const SECURITY = "111122223333";
const MEMBER = "123456789012";
const ORGANIZATION = "o-a1b2c3d4e5";
const TRUST = { securityAccountId: SECURITY, organizationId: ORGANIZATION };
const LIMITS = { revocableRoles: RevocableRoles.withPath("/application/") };

const withRole = (props: Partial<MemberRoleProps> = {}) => {
  const stack = testStack();
  new MemberRole(stack, "member-role", { trust: TRUST, limits: LIMITS, ...props });
  return stack;
};
const deployed = (props?: Partial<MemberRoleProps>) =>
  roleOf(deploymentOf(withRole(props)), "GuardDuty-Response-Member");

/** A service control policy that denies an action, but to some principals. */
const denying = (Action: string, ...excepted: string[]) => ({
  name: "scp",
  policy: {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Action,
        Resource: "*",
        Condition: { ArnNotLike: { "aws:PrincipalArn": ["arn:aws:iam::*:role/pipeline", ...excepted] } },
      },
    ],
  },
});

describe("the member role is assumed", () => {
  const FUNCTION_ROLE = `arn:aws:iam::${SECURITY}:role/GuardDuty-Response-Revoke-us-west-2`;
  const ALLOW_ALL = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

  /** What STS decides about a role that may do everything, as far as its own account is asked. */
  async function assuming(
    roleArn: string,
    changed: Partial<AccessRequest> = {},
    trust: MemberRoleProps["trust"] = TRUST,
  ) {
    const { arn, trustPolicy } = deployed({ trust, roleName: "GuardDuty-Response-Member" });
    const [, , , , accountId, role] = roleArn.split(":");
    const { effect } = await decide({
      principal: `arn:aws:sts::${accountId}:assumed-role/${role!.split("/").at(-1)}/session`,
      action: "sts:AssumeRole",
      resource: arn,
      accountId: MEMBER,
      context: { "aws:PrincipalArn": roleArn, "aws:PrincipalOrgID": ORGANIZATION },
      identityPolicies: [{ name: "everything", policy: ALLOW_ALL }],
      resourcePolicy: trustPolicy,
      ...changed,
    });
    return effect;
  }

  test("by the function's role, of any region", async () => {
    expect(await assuming(FUNCTION_ROLE)).toBe("allowed");
    expect(await assuming(FUNCTION_ROLE.replace("us-west-2", "eu-west-1"))).toBe("allowed");
  });

  test.each([
    ["another role of the security account, even if it may do everything", `arn:aws:iam::${SECURITY}:role/Admin`],
    ["a role of that name below a path", `arn:aws:iam::${SECURITY}:role/x/GuardDuty-Response-Revoke-us-west-2`],
    ["a role of that name of another account", "arn:aws:iam::444444444444:role/GuardDuty-Response-Revoke-us-west-2"],
  ])("not by %s", async (_, roleArn) => {
    expect(await assuming(roleArn)).toBe("implicitly denied");
  });

  test.each([
    ["from another organization", { "aws:PrincipalArn": FUNCTION_ROLE, "aws:PrincipalOrgID": "o-z9y8x7w6v5" }],
    ["from no organization", { "aws:PrincipalArn": FUNCTION_ROLE }],
  ])("not %s", async (_, context) => {
    expect(await assuming(FUNCTION_ROLE, { context })).toBe("implicitly denied");
  });

  test("not if the security account's service control policy denies it", async () => {
    const decision = await assuming(FUNCTION_ROLE, { serviceControlPolicies: [denying("sts:AssumeRole")] });
    expect(decision).toBe("explicitly denied");
  });

  test("not with session tags", async () => {
    expect(await assuming(FUNCTION_ROLE, { action: "sts:TagSession" })).toBe("implicitly denied");
  });

  test("by the function of the response with the same prefix, and not by another response's", async () => {
    const trust = { ...TRUST, prefix: "Web" };
    expect(await assuming(`arn:aws:iam::${SECURITY}:role/Web-Revoke-us-west-2`, {}, trust)).toBe("allowed");
    expect(await assuming(FUNCTION_ROLE, {}, trust)).toBe("implicitly denied");
  });

  test("by a role that is named in place of the function's usual one, and then by no other", async () => {
    const trust = { ...TRUST, functionRoleName: "revoker-*" };
    expect(await assuming(`arn:aws:iam::${SECURITY}:role/revoker-eu-west-1`, {}, trust)).toBe("allowed");
    expect(await assuming(FUNCTION_ROLE, {}, trust)).toBe("implicitly denied");
  });
});

describe("the member role", () => {
  const roleArn = (name: string) => `arn:aws:iam::${MEMBER}:role/${name}`;

  async function may(
    action: string,
    resource: string,
    props: Partial<MemberRoleProps> = {},
    changed: Partial<AccessRequest> = {},
  ) {
    const { name, policies } = deployed(props);
    const { effect, statements } = await decide({
      principal: `arn:aws:sts::${MEMBER}:assumed-role/${name}/finding-1`,
      action,
      resource,
      accountId: MEMBER,
      identityPolicies: policies,
      ...changed,
    });
    return [effect, ...statements.map(({ statement }) => statement.Sid)].join(": ");
  }
  const write = (name: string, props?: Partial<MemberRoleProps>, context: Record<string, string> = {}) =>
    may("iam:PutRolePolicy", roleArn(name), props, { context });

  test("may revoke the roles that were chosen, and no other", async () => {
    const tagged = { limits: { revocableRoles: RevocableRoles.tagged("team", "a") } };
    expect(await write("application/web")).toBe("allowed: RevokeRolesByPath");
    expect(await write("web")).toBe("implicitly denied");
    expect(await write("web", tagged, { "aws:ResourceTag/team": "a" })).toBe("allowed: RevokeRolesByTag");
    expect(await write("web", tagged, { "aws:ResourceTag/team": "b" })).toBe("implicitly denied");
  });

  test.each([
    "guardduty-response/GuardDuty-Response-Member",
    "OrganizationAccountAccessRole",
    "AWSControlTowerExecution",
    "stacksets-exec-0123456789abcdef",
    "ops/BreakGlass",
  ])("must not write on %s, whatever was chosen", async (name) => {
    const protectedRoles = ["arn:aws:iam::*:role/BreakGlass"];
    const limits = { revocableRoles: RevocableRoles.anyOfAccount(), protectedRoles };
    expect(await write(name, { limits })).toBe("explicitly denied: NeverProtectedRoles");
  });

  test("must not write on an exempt role", async () => {
    const exempt = { "aws:ResourceTag/guardduty-response": "exempt" };
    expect(await write("application/web", {}, exempt)).toBe("explicitly denied: NeverExemptRoles");
  });

  test("must not write if the member's service control policy denies it, unless that excepts the member role", async () => {
    const context = { "aws:PrincipalArn": roleArn("guardduty-response/GuardDuty-Response-Member") };
    const under = (...excepted: string[]) =>
      may(
        "iam:PutRolePolicy",
        roleArn("application/web"),
        {},
        {
          context,
          serviceControlPolicies: [denying("iam:PutRolePolicy", ...excepted)],
        },
      );
    expect(await under()).toMatch(/^explicitly denied/);
    expect(await under("arn:aws:iam::*:role/guardduty-response/GuardDuty-Response-Member")).toBe(
      "allowed: RevokeRolesByPath",
    );
  });

  test("may write only on roles that have the permissions boundary that is required", async () => {
    const props = { limits: { ...LIMITS, requiredBoundary: "arn:aws:iam::*:policy/workload" } };
    const bounded = (name: string) => ({ "iam:PermissionsBoundary": `arn:aws:iam::${MEMBER}:policy/${name}` });
    expect(await write("application/web", props, bounded("workload"))).toBe("allowed: RevokeRolesByPath");
    expect(await write("application/web", props, bounded("other"))).toBe("implicitly denied");
    expect(await write("application/web", props)).toBe("implicitly denied");
  });

  test.each(["iam:DeleteRolePolicy", "iam:PassRole", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"])(
    "must not call %s",
    async (action) => {
      expect(await may(action, roleArn("application/web"))).toBe("implicitly denied");
    },
  );

  test("may look at what it revokes, and in CloudTrail only if that is asked for", async () => {
    for (const action of ["iam:GetRole", "iam:GetRolePolicy", "iam:ListInstanceProfilesForRole"]) {
      expect(await may(action, roleArn("web"))).toBe("allowed: LookAtRoles");
    }
    expect(await may("ec2:DescribeInstances", "*")).toBe("allowed: LookWhoElseIsHit");
    expect(await may("cloudtrail:LookupEvents", "*")).toBe("implicitly denied");
    const props = { limits: { ...LIMITS, activity: true } };
    expect(await may("cloudtrail:LookupEvents", "*", props)).toBe("allowed: LookWhatWasDone");
  });

  test("is called after the response's prefix, unless it has a name", () => {
    const pathAndName = (props: Partial<MemberRoleProps>) => {
      const { name, path } = Template.of(withRole(props)).only(IamRole);
      return `${path}${name}`;
    };
    expect(pathAndName({ trust: { ...TRUST, prefix: "Web" } })).toBe("/guardduty-response/Web-Member");
    expect(pathAndName({ roleName: "revoker", rolePath: "/" })).toBe("/revoker");
  });
});

test("throws when props are not usable, naming all of them at once", () => {
  const problems = problemsOf(() =>
    withRole({
      trust: { securityAccountId: "1", organizationId: "x", prefix: "a b", functionRoleName: "*" },
      limits: { revocableRoles: RevocableRoles.withPath("app"), requiredBoundary: "workload" },
      roleName: "m".repeat(65),
    }),
  );
  expect(problems.slice(1).map((problem) => problem.split(":")[0])).toEqual([
    "  - trust.securityAccountId",
    "  - trust.organizationId",
    "  - trust.prefix",
    "  - trust.functionRoleName",
    "  - roleName",
    "  - limits.RevocableRoles.withPath",
    "  - limits.requiredBoundary",
  ]);
});
