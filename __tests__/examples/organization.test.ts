import { CloudformationStackSet } from "@cdktf/provider-aws/lib/cloudformation-stack-set";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Testing } from "cdktf";

import { OrganizationStack } from "../../examples/organization/organization-stack";
import { Template } from "../support/template";
import { describeWithTerraform } from "../support/terraform";

const PROPS = {
  organizationId: "o-a1b2c3d4e5",
  organizationalUnitIds: ["ou-ab12-cd34ef56"],
  securityAccountId: "111122223333",
  managementAccountId: "444455556666",
  deploymentRoleName: "Deploy",
};

const makeStack = () => new OrganizationStack(Testing.app(), "organization", PROPS);

describe("the organization of the examples", () => {
  const template = Template.of(makeStack());
  const memberRole = () => template.all(IamRole).find(({ provider }) => provider === "aws.management")!;

  test("has one function, which assumes the very role that members have", () => {
    // GIVEN
    const { MEMBERS } = template.only(LambdaFunction)["environment"].variables;

    // THEN
    const { name, path } = memberRole();
    expect(JSON.parse(MEMBERS)).toEqual({ organization: PROPS.organizationId, role: `${path}${name}` });
  });

  test("gives members by StackSet the role that the management account has", () => {
    // GIVEN
    const stackSet = template.only(CloudformationStackSet);
    const inTemplate = JSON.parse(stackSet["template_body"]).Resources.MemberRole.Properties;

    // THEN
    const permissions = template.all(IamRolePolicy).find(({ provider }) => provider === "aws.management")!;
    expect(stackSet["provider"]).toBe("aws.management");
    expect(inTemplate.AssumeRolePolicyDocument).toEqual(JSON.parse(memberRole()["assume_role_policy"]));
    expect(inTemplate.Policies[0].PolicyDocument).toEqual(JSON.parse(permissions["policy"]));
  });

  test("forwards the findings of the second region to the bus of the first", () => {
    const targets = template.all(CloudwatchEventTarget).filter(({ provider }) => provider === "aws.virginia");
    expect(targets.map(({ arn }) => arn)).toEqual([expect.stringContaining("aws_cloudwatch_event_bus_policy")]);
  });
});

describeWithTerraform("the organization of the examples, as Terraform", () => {
  test("is valid", () => {
    const stack = makeStack();
    stack.addOverride("terraform.required_providers.aws.version", ">= 5.100.0, < 7.0.0");
    expect(Testing.fullSynth(stack)).toBeValidTerraform();
  }, 120_000);
});
