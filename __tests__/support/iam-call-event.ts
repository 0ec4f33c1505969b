/** Whoever calls, as CloudTrail tells it: `detail.userIdentity` of the event. */
export type UserIdentity = Readonly<Record<string, unknown>>;

/** What a test says about a call to IAM; everything else is invented, complete in its shape, and always the same. */
export interface IamCallOptions {
  /** @default - `DeleteRolePolicy` */
  readonly call?: string;
  readonly roleName?: string;
  readonly policyName?: string;
  /** What only `PutRolePolicy` has. */
  readonly policyDocument?: string;
  /** @default - the session of a pipeline's role */
  readonly by?: UserIdentity;
  /** Why IAM refused the call, as CloudTrail names it; undefined if it did not. */
  readonly errorCode?: string;
  readonly sourceIPAddress?: string;
}

export const ACCOUNT = "123456789012";

/** A session of a role. */
export const session = (roleName: string, sessionName: string, path = "/"): UserIdentity => ({
  type: "AssumedRole",
  principalId: `AROAINVENTEDROLE00001:${sessionName}`,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${roleName}/${sessionName}`,
  accountId: ACCOUNT,
  accessKeyId: "ASIAINVENTED00000001",
  sessionContext: {
    sessionIssuer: {
      type: "Role",
      principalId: "AROAINVENTEDROLE00001",
      arn: `arn:aws:iam::${ACCOUNT}:role${path}${roleName}`,
      accountId: ACCOUNT,
      userName: roleName,
    },
    attributes: { creationDate: "2026-03-01T11:00:00Z", mfaAuthenticated: "false" },
  },
});

/** A user with a long-term access key, who has no session. */
export const user: UserIdentity = {
  type: "IAMUser",
  principalId: "AIDAINVENTEDUSER00001",
  arn: `arn:aws:iam::${ACCOUNT}:user/alice`,
  accountId: ACCOUNT,
  accessKeyId: "AKIAINVENTED00000001",
  userName: "alice",
};

/** The same in the console, whose session nobody issued: public samples have empty objects there. */
export const consoleUser: UserIdentity = {
  ...user,
  accessKeyId: "ASIAINVENTED00000002",
  sessionContext: {
    sessionIssuer: {},
    webIdFederationData: {},
    attributes: { creationDate: "2026-03-01T11:00:00Z", mfaAuthenticated: "true" },
  },
};

export const root: UserIdentity = {
  type: "Root",
  principalId: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:root`,
  accountId: ACCOUNT,
  accessKeyId: "ASIAINVENTED00000003",
  sessionContext: { attributes: { creationDate: "2026-03-01T11:00:00Z", mfaAuthenticated: "true" } },
};

/** What a user gets from `sts:GetFederationToken`: issued, but not by a role. */
export const federatedUser: UserIdentity = {
  type: "FederatedUser",
  principalId: `${ACCOUNT}:bob`,
  arn: `arn:aws:sts::${ACCOUNT}:federated-user/bob`,
  accountId: ACCOUNT,
  accessKeyId: "ASIAINVENTED00000004",
  sessionContext: {
    sessionIssuer: { type: "IAMUser", arn: user["arn"], accountId: ACCOUNT, userName: "alice" },
    attributes: { creationDate: "2026-03-01T11:00:00Z", mfaAuthenticated: "false" },
  },
};

/** A service of AWS on its own behalf. */
export const service: UserIdentity = { type: "AWSService", invokedBy: "config.amazonaws.com" };

/** A service of AWS on behalf of a session. */
export const throughCloudFormation: UserIdentity = {
  ...session("deploy", "alice"),
  invokedBy: "cloudformation.amazonaws.com",
};

/**
 * The event that EventBridge delivers for a call to IAM, in a region of IAM's events.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function iamCallEvent(options: IamCallOptions = {}): Record<string, unknown> {
  const { call = "DeleteRolePolicy", roleName = "app", policyName = "RevokeOldSessions", policyDocument } = options;
  const { by = session("deploy", "pipeline"), errorCode, sourceIPAddress = "198.51.100.77" } = options;
  const caller = String(by["arn"] ?? by["invokedBy"]);
  const error = {
    errorCode,
    errorMessage: `User: ${caller} is not authorized to perform: iam:${call} on resource: role ${roleName}`,
  };
  return {
    version: "0",
    id: "11111111-2222-4333-8444-555555555555",
    "detail-type": "AWS API Call via CloudTrail",
    source: "aws.iam",
    account: ACCOUNT,
    time: "2026-03-01T12:00:00Z",
    region: "us-east-1",
    resources: [],
    detail: {
      eventVersion: "1.11",
      userIdentity: by,
      eventTime: "2026-03-01T12:00:00Z",
      eventSource: "iam.amazonaws.com",
      eventName: call,
      awsRegion: "us-east-1",
      sourceIPAddress,
      userAgent: "APN/1.0 HashiCorp/1.0 Terraform/1.14.0",
      ...(errorCode !== undefined && error),
      requestParameters: { roleName, policyName, ...(policyDocument !== undefined && { policyDocument }) },
      responseElements: null,
      requestID: "66666666-7777-4888-8999-aaaaaaaaaaaa",
      eventID: "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff",
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: ACCOUNT,
      eventCategory: "Management",
    },
  };
}
