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
 * Makes sure that the account has the roles whose sessions the finding calls stolen, and the instances that they were stolen
 * from.
 *
 * @returns what was supposed, in words.
 */
export function supposeRoles(account: AwsAccount, event: Record<string, unknown>): string[] {
  const actors = valueAt(event, "detail", "service", "detection", "sequence", "actors");
  const named = Array.isArray(actors)
    ? actors.map((actor): NamedSession => ({
        owner: valueAt(actor, "user", "account", "uid"),
        name: roleNameIn(valueAt(actor, "session", "issuer")) ?? valueAt(actor, "user", "name"),
        principal: valueAt(actor, "user", "uid"),
      }))
    : [
        {
          name: valueAt(event, "detail", "resource", "accessKeyDetails", "userName"),
          principal: valueAt(event, "detail", "resource", "accessKeyDetails", "principalId"),
        },
      ];
  const supposed = named.flatMap((session) => supposeRole(account, event, session));
  return [...new Set(supposed)];
}

/** A session as a finding names it. */
interface NamedSession {
  /** The account's id, if the session has its own. */
  readonly owner?: unknown;
  readonly name: unknown;
  readonly principal: unknown;
}

/** The name in a role's ARN. */
const roleNameIn = (arn: unknown): string | undefined =>
  /^arn:[\w-]+:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(String(arn))?.[1];

function supposeRole(account: AwsAccount, event: Record<string, unknown>, named: NamedSession): string[] {
  const owner = named.owner ?? valueAt(event, "detail", "accountId") ?? account.accountId;
  const { name, principal } = named;
  const [, roleId, session = ""] = /^(AROA\w+)(?::(.*))?$/.exec(String(principal)) ?? [];
  if (owner !== account.accountId || typeof name !== "string" || roleId === undefined) return [];

  const existing = account.roles.get(name);
  const path = existing?.path ?? RESERVED_PATHS.find(([prefix]) => name.startsWith(prefix))?.[1] ?? "/";
  const policies = Object.fromEntries(
    [...(existing?.policies ?? [])].map(([policyName, document]) => [policyName, JSON.parse(document)]),
  );
  const { principal: trusted, users } = usersOf(session, String(valueAt(event, "detail", "type")), owner);
  const { arn } = account.addRole({ trustPolicy: trustIn(trusted), ...existing, name, path, roleId, policies });
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

interface Users {
  readonly principal: Readonly<Record<string, string>>;
  readonly users: string;
}

const ofService = (service: string, users: string): Users => ({
  principal: { Service: `${service}.amazonaws.com` },
  users,
});

/** Who mostly starts sessions with such a name; GuardDuty finds those of functions and tasks by a type of its own. */
function usersOf(session: string, type: string, account: string): Users {
  if (INSTANCE.test(session)) return ofService("ec2", "EC2 instances");
  if (/^[0-9a-f]{32}$/.test(session)) return ofService("ecs-tasks", "ECS tasks");
  if (/^eks-/.test(session)) return ofService("pods.eks", "EKS pods");
  if (type.includes("/ResourceCredentialExfiltration")) return ofService("lambda", "Lambda functions");
  if (/^[0-9a-f]{16,40}$/i.test(session)) return ofService("rolesanywhere", "servers with IAM Roles Anywhere");
  return { principal: { AWS: `arn:aws:iam::${account}:root` }, users: "principals of the account" };
}

const trustIn = (principal: Users["principal"]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
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
