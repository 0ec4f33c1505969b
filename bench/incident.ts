import { AwsAccount } from "../local-aws/api/account";
import { AwsEndpoint } from "../local-aws/api/endpoint";
import { DEFAULTS } from "../src/contract/defaults";
import { type FunctionEnvironment, ResponseMode, type RevocableRolesSpec, Scope } from "../src/contract/environment";
import type { MembersSpec } from "../src/contract/members";

/** Compromised roles behind a local endpoint, and what a process needs to handle findings about them. */
export interface BenchIncident {
  readonly endpoint: AwsEndpoint;
  /** The accounts that have the roles: the function's own, or the members. */
  readonly accounts: readonly AwsAccount[];
  /** The environment of a process that handles findings: nothing of the caller's but the path. */
  readonly environment: Record<string, string>;
  /**
   * An event about a key that no earlier event named.
   *
   * @param roleName a role of the account. @default - `compromised-0`
   * @param account one of the accounts. @default - the first
   */
  event(roleName?: string, account?: AwsAccount): Record<string, unknown>;
}

const REGION = "us-west-2";

const MEMBER_ROLE = { name: "GuardDuty-Response-Member", path: "/guardduty-response/" };
/** The members that have the roles, if there are any. */
export const MEMBERS: MembersSpec = { organization: "o-a1b2c3d4e5", role: MEMBER_ROLE.path + MEMBER_ROLE.name };

/**
 * Starts an endpoint with the roles `compromised-0`, `compromised-1`, …
 *
 * @param roles how many, in each account.
 * @param members how many accounts beside the function's own have them; 0 for the function's own alone.
 */
export async function startIncident(roles = 1, members = 0): Promise<BenchIncident> {
  const account = new AwsAccount({ region: REGION });
  const others = Array.from({ length: members }, (_, index) => memberAccount(index));
  for (const other of others) account.neighbours.set(other.accountId, other);
  const accounts = members === 0 ? [account] : others;
  for (const each of accounts) {
    for (let index = 0; index < roles; index++) each.addRole({ name: `compromised-${index}` });
  }
  const topicArn = `arn:aws:sns:${REGION}:${account.accountId}:bench`;
  account.topicArns.add(topicArn);
  const endpoint = await AwsEndpoint.start(account);
  let keys = 0;
  return {
    endpoint,
    accounts,
    environment: {
      PATH: process.env.PATH ?? "",
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: "ASIABENCHBENCHBENCH0",
      AWS_SECRET_ACCESS_KEY: "bench",
      AWS_SESSION_TOKEN: "bench",
      AWS_ENDPOINT_URL: endpoint.url,
      NODE_NO_WARNINGS: "1",
      ...settings(account.accountId, topicArn),
      ...(members > 0 && { MEMBERS: JSON.stringify(MEMBERS) }),
    },
    event(roleName = "compromised-0", { roles: known, accountId } = accounts[0]!) {
      const role = known.get(roleName);
      if (!role) throw new Error(`the bench has no role ${roleName} in account ${accountId}`);
      const accessKeyId = `ASIABENCH${String(keys++).padStart(11, "0")}`;
      const principalId = `${role.roleId}:i-0123456789abcdef0`;
      return {
        source: "aws.guardduty",
        "detail-type": "GuardDuty Finding",
        account: account.accountId,
        region: REGION,
        time: new Date().toISOString(),
        detail: {
          id: `${keys}`.padStart(32, "0"),
          type: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
          accountId,
          region: REGION,
          severity: 8,
          resource: { accessKeyDetails: { accessKeyId, principalId, userType: "AssumedRole", userName: roleName } },
          service: { archived: false },
        },
      };
    },
  };
}

function memberAccount(index: number): AwsAccount {
  const account = new AwsAccount({ region: REGION, accountId: String(200_000_000_000 + index) });
  account.addRole(MEMBER_ROLE);
  return account;
}

function settings(accountId: string, topicArn: string): FunctionEnvironment {
  const revocableRoles: RevocableRolesSpec = { any: true };
  return {
    ACCOUNT_ID: accountId,
    TOPIC_ARN: topicArn,
    FINDINGS: "[]",
    RESPONSE: ResponseMode.REVOKE,
    SCOPE: Scope.ROLE,
    MINIMUM_SEVERITY: "7",
    SEVERITY_OVERRIDES: "{}",
    REVOCABLE_ROLES: JSON.stringify(revocableRoles),
    PROTECTED_ROLES: "[]",
    EXEMPT_TAG: "exempt=yes",
    VERIFY_AFTER_SECONDS: "0",
    ACTIVITY: "false",
    FOLLOW_SESSIONS: "false",
    RUNBOOK: DEFAULTS.runbook,
  };
}

/** Resolves with the time at which the endpoint accepts the next policy. */
export function nextPolicy({ endpoint }: BenchIncident): Promise<number> {
  return new Promise((resolve) => {
    endpoint.hooks.fault = (call) => {
      if (call.action === "PutRolePolicy") resolve(performance.now());
      return undefined;
    };
  });
}
