import { DescribeInstancesCommand, EC2Client, type Instance } from "@aws-sdk/client-ec2";
import { IAMClient, ListInstanceProfilesForRoleCommand } from "@aws-sdk/client-iam";

import type { RoleUse } from "../impact";
import { clientConfiguration } from "./client";

/** It only enriches a report that is waiting to be sent: what does not answer soon is left out. */
const enrichment = { ...clientConfiguration, maxAttempts: 2 };
const iam = new IAMClient(enrichment);
const ec2 = new EC2Client(enrichment);

/** EC2 takes up to 200 values in a filter; a role with more instance profiles than that is nobody's. */
const MOST_PROFILES = 200;

/** The instances of this account and region whose instance profile holds the role, whatever state they are in. */
export async function findRoleUse(roleName: string, abortSignal: AbortSignal): Promise<RoleUse[]> {
  const profiles = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: roleName }), { abortSignal });
  const arns = (profiles.InstanceProfiles ?? []).flatMap(({ Arn }) => Arn ?? []).slice(0, MOST_PROFILES);
  if (arns.length === 0) return [];
  const uses: RoleUse[] = [];
  let NextToken: string | undefined;
  do {
    const Filters = [{ Name: "iam-instance-profile.arn", Values: arns }];
    const page = await ec2.send(new DescribeInstancesCommand({ Filters, NextToken }), { abortSignal });
    uses.push(...(page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []).map(toRoleUse));
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
