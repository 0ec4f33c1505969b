import { DescribeInstancesCommand, EC2Client, type Instance } from "@aws-sdk/client-ec2";

import type { RoleUse } from "../impact";
import { clientConfiguration } from "./client";

const ec2 = new EC2Client(clientConfiguration);

const EXISTING = [{ Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] }];

/** The instances of this account and region that carry one of the instance profiles, given by their ARNs. */
export async function findInstances(profileArns: readonly string[], abortSignal: AbortSignal): Promise<RoleUse[]> {
  const uses: RoleUse[] = [];
  let NextToken: string | undefined;
  do {
    const command = new DescribeInstancesCommand({ Filters: EXISTING, MaxResults: 1_000, NextToken });
    const page = await ec2.send(command, { abortSignal });
    const instances = (page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    uses.push(...instances.filter((instance) => carriesOneOf(profileArns, instance)).map(toRoleUse));
    NextToken = page.NextToken;
  } while (NextToken);
  return uses;
}

/** Looked at here: not every endpoint that answers for EC2 filters by instance profile. */
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
