import type { AwsAccount } from "../../local-aws/api/account";
import type { PolicyDocument } from "../../local-aws/iam/policy";
import type { Deployment } from "../../local-aws/terraform/deployment";
import type { ReplayedEvent } from "./finding-input";

/** Where the names of roles begin that AWS keeps under paths of its own. */
const RESERVED_PATHS: readonly [prefix: string, path: string][] = [
  ["AWSServiceRoleFor", "/aws-service-role/"],
  ["AWSReservedSSO_", "/aws-reserved/sso.amazonaws.com/"],
];

/**
 * Makes sure that the account has the role whose session the finding calls stolen, and the instance that it was stolen
 * from.
 *
 * @returns what was supposed, in words.
 */
export function supposeRole(account: AwsAccount, event: Record<string, unknown>): string[] {
  const owner = valueAt(event, "detail", "accountId") ?? account.accountId;
  const name = valueAt(event, "detail", "resource", "accessKeyDetails", "userName");
  const principal = String(valueAt(event, "detail", "resource", "accessKeyDetails", "principalId"));
  const [, roleId, session = ""] = /^(AROA\w+)(?::(.*))?$/.exec(principal) ?? [];
  if (owner !== account.accountId || typeof name !== "string" || roleId === undefined) return [];

  const existing = account.roles.get(name);
  const path = existing?.path ?? RESERVED_PATHS.find(([prefix]) => name.startsWith(prefix))?.[1] ?? "/";
  const policies = Object.fromEntries(
    [...(existing?.policies ?? [])].map(([policyName, document]) => [policyName, JSON.parse(document)]),
  );
  const { service, users } = usersOf(session);
  const { arn } = account.addRole({ trustPolicy: trustIn(service), ...existing, name, path, roleId, policies });
  const supposed = `the account has the role ${arn} with the id ${roleId}`;
  if (!INSTANCE.test(session)) {
    return [existing ? supposed : `${supposed}, which ${users} may assume`];
  }
  account.addInstance({
    instanceId: session,
    instanceProfileArn: account.addInstanceProfile({ name: session, roleName: name }).arn,
  });
  return [`${supposed}, and the instance ${session} runs with it`];
}

const INSTANCE = /^i-[0-9a-f]+$/;

/** Who mostly starts sessions with such a name. */
function usersOf(session: string): { service: string; users: string } {
  if (INSTANCE.test(session)) return { service: "ec2.amazonaws.com", users: "EC2 instances" };
  if (/^[0-9a-f]{32}$/.test(session)) return { service: "ecs-tasks.amazonaws.com", users: "ECS tasks" };
  return { service: "lambda.amazonaws.com", users: "Lambda functions" };
}

const trustIn = (service: string): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
});

/** What is supposed about an event, and about where it arrives, in words. */
export function envelopeSuppositions({ event, assumptions }: ReplayedEvent, deployment: Deployment): string[] {
  const { account, region } = event;
  return [
    ...assumptions,
    ...(account === deployment.accountId
      ? []
      : [`${JSON.stringify(account)} is not an account id: replayed in account ${deployment.accountId}`]),
    ...(typeof region !== "string" || region === deployment.region
      ? []
      : [
          `the deployment in ${deployment.region} stands for one in ${region}: a rule sees its own region's findings only`,
        ]),
  ];
}

function valueAt(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>(
    (part, key) => (typeof part === "object" && part !== null ? (part as Record<string, unknown>)[key] : undefined),
    value,
  );
}
