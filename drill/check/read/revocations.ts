import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { GetAccountAuthorizationDetailsCommand } from "@aws-sdk/client-iam";

import type { Clients } from "../../aws/clients";
import { readOutcomes } from "../../aws/outcomes";
import { allPages } from "../../aws/pages";
import { enabledRegions, lookAt } from "../../aws/regions";
import { type ReadOutcome, type ReadRevocation, type RevocationContext, revokes } from "../judge/revocations";

/** The policies that revoke sessions of any role of the account. */
export async function readRevocations(clients: Clients): Promise<ReadRevocation[]> {
  const roles = await allPages(async (Marker) => {
    const page = await clients.iam().send(new GetAccountAuthorizationDetailsCommand({ Filter: ["Role"], Marker }));
    return { items: page.RoleDetailList, next: page.IsTruncated ? page.Marker : undefined };
  });
  return roles.flatMap(({ RoleName = "", RolePolicyList = [] }) =>
    RolePolicyList.filter(({ PolicyName = "" }) => revokes(PolicyName)).map(
      ({ PolicyName = "", PolicyDocument = "" }) => ({
        roleName: RoleName,
        policyName: PolicyName,
        document: decodeURIComponent(PolicyDocument),
      }),
    ),
  );
}

/**
 * Which of some instances exist, in any region of the account. A response in another region locks instances of that one.
 *
 * @throws AWS's refusal if none of the regions may be looked at.
 */
export async function readInstances(
  clients: Clients,
  instanceIds: readonly string[],
): Promise<Pick<RevocationContext, "instances" | "unseen">> {
  if (instanceIds.length === 0) return { instances: [], unseen: [] };
  const Filters = [
    { Name: "instance-id", Values: [...instanceIds] },
    { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped", "shutting-down"] },
  ];
  const { seen, denied } = await lookAt(await enabledRegions(clients), clients, async (there) => {
    const { Reservations = [] } = await there.ec2().send(new DescribeInstancesCommand({ Filters }));
    return Reservations.flatMap(({ Instances = [] }) => Instances.flatMap(({ InstanceId }) => InstanceId ?? []));
  });
  if (seen.length === 0 && denied[0]) throw denied[0].error;
  return { instances: seen.flat(), unseen: denied.map(({ region }) => region) };
}

/** For which findings the function has revoked since a time, as its log tells. */
export async function readHandled(clients: Clients, logGroupName: string, since: Date): Promise<ReadOutcome[]> {
  const lines = await readOutcomes(clients, logGroupName, since);
  return lines.flatMap((line) => {
    if (line.outcome === "not-revoked" || line.role === undefined) return [];
    return [{ findingId: line.findingId, roleName: line.role, cutoff: line.cutoff }];
  });
}
