import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { Testing } from "cdktf";

import { readSettings } from "../../workshop/settings";
import { LabStack } from "../../workshop/lab-stack";
import { Template } from "../support/template";

const template = Template.of(new LabStack(Testing.app(), "guardduty-lab", readSettings({}, {})));

test("the lab is one instance in a network of its own, with its role and its bait, and nothing else", () => {
  expect(template.counts).toEqual({
    aws_dynamodb_table: 1,
    aws_dynamodb_table_item: 1,
    aws_iam_instance_profile: 1,
    aws_iam_role: 1,
    aws_iam_role_policy: 1,
    aws_instance: 1,
    aws_internet_gateway: 1,
    aws_route: 1,
    aws_route_table: 1,
    aws_route_table_association: 1,
    aws_security_group: 1,
    aws_ssm_parameter: 1,
    aws_subnet: 1,
    aws_vpc: 1,
    aws_vpc_security_group_egress_rule: 1,
  });
});

test("instances may use the lab's role, and who deploys the lab may drill it", () => {
  const { Statement } = JSON.parse(template.only(IamRole)["assume_role_policy"] as string);
  expect(Statement).toEqual([
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
    {
      Sid: "Drill",
      Effect: "Allow",
      Principal: { AWS: expect.stringMatching(/^\$\{data\.aws_iam_session_context\.\w+\.issuer_arn\}$/) },
      Action: "sts:AssumeRole",
    },
  ]);
});

test("the lab's role has the boundary that is set, and otherwise none", () => {
  // GIVEN
  const permissionsBoundaryArn = "arn:aws:iam::123456789012:policy/boundary";
  // WHEN
  const bounded = Template.of(
    new LabStack(Testing.app(), "guardduty-lab", readSettings({ permissionsBoundaryArn }, {})),
  );
  // THEN
  expect(bounded.only(IamRole)["permissions_boundary"]).toBe(permissionsBoundaryArn);
  expect(template.only(IamRole)).not.toHaveProperty("permissions_boundary");
});

test("nothing is let in, and only HTTPS out", () => {
  // THEN
  const group = template.only(SecurityGroup);
  expect(group).not.toHaveProperty("ingress");
  expect(group).not.toHaveProperty("egress");
  expect(template.only(VpcSecurityGroupEgressRule)).toMatchObject({
    security_group_id: template.reference(SecurityGroup, "id"),
    ip_protocol: "tcp",
    from_port: 443,
    to_port: 443,
    cidr_ipv4: "0.0.0.0/0",
  });
  expect(template.only(Subnet)["map_public_ip_on_launch"]).toBe(true);
});

test("the instance has no key pair, demands tokens of its metadata service, and is encrypted", () => {
  // THEN
  const instance = template.only(Instance);
  expect(instance).not.toHaveProperty("key_name");
  expect(instance).toMatchObject({
    instance_type: "t3.micro",
    subnet_id: template.reference(Subnet, "id"),
    vpc_security_group_ids: [template.reference(SecurityGroup, "id")],
    iam_instance_profile: template.reference(IamInstanceProfile, "name"),
    metadata_options: { http_endpoint: "enabled", http_tokens: "required" },
    root_block_device: { encrypted: true },
  });
});

test("the image is the newest that AWS publishes, and a newer one does not replace the instance", () => {
  // THEN
  expect(template.onlyData(DataAwsSsmParameter)["name"]).toMatch(/^\/aws\/service\/ami-amazon-linux-latest\/al2023-/);
  expect(template.only(Instance)).toMatchObject({
    ami: template.dataReference(DataAwsSsmParameter, "insecure_value"),
    lifecycle: { ignore_changes: ["ami"] },
  });
});

test("the role can be destroyed while a revocation is attached", () => {
  expect(template.json).toHaveResourceWithProperties(IamRole, {
    name: "GuardDuty-Example-EC2-Compromised",
    force_detach_policies: true,
  });
});

test("the bait is invented, and no secret", () => {
  // THEN
  expect(template.only(DynamodbTable)).toMatchObject({
    name: "GuardDuty-Example-Customer-DB",
    billing_mode: "PAY_PER_REQUEST",
  });
  expect(template.only(SsmParameter)).toMatchObject({ type: "String", value: "bait-that-opens-nothing" });
});

test("everything says that it is a workshop's vulnerable resource", () => {
  expect(template.section("provider").aws[0].default_tags).toEqual([
    { tags: { Workshop: "GuardDuty-Example", Vulnerable: expect.stringContaining("on purpose") } },
  ]);
});
