import { randomUUID } from "node:crypto";

import type { AwsAccount } from "./account";
import type { TrailRecord } from "./event-history";

/** A session of a role that calls. */
export interface Caller {
  readonly roleName: string;
  readonly sessionName: string;
  readonly accessKeyId: string;
}

/** A call, as somebody makes it. */
export interface MadeCall {
  readonly at: Date;
  /** The service, such as `iam`. */
  readonly service: string;
  readonly name: string;
  /** @default - the account's */
  readonly region?: string;
  /** @default - it only reads */
  readonly readOnly?: boolean;
  readonly address?: string;
  readonly errorCode?: string;
  readonly request?: Readonly<Record<string, unknown>>;
  readonly response?: Readonly<Record<string, unknown>>;
  /** Types and names of what the call is about. */
  readonly resources?: Readonly<Record<string, string>>;
  /** When the look-up finds it. @default - at once */
  readonly deliveredAt?: Date;
}

/** Records a call of a role's session in the account's event history, as CloudTrail does. */
export function recordCall(account: AwsAccount, caller: Caller, call: MadeCall): void {
  const resources = Object.entries(call.resources ?? {}).map(([type, name]) => ({ type, name }));
  account.eventHistory.record(toRecord(account, caller, call), {
    resources,
    ...(call.deliveredAt && { deliveredAt: call.deliveredAt }),
  });
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
function toRecord(account: AwsAccount, { roleName, sessionName, accessKeyId }: Caller, call: MadeCall): TrailRecord {
  const { accountId, partition, roles } = account;
  const role = roles.get(roleName);
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: `${role?.roleId ?? "AROAGONE"}:${sessionName}`,
      arn: `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
      accountId,
      accessKeyId,
      sessionContext: {
        sessionIssuer: { type: "Role", principalId: role?.roleId, arn: role?.arn, accountId, userName: roleName },
      },
    },
    eventTime: call.at.toISOString().replace(/\.\d{3}Z$/, "Z"),
    eventSource: `${call.service}.amazonaws.com`,
    eventName: call.name,
    awsRegion: call.region ?? account.region,
    sourceIPAddress: call.address ?? "192.0.2.1",
    userAgent: "aws-cli/2.30.0",
    errorCode: call.errorCode,
    requestParameters: call.request ?? null,
    responseElements: call.response ?? null,
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: call.readOnly ?? true,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: accountId,
    eventCategory: "Management",
  };
}
