import type { AwsAccount } from "../../local-aws/api/account";
import { recordCall } from "../../local-aws/api/recorded-call";
import type { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import type { RoleSession } from "../../local-aws/deployment/role-session";
import { functionVariable } from "../play/function-variable";
import { THIEFS_ADDRESS, type Theft } from "./finding-event";
import { MINUTE } from "./thief";

/** What the thief tries besides, of which CloudTrail says that it was denied. */
export const DENIED_CALL = "CreateUser";

/** How late CloudTrail delivers, in the story; it can be later. */
const DELAY = 5 * MINUTE;

/** Records what CloudTrail has when the function asks: what the thief did first, and not yet the last use. */
export function recordTheft(account: AwsAccount, { stolen, firstSeen, lastSeen }: Theft): void {
  const listing = { service: "dynamodb", name: "ListTables", address: THIEFS_ADDRESS };
  const soon = new Date(firstSeen.getTime() + 10_000);
  recordCall(account, stolen, { ...listing, at: firstSeen, deliveredAt: later(firstSeen) });
  recordCall(account, stolen, {
    at: soon,
    service: "iam",
    name: DENIED_CALL,
    region: "us-east-1",
    readOnly: false,
    address: THIEFS_ADDRESS,
    errorCode: "AccessDenied",
    deliveredAt: later(soon),
  });
  recordCall(account, stolen, { ...listing, at: lastSeen, deliveredAt: later(lastSeen) });
}

/** Records that the thief started a session of another role, which can be looked up. */
export function recordStart(account: AwsAccount, { stolen }: Theft, started: RoleSession): void {
  const role = account.roles.get(started.roleName)!;
  recordCall(account, stolen, {
    at: started.issuedAt,
    service: "sts",
    name: "AssumeRole",
    address: THIEFS_ADDRESS,
    request: { roleArn: role.arn, roleSessionName: started.sessionName },
    response: {
      credentials: { accessKeyId: started.accessKeyId },
      assumedRoleUser: { assumedRoleId: `${role.roleId}:${started.sessionName}` },
    },
    deliveredAt: later(started.issuedAt),
  });
}

const later = (time: Date): Date => new Date(time.getTime() + DELAY);

/** Whether the function asks CloudTrail. */
export const looksAtActivity = ({ deployment }: LocalDeployment): boolean =>
  deployment.functions.some((each) => functionVariable(each, "ACTIVITY") === "true");
