import type { AwsAccount } from "../api/account";
import type { AwsCall } from "../api/endpoint";
import type { Denial } from "../iam/denial";
import { decide, type Decision } from "../iam/simulator";
import { LocalAwsError } from "../local-aws-error";
import type { Deployment } from "../terraform/deployment";
import { denialOf, explained } from "./refusal";
import { type RoleSession, sessionRequest, type Use } from "./role-session";
import { keyUses } from "./topic-key";

/** Decides what a session may do now: by the inline policies that its role has now, and by those of its account's organization. */
export async function decideForSession(
  account: AwsAccount,
  session: RoleSession,
  action: string,
  resource: string,
): Promise<Decision> {
  if (!account.roles.has(session.roleName)) {
    throw new LocalAwsError(`the account has no role ${session.roleName}: no stack declares it`);
  }
  return decide(sessionRequest(account, session, { action, resource, ...trustOf(account, action, resource) }));
}

/** Why a session may not make a call; undefined if it may. */
export async function denialOfCall(
  deployment: Deployment,
  account: AwsAccount,
  session: RoleSession,
  { service, action, resource }: AwsCall,
): Promise<Denial | undefined> {
  const topic = service === "sns" ? deployment.topics.find(({ arn }) => arn === resource) : undefined;
  const asked = `${service}:${action}`;
  return denialOfRole(account, session, [
    { action: asked, resource, resourcePolicy: topic?.policy, ...trustOf(account, asked, resource) },
    ...keyUses(deployment, topic),
  ]);
}

/** Why a role may not do one of several things, in words; undefined if it may do all. */
export async function refusalOfRole(
  account: AwsAccount,
  session: RoleSession,
  uses: readonly Use[],
): Promise<string | undefined> {
  return explained(await denialOfRole(account, session, uses));
}

async function denialOfRole(
  account: AwsAccount,
  session: RoleSession,
  uses: readonly Use[],
): Promise<Denial | undefined> {
  for (const use of uses) {
    const request = sessionRequest(account, session, use);
    const decision = await decide(request);
    if (decision.effect !== "allowed") return denialOf(request.principal, use, decision, "identity-based policy");
  }
  return undefined;
}

/** Who assumes a role needs the role's trust. */
function trustOf(account: AwsAccount, action: string, resource: string): Pick<Use, "resourcePolicy"> {
  if (action !== "sts:AssumeRole") return {};
  const accounts = [account, ...account.neighbours.values()];
  const role = accounts.flatMap(({ roles }) => [...roles.values()]).find(({ arn }) => arn === resource);
  return { resourcePolicy: role?.trustPolicy };
}
