import { referencedBy } from "../../../scripts/workshop-resources";
import { eachOf, type Rule } from "../rule";

/** What names a resource in its metrics, and the metrics that tell of a finding that is late or lost. */
const TELLING = [
  {
    type: "aws_cloudwatch_event_rule",
    name: "name",
    dimension: "RuleName",
    metrics: ["FailedInvocations", "InvocationsFailedToBeSentToDlq"],
  },
  {
    type: "aws_lambda_function",
    name: "function_name",
    dimension: "FunctionName",
    metrics: ["Errors", "Throttles", "AsyncEventAge", "AsyncEventsDropped", "DestinationDeliveryFailures"],
  },
  {
    type: "aws_sqs_queue",
    name: "name",
    dimension: "QueueName",
    metrics: ["ApproximateNumberOfMessagesVisible"],
  },
];

export const DELIVERY_RULES: readonly Rule[] = [
  eachOf(
    "aws_cloudwatch_event_target",
    "target-loses-nothing",
    "What a rule's target does not take is tried again for a bounded time, and then kept in a queue.",
    ({ block }) => Boolean(block["dead_letter_config"]?.arn) && block["retry_policy"]?.maximum_event_age_in_seconds > 0,
  ),
  {
    id: "function-loses-nothing",
    demands: "What a function cannot handle is kept in a queue.",
    check: (resources) => {
      const configured = resources
        .filter(
          ({ type, block }) =>
            type === "aws_lambda_function_event_invoke_config" && block["destination_config"]?.on_failure,
        )
        .flatMap(({ block }) => referencedBy(block["function_name"], resources));
      const functions = resources.filter(({ type }) => type === "aws_lambda_function");
      return functions.filter((each) => !configured.includes(each)).map((resource) => ({ resource }));
    },
  },
  eachOf(
    "aws_lambda_permission",
    "function-invoked-by-one-rule",
    "A function is invoked by one rule of this account only.",
    ({ block }) => Boolean(block["source_arn"] && block["source_account"]),
  ),
  {
    id: "loss-alarmed",
    demands: "Whatever can hold up or lose a finding has an alarm on each metric that tells of it.",
    check: (resources) => {
      const alarms = resources.filter(({ type }) => type === "aws_cloudwatch_metric_alarm");
      const isAlarmed = (metric: string, dimension: string, name: unknown) =>
        alarms.some(({ block }) => block["metric_name"] === metric && block["dimensions"]?.[dimension] === name);
      return TELLING.flatMap(({ type, name, dimension, metrics }) =>
        resources
          .filter((resource) => resource.type === type)
          .filter(({ block }) => !metrics.every((metric) => isAlarmed(metric, dimension, block[name])))
          .map((resource) => ({ resource })),
      );
    },
  },
];
