import {
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";

import type { Clients } from "../../aws/clients";
import { unlessMissing } from "../../aws/errors";
import { allPages } from "../../aws/pages";
import { PERMISSIONS_POLICY, type ReadRole } from "../judge/permissions";

/** A role with all that gives it permissions; undefined if it does not exist. */
export async function readRole(clients: Clients, RoleName: string): Promise<ReadRole | undefined> {
  const iam = clients.iam();
  const found = await unlessMissing(iam.send(new GetRoleCommand({ RoleName })));
  if (!found) return undefined;
  const [inlinePolicies, attached, permissions] = await Promise.all([
    allPages(async (Marker) => {
      const page = await iam.send(new ListRolePoliciesCommand({ RoleName, Marker }));
      return { items: page.PolicyNames, next: page.IsTruncated ? page.Marker : undefined };
    }),
    allPages(async (Marker) => {
      const page = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName, Marker }));
      return { items: page.AttachedPolicies, next: page.IsTruncated ? page.Marker : undefined };
    }),
    unlessMissing(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: PERMISSIONS_POLICY }))),
  ]);
  return {
    trustPolicy: decodeURIComponent(found.Role?.AssumeRolePolicyDocument ?? ""),
    inlinePolicies,
    attachedPolicies: attached.flatMap(({ PolicyArn }) => PolicyArn ?? []),
    permissions: permissions?.PolicyDocument && decodeURIComponent(permissions.PolicyDocument),
  };
}
