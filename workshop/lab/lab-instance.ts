import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsIamSessionContext } from "@cdktf/provider-aws/lib/data-aws-iam-session-context";
import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { Construct } from "constructs";

import { jsonText } from "../../src/shared/attribute-text";
import type { LabBait } from "./lab-bait";
import type { LabNetwork } from "./lab-network";

/** The role whose credentials are stolen: the workshop's guide, its mails and its revocation all name it. */
export const LAB_ROLE_NAME = "GuardDuty-Example-EC2-Compromised";

/** The public parameter that holds the id of the newest Amazon Linux 2023 image for the instance's processor. */
const IMAGE_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

/**
 * What Session Manager's agent calls, and no more: the managed policy for it would also open every parameter.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
 */
const SESSION_MANAGER_ACTIONS = [
  "ssm:UpdateInstanceInformation",
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];

export interface LabInstanceProps {
  readonly network: LabNetwork;
  readonly bait: LabBait;
  /** @default - none */
  readonly permissionsBoundaryArn?: string;
}

/** The instance whose credentials are stolen: reachable through Session Manager only, with a role that may read the bait. */
export class LabInstance extends Construct {
  readonly instanceId: string;
  readonly roleName = LAB_ROLE_NAME;

  constructor(scope: Construct, id: string, { network, bait, permissionsBoundaryArn }: LabInstanceProps) {
    super(scope, id);
    const role = new IamRole(this, "role", {
      name: LAB_ROLE_NAME,
      description: "Workshop: the role whose credentials are stolen",
      assumeRolePolicy: jsonText({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
          { Sid: "Drill", Effect: "Allow", Principal: { AWS: this.deployer() }, Action: "sts:AssumeRole" },
        ],
      }),
      permissionsBoundary: permissionsBoundaryArn,
      // The revocation adds a policy that Terraform does not know of, and IAM deletes no role that still has one.
      forceDetachPolicies: true,
    });
    const permissions = new IamRolePolicy(this, "permissions", {
      name: "GuardDutyCompromisedPolicy",
      role: role.name,
      policy: jsonText({
        Version: "2012-10-17",
        Statement: [
          { Sid: "SessionManager", Effect: "Allow", Action: SESSION_MANAGER_ACTIONS, Resource: "*" },
          { Sid: "FindBait", Effect: "Allow", Action: "dynamodb:ListTables", Resource: "*" },
          {
            Sid: "ReadBait",
            Effect: "Allow",
            Action: ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"],
            Resource: bait.tableArn,
          },
          { Sid: "ReadBaitParameter", Effect: "Allow", Action: "ssm:GetParameter", Resource: bait.parameterArn },
        ],
      }),
    });
    const profile = new IamInstanceProfile(this, "profile", { name: LAB_ROLE_NAME, role: role.name });
    const image = new DataAwsSsmParameter(this, "image", { name: IMAGE_PARAMETER });
    this.instanceId = new Instance(this, "Resource", {
      ami: image.insecureValue,
      instanceType: "t3.micro",
      subnetId: network.subnetId,
      vpcSecurityGroupIds: [network.securityGroupId],
      iamInstanceProfile: profile.name,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required" },
      rootBlockDevice: { encrypted: true, volumeSize: 8 },
      tags: { Name: "GuardDuty-Example: Compromised Instance: Scenario 3" },
      // A newer image is no reason to replace an instance that somebody is working on.
      lifecycle: { ignoreChanges: ["ami"] },
      dependsOn: [permissions],
    }).id;
  }
  /** ARN of the role or user that deploys the lab, and may drill it. */
  private deployer(): string {
    const caller = new DataAwsCallerIdentity(this, "caller");
    // The ARN of a session would be another one at every login.
    return new DataAwsIamSessionContext(this, "deployer", { arn: caller.arn }).issuerArn;
  }
}
