import { AwsAccount } from "../local-aws/api/account";
import { AwsEndpoint } from "../local-aws/api/endpoint";

/** A robbed role behind a local endpoint, and what a function needs to answer the finding about it. */
export interface BenchIncident {
  readonly endpoint: AwsEndpoint;
  /** The environment of a process that is to answer the finding: nothing of the caller's but the path. */
  readonly environment: Record<string, string>;
  /** The event, about a key that no earlier event named. */
  event(roleName?: string): Record<string, unknown>;
}

const REGION = "us-west-2";

/** Starts an endpoint with roles to rob: `robbed-0`, `robbed-1`, … */
export async function startIncident(roles = 1): Promise<BenchIncident> {
  const account = new AwsAccount({ region: REGION });
  for (let index = 0; index < roles; index++) account.addRole({ name: `robbed-${index}` });
  const topicArn = `arn:aws:sns:${REGION}:${account.accountId}:bench`;
  account.topicArns.add(topicArn);
  const endpoint = await AwsEndpoint.start(account);
  let keys = 0;
  return {
    endpoint,
    environment: {
      PATH: process.env.PATH ?? "",
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: "ASIABENCHBENCHBENCH0",
      AWS_SECRET_ACCESS_KEY: "bench",
      AWS_SESSION_TOKEN: "bench",
      AWS_ENDPOINT_URL: endpoint.url,
      ACCOUNT_ID: account.accountId,
      TOPIC_ARN: topicArn,
      RESPONSE: "revoke",
      SCOPE: "role",
      MINIMUM_SEVERITY: "7",
      SEVERITY_OVERRIDES: "{}",
      REVOCABLE_ROLES: '{"any":true}',
      PROTECTED_ROLES: "[]",
      EXEMPT_TAG: "exempt=yes",
      VERIFY_AFTER_SECONDS: "0",
      NODE_NO_WARNINGS: "1",
    },
    event(roleName = "robbed-0") {
      const role = account.roles.get(roleName);
      if (!role) throw new Error(`the bench has no role ${roleName}`);
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
          accountId: account.accountId,
          region: REGION,
          severity: 8,
          resource: { accessKeyDetails: { accessKeyId, principalId, userType: "AssumedRole", userName: roleName } },
          service: { archived: false },
        },
      };
    },
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
