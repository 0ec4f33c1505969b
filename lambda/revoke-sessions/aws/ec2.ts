import { DescribeInstancesCommand, EC2Client, type Instance } from "@aws-sdk/client-ec2";

import type { RoleUse } from "../incident";
import { clientConfiguration, type CredentialSource } from "./client";

const NOT_TERMINATED = [{ Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] }];

/** The instances of an account and region that carry one of the instance profiles, given by their ARNs. */
export async function findInstances(
  credentials: CredentialSource,
  region: string,
  profileArns: readonly string[],
  abortSignal: AbortSignal,
): Promise<RoleUse[]> {
  const ec2 = new EC2Client(clientConfiguration(credentials, region));
  const uses: RoleUse[] = [];
  let NextToken: string | undefined;
  do {
    const command = new DescribeInstancesCommand({ Filters: NOT_TERMINATED, MaxResults: 1_000, NextToken });
    const page = await ec2.send(command, { abortSignal });
    const instances = (page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    uses.push(...instances.filter((instance) => carriesOneOf(profileArns, instance)).map(toRoleUse));
    NextToken = page.NextToken;
  } while (NextToken);
  return uses;
}

/** Filtered here: not every endpoint that stands in for EC2 filters by instance profile. */
function carriesOneOf(profileArns: readonly string[], { IamInstanceProfile }: Instance): boolean {
  return IamInstanceProfile?.Arn !== undefined && profileArns.includes(IamInstanceProfile.Arn);
}

function toRoleUse({ InstanceId, State, Tags }: Instance): RoleUse {
  return {
    instanceId: InstanceId ?? "unknown",
    name: Tags?.find(({ Key }) => Key === "Name")?.Value,
    state: State?.Name ?? "unknown",
  };
}
