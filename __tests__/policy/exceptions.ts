/** A place where a rule is broken on purpose. */
export interface Exception {
  readonly rule: string;
  /** Type and name of the resource, the name without the digits that Terraform's addresses end in. */
  readonly resource: string;
  readonly part?: string;
  /** Why, for whoever audits it. */
  readonly reason: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    rule: "no-wildcard-action",
    resource: "aws_kms_key.response_topic_key",
    part: "AccountPolicies",
    reason:
      "Without it the account's own policies could not govern the key, and nobody could ever change or delete it.",
  },
  {
    rule: "no-wildcard-resource",
    resource: "aws_iam_role_policy.response_revoker_permissions",
    part: "LookWhoElseIsHit",
    reason: "ec2:DescribeInstances, a read, knows no resources: IAM takes * only.",
  },
  {
    rule: "no-wildcard-resource",
    resource: "aws_iam_role_policy.response_revoker_permissions",
    part: "LookWhatWasDone",
    reason:
      "cloudtrail:LookupEvents, a read, knows no resources: IAM takes * only. Allowed only if activity asks for it.",
  },
  {
    rule: "services-act-for-this-account-only",
    resource: "aws_sns_topic_policy.response_topic_policy",
    part: "Findings",
    reason: "EventBridge documents its statement for topics without conditions; with them, mails would silently stop.",
  },
  {
    rule: "services-act-for-this-account-only",
    resource: "aws_kms_key.response_topic_key",
    part: "Findings",
    reason: "EventBridge sets no source when it uses a topic's key: with the condition, mails would silently stop.",
  },
  {
    rule: "no-wildcard-action",
    resource: "aws_kms_key.guard_topic_key",
    part: "AccountPolicies",
    reason: "As for the response's key: the account's own policies have to govern it.",
  },
  {
    rule: "services-act-for-this-account-only",
    resource: "aws_sns_topic_policy.guard_topic_policy",
    part: "Findings",
    reason: "As for the response's topic: with conditions, EventBridge's mails would silently stop.",
  },
  {
    rule: "services-act-for-this-account-only",
    resource: "aws_kms_key.guard_topic_key",
    part: "Findings",
    reason: "As for the response's key: with the condition, EventBridge's mails would silently stop.",
  },
  {
    rule: "no-wildcard-action",
    resource: "aws_kms_key.forwarder-eu-west-1_topic_key",
    part: "AccountPolicies",
    reason: "As for the response's key: the account's own policies have to govern it.",
  },
  {
    rule: "target-loses-nothing",
    resource: "aws_cloudwatch_event_target.forwarder-eu-west-1_rule_bus",
    reason:
      "EventBridge's own policy bounds it, to a day; whether a bus of another region takes another one is not known.",
  },
  {
    rule: "log-encrypted",
    resource: "aws_cloudwatch_log_group.response_revoker_log",
    reason: "CloudWatch encrypts it anyway; it holds names and access key ids, no secrets, and a key of its own costs.",
  },
  {
    rule: "no-wildcard-resource",
    resource: "aws_iam_role_policy.instance_permissions",
    part: "SessionManager",
    reason:
      "Session Manager's actions know no resources that could be named; the agent needs them to be reached at all.",
  },
  {
    rule: "no-wildcard-resource",
    resource: "aws_iam_role_policy.instance_permissions",
    part: "FindBait",
    reason: "dynamodb:ListTables knows no resources: IAM takes * only. It is the call that the workshop's thief makes.",
  },
  {
    rule: "parameter-secret",
    resource: "aws_ssm_parameter.bait_parameter",
    reason: "Bait: it must be readable with the stolen role alone, and opens nothing.",
  },
  {
    rule: "table-recoverable",
    resource: "aws_dynamodb_table.bait_customers",
    reason: "Bait: one invented customer, written again by every deployment.",
  },
  {
    rule: "no-public-address",
    resource: "aws_subnet.network_subnet",
    reason:
      "The instance reaches Session Manager through it; nothing is let in, and endpoints or a NAT gateway would cost.",
  },
  {
    rule: "traffic-logged",
    resource: "aws_vpc.network_vpc",
    reason: "It lives for an hour of a workshop; GuardDuty reads the flow of its traffic without a log of our own.",
  },
];
