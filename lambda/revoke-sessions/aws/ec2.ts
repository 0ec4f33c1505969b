import { DescribeInstancesCommand, EC2Client, type Instance } from "@aws-sdk/client-ec2";
import { IAMClient, ListInstanceProfilesForRoleCommand } from "@aws-sdk/client-iam";

import type { RoleUse } from "../impact";
import { clientConfiguration } from "./client";

/** It only enriches a report that is waiting to be sent: what does not answer soon is left out. */
const enrichment = { ...clientConfiguration, maxAttempts: 2 };
const iam = new IAMClient(enrichment);
const ec2 = new EC2Client(enrichment);

const EXISTING = [{ Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] }];

/** The instances of this account and region whose instance profile holds the role. */
export async function findRoleUse(roleName: string, abortSignal: AbortSignal): Promise<RoleUse[]> {
  const profiles = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: roleName }), { abortSignal });
  const arns = new Set((profiles.InstanceProfiles ?? []).map(({ Arn }) => Arn));
  const uses: RoleUse[] = [];
  let NextToken: string | undefined;
  do {
    if (arns.size === 0) break;
    const page = await ec2.send(new DescribeInstancesCommand({ Filters: EXISTING, MaxResults: 1_000, NextToken }), {
      abortSignal,
    });
    const instances = (page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    uses.push(...instances.filter(({ IamInstanceProfile }) => arns.has(IamInstanceProfile?.Arn)).map(toRoleUse));
    NextToken = page.NextToken;
  } while (NextToken);
  return uses;
}

function toRoleUse({ InstanceId, State, Tags }: Instance): RoleUse {
  return {
    instanceId: InstanceId ?? "unknown",
    name: Tags?.find(({ Key }) => Key === "Name")?.Value,
    state: State?.Name ?? "unknown",
  };
}
