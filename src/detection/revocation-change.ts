import { ALL_SESSIONS_POLICY, OLD_SESSIONS_POLICY } from "../contract/policy-names";

/** What the names of all policies that revoke sessions begin with, those that people attach by a mail's command included. */
const PREFIXES = [OLD_SESSIONS_POLICY, ALL_SESSIONS_POLICY];

/**
 * The pattern of calls that change a policy that revokes sessions, by whomever but some roles.
 *
 * A role's session names its role as the issuer. What has no issuer, such as a user, root or a service, is nobody's role, so it
 * matches; so does a session of anybody else.
 *
 * @param writerRoleArns the roles whose own calls do not match.
 * @param succeeded whether the calls that IAM has carried out match, or those that it has refused.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export function revocationChange(writerRoleArns: readonly string[], succeeded: boolean): object {
  const issuedByAnybodyElse = [{ "anything-but": writerRoleArns }, { exists: false }];
  return {
    source: ["aws.iam"],
    "detail-type": ["AWS API Call via CloudTrail"],
    detail: {
      eventSource: ["iam.amazonaws.com"],
      eventName: ["DeleteRolePolicy", "PutRolePolicy"],
      requestParameters: { policyName: PREFIXES.map((prefix) => ({ prefix })) },
      userIdentity: { sessionContext: { sessionIssuer: { arn: issuedByAnybodyElse } } },
      errorCode: [{ exists: !succeeded }],
    },
  };
}
