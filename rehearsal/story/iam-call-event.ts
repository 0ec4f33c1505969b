import { randomUUID } from "node:crypto";

import type { AwsAccount } from "../../local-aws/api/account";
import type { RoleSession } from "../../local-aws/deployment/role-session";

/** A change of a role's inline policy, as CloudTrail sees it. */
export interface PolicyChange {
  readonly call: "DeleteRolePolicy" | "PutRolePolicy";
  readonly roleName: string;
  readonly policyName: string;
  readonly by: RoleSession;
  /** From where: an address. */
  readonly address: string;
  readonly at: Date;
  /** The region that has IAM's events. */
  readonly region: string;
}

/**
 * The event that a trail of CloudTrail hands to EventBridge for a call to IAM, complete in its shape.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export function iamCallEvent(account: AwsAccount, change: PolicyChange): Record<string, unknown> {
  const { accountId, partition } = account;
  const { call, roleName, policyName, by, address, region } = change;
  const roleId = account.roles.get(by.roleName)?.roleId ?? "AROAEXAMPLEOTHERROLE1";
  const time = change.at.toISOString().replace(/\.\d{3}Z$/, "Z");
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "AWS API Call via CloudTrail",
    source: "aws.iam",
    account: accountId,
    time,
    region,
    resources: [],
    detail: {
      eventVersion: "1.11",
      userIdentity: {
        type: "AssumedRole",
        principalId: `${roleId}:${by.sessionName}`,
        arn: `arn:${partition}:sts::${accountId}:assumed-role/${by.roleName}/${by.sessionName}`,
        accountId,
        accessKeyId: by.accessKeyId,
        sessionContext: {
          sessionIssuer: {
            type: "Role",
            principalId: roleId,
            arn: account.roles.get(by.roleName)?.arn ?? `arn:${partition}:iam::${accountId}:role/${by.roleName}`,
            accountId,
            userName: by.roleName,
          },
          attributes: { creationDate: by.issuedAt.toISOString(), mfaAuthenticated: "false" },
        },
      },
      eventTime: time,
      eventSource: "iam.amazonaws.com",
      eventName: call,
      awsRegion: region,
      sourceIPAddress: address,
      userAgent: "APN/1.0 HashiCorp/1.0 Terraform/1.14.0",
      requestParameters: { roleName, policyName },
      responseElements: null,
      requestID: randomUUID(),
      eventID: randomUUID(),
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: accountId,
      eventCategory: "Management",
    },
  };
}
