import { CloudformationStackInstances } from "@cdktf/provider-aws/lib/cloudformation-stack-instances";
import { CloudformationStackSet } from "@cdktf/provider-aws/lib/cloudformation-stack-set";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";

import {
  MemberRole,
  MemberRoleStackSet,
  type MemberRoleStackSetProps,
  memberRoleTemplate,
  RevocableRoles,
} from "../../src";
import { problemsOf, Template } from "../support/template";

const UNIT = "ou-ab12-cd34ef56";
const SETTINGS = {
  trust: { securityAccountId: "111122223333", organizationId: "o-a1b2c3d4e5" },
  limits: {
    revocableRoles: RevocableRoles.withPath("/application/"),
    protectedRoles: ["arn:aws:iam::*:role/BreakGlass"],
    activity: true,
    requiredBoundary: "arn:aws:iam::*:policy/workload",
  },
};

const stackSet = (props: Partial<MemberRoleStackSetProps> = {}) =>
  Template.from((stack) => {
    new MemberRoleStackSet(stack, "roles", { ...SETTINGS, organizationalUnitIds: [UNIT], ...props });
  });

/** The role of a template, as CloudFormation makes it. */
const roleIn = (template: string) => JSON.parse(template).Resources.MemberRole.Properties;

test("the role is word for word the same, whether a StackSet, a template or Terraform makes it", () => {
  // GIVEN
  const partition = (text: string) => text.replaceAll(/\$\{data\.aws_partition\.[^}]+\}/g, "aws");

  // WHEN
  const template = roleIn(memberRoleTemplate(SETTINGS));
  const deployed = roleIn(partition(stackSet().only(CloudformationStackSet)["template_body"]));
  const terraform = Template.from((stack) => new MemberRole(stack, "role", SETTINGS));
  const [role, policy] = [terraform.only(IamRole), terraform.only(IamRolePolicy)];

  // THEN
  expect(deployed).toEqual(template);
  expect({
    RoleName: role["name"],
    Path: role["path"],
    Description: role["description"],
    AssumeRolePolicyDocument: JSON.parse(partition(role["assume_role_policy"])),
    Policies: [{ PolicyName: policy["name"], PolicyDocument: JSON.parse(partition(policy["policy"])) }],
  }).toEqual(template);
});

test("AWS deploys it to all accounts of the units by itself, those to come included, each once", () => {
  // WHEN
  const template = stackSet();

  // THEN
  expect(template.counts).toEqual({ aws_cloudformation_stack_set: 1, aws_cloudformation_stack_instances: 1 });
  expect(template.only(CloudformationStackSet)).toMatchObject({
    name: "GuardDuty-Response-Member",
    permission_model: "SERVICE_MANAGED",
    call_as: "SELF",
    auto_deployment: { enabled: true, retain_stacks_on_account_removal: false },
    capabilities: ["CAPABILITY_NAMED_IAM"],
    lifecycle: { ignore_changes: ["administration_role_arn"] },
  });
  expect(template.only(CloudformationStackInstances)).toMatchObject({
    regions: ["us-east-1"],
    call_as: "SELF",
    deployment_targets: { organizational_unit_ids: [UNIT] },
    operation_preferences: { failure_tolerance_percentage: 100, max_concurrent_percentage: 100 },
  });
});

test("a delegated administrator deploys it, to another region and under another name, if that is said", () => {
  const template = stackSet({ callAs: "DELEGATED_ADMIN", region: "eu-central-1", stackSetName: "member-roles" });
  expect(template.only(CloudformationStackSet)).toMatchObject({ call_as: "DELEGATED_ADMIN", name: "member-roles" });
  expect(template.only(CloudformationStackInstances)).toMatchObject({
    call_as: "DELEGATED_ADMIN",
    regions: ["eu-central-1"],
  });
});

test("the template holds nothing that Terraform or CloudFormation would evaluate", () => {
  const template = memberRoleTemplate({ ...SETTINGS, partition: "aws-us-gov" });
  expect(template).not.toMatch(/[$%]\{|"Fn::|"Ref"/);
  expect(template).not.toContain("arn:aws:iam::111122223333");
  expect(template).toContain("arn:aws-us-gov:iam::111122223333:root");
});

describe("throws when", () => {
  test("props are not usable, naming all of them at once", () => {
    const problems = problemsOf(() =>
      stackSet({
        trust: { securityAccountId: "1" },
        limits: { revocableRoles: RevocableRoles.anyOfAccount() },
        organizationalUnitIds: ["root", UNIT, UNIT],
        region: "everywhere",
        stackSetName: "1st",
      }),
    );
    expect(problems.slice(1).map((problem) => problem.split(":")[0])).toEqual([
      "  - trust.securityAccountId",
      "  - limits.revocableRoles",
      "  - organizationalUnitIds[0]",
      "  - organizationalUnitIds",
      "  - region",
      "  - stackSetName",
    ]);
  });

  test("no unit is named", () => {
    expect(problemsOf(() => stackSet({ organizationalUnitIds: [] }))[1]).toContain("must be at least one");
  });

  test("a template is of any role, and nobody has said that every account is meant", () => {
    const limits = (revocableRoles: RevocableRoles) => ({ ...SETTINGS, limits: { revocableRoles } });
    expect(problemsOf(() => memberRoleTemplate(limits(RevocableRoles.anyOfAccount())))[0]).toBe(
      "memberRoleTemplate: invalid props:",
    );
    expect(memberRoleTemplate(limits(RevocableRoles.anyOfEveryAccount()))).toContain("RevokeAnyRole");
  });
});
