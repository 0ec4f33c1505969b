import { GetRoleCommand, GetRolePolicyCommand } from "@aws-sdk/client-iam";

import type { MembersSpec } from "../../../src/contract/members";
import { assumeRole } from "../../aws/assume-role";
import type { Clients } from "../../aws/clients";
import { oneLine, unlessMissing } from "../../aws/errors";
import type { ReadMember, ReadMemberRole } from "../judge/members";
import { PERMISSIONS_POLICY } from "../judge/permissions";

/** How member accounts are looked into. */
export interface MemberSample {
  /** Ids of the accounts. */
  readonly accountIds: readonly string[];
  /** Name of a role that each has, and that the operator may assume. */
  readonly auditRole: string;
}

/** Looks into member accounts, each with a session of a role of its own. */
export async function readMembers(
  clients: Clients,
  partition: string,
  { role }: MembersSpec,
  { accountIds, auditRole }: MemberSample,
): Promise<ReadMember[]> {
  return Promise.all(
    accountIds.map(async (accountId): Promise<ReadMember> => {
      try {
        const audit = await assumeRole(clients, `arn:${partition}:iam::${accountId}:role/${auditRole}`, "drill-check");
        return { accountId, role: await readMemberRole(audit.clients, role.split("/").at(-1)!) };
      } catch (error) {
        return { accountId, closed: oneLine(error) };
      }
    }),
  );
}

async function readMemberRole(clients: Clients, RoleName: string): Promise<ReadMemberRole | undefined> {
  const iam = clients.iam();
  const found = await unlessMissing(iam.send(new GetRoleCommand({ RoleName })));
  if (!found?.Role) return undefined;
  const { Arn = "", AssumeRolePolicyDocument = "{}" } = found.Role;
  const policy = await unlessMissing(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: PERMISSIONS_POLICY })));
  return {
    arn: Arn,
    trustPolicy: decodeURIComponent(AssumeRolePolicyDocument),
    permissions: policy?.PolicyDocument && decodeURIComponent(policy.PolicyDocument),
  };
}
