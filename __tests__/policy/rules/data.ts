import type { Resource } from "../../../scripts/workshop-resources";
import { eachOf, list, type Rule, statementsOf } from "../rule";

/** A queue holds its policy itself; a topic's is a resource of its own. */
const demandsTls = (resource: Resource): boolean =>
  statementsOf(resource).some(
    ({ Effect, Principal, Condition, Action }) =>
      Effect === "Deny" &&
      Principal === "*" &&
      list(Action).some((action) => action === "sqs:*" || action === "sns:Publish") &&
      Condition?.["Bool"]?.["aws:SecureTransport"] === "false",
  );

export const DATA_RULES: readonly Rule[] = [
  eachOf("aws_sns_topic", "topic-encrypted", "Topics are encrypted with a key of the customer.", ({ block }) =>
    /^(\$\{aws_kms_key\.|arn:)/.test(block["kms_master_key_id"] ?? ""),
  ),
  eachOf("aws_sns_topic_policy", "topic-tls", "Topics take nothing that was sent in the clear.", demandsTls),
  eachOf("aws_sqs_queue", "queue-tls", "Queues take nothing that was sent in the clear.", demandsTls),
  eachOf("aws_sqs_queue", "queue-encrypted", "Queues are encrypted.", ({ block }) =>
    Boolean(block["sqs_managed_sse_enabled"] ?? block["kms_master_key_id"]),
  ),
  eachOf("aws_kms_key", "key-rotated", "Keys are rotated.", ({ block }) => block["enable_key_rotation"] === true),
  eachOf(
    "aws_cloudwatch_log_group",
    "log-kept-for-a-time",
    "Logs are kept for a time that somebody has chosen.",
    ({ block }) => Number.isInteger(block["retention_in_days"]),
  ),
  eachOf("aws_cloudwatch_log_group", "log-encrypted", "Logs are encrypted with a key of the customer.", ({ block }) =>
    Boolean(block["kms_key_id"]),
  ),
  eachOf(
    "aws_ssm_parameter",
    "parameter-secret",
    "Parameters are secure strings.",
    ({ block }) => block["type"] === "SecureString",
  ),
  eachOf("aws_dynamodb_table", "table-recoverable", "Tables can be recovered to a point in time.", ({ block }) =>
    Boolean(block["point_in_time_recovery"]?.enabled),
  ),
];
