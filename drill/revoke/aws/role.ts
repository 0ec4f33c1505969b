import { DescribeIamInstanceProfileAssociationsCommand } from "@aws-sdk/client-ec2";
import { GetRoleCommand, ListInstanceProfilesForRoleCommand } from "@aws-sdk/client-iam";

import type { Role } from "../../../lambda/revoke-sessions/triage";
import { readTrust } from "../../../lambda/revoke-sessions/trust";
import type { Clients } from "../../aws/clients";
import { unlessMissing } from "../../aws/errors";
import { listFunctions } from "../../aws/list-functions";
import { allPages } from "../../aws/pages";
import { enabledRegions, lookAt } from "../../aws/regions";
import type { RoleUsers } from "../role-users";

/** A role by its name; undefined if the account has none. */
export async function readRole(clients: Clients, RoleName: string): Promise<Role | undefined> {
  const found = await unlessMissing(clients.iam().send(new GetRoleCommand({ RoleName })));
  if (!found?.Role) return undefined;
  const { Arn = "", Path = "/", RoleId = "", Tags = [], AssumeRolePolicyDocument = "", RoleLastUsed } = found.Role;
  const at = RoleLastUsed?.LastUsedDate;
  return {
    arn: Arn,
    path: Path,
    roleId: RoleId,
    tags: Tags.map(({ Key = "", Value = "" }) => ({ key: Key, value: Value })),
    trust: readTrust(decodeURIComponent(AssumeRolePolicyDocument)),
    ...(at && { lastUsed: { at, region: RoleLastUsed.Region } }),
  };
}

/** Who uses a role, in every region of the account that is enabled. */
export async function readUsers(
  clients: Clients,
  roleName: string,
  { arn, trust, lastUsed }: Role,
): Promise<RoleUsers> {
  const profiles = await allPages(async (Marker) => {
    const page = await clients.iam().send(new ListInstanceProfilesForRoleCommand({ RoleName: roleName, Marker }));
    return { items: page.InstanceProfiles, next: page.IsTruncated ? page.Marker : undefined };
  });
  const profileArns = profiles.flatMap(({ Arn }) => Arn ?? []);
  const { seen, denied } = await lookAt(await enabledRegions(clients), clients, async (there, region) => {
    const [instances, functions] = await Promise.all([readInstances(there, profileArns), readFunctions(there, arn)]);
    return {
      instances: instances.map((each) => `${each}, in ${region}`),
      functions: functions.map((each) => `${each}, in ${region}`),
    };
  });
  return {
    instances: seen.flatMap(({ instances }) => instances),
    functions: seen.flatMap(({ functions }) => functions),
    unseen: denied.map(({ region }) => region),
    lastUsed,
    trust,
  };
}

async function readInstances(clients: Clients, profileArns: readonly string[]): Promise<string[]> {
  if (profileArns.length === 0) return [];
  const associations = await allPages(async (NextToken) => {
    const page = await clients.ec2().send(new DescribeIamInstanceProfileAssociationsCommand({ NextToken }));
    return { items: page.IamInstanceProfileAssociations, next: page.NextToken };
  });
  return associations.flatMap(({ IamInstanceProfile, InstanceId = "" }) =>
    profileArns.includes(IamInstanceProfile?.Arn ?? "") ? InstanceId : [],
  );
}

async function readFunctions(clients: Clients, roleArn: string): Promise<string[]> {
  const functions = await listFunctions(clients);
  return functions.flatMap(({ Role, FunctionName = "" }) => (Role === roleArn ? FunctionName : []));
}
