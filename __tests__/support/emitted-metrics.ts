import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";

import { dataPointsOf } from "./metric-filter";
import { OUTCOME_LINES } from "./outcome-lines";
import type { Template } from "./template";

/**
 * What AWS's services report by themselves, by the dimension that names what it is about.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
const AWS_METRICS = [
  {
    namespace: "AWS/Events",
    dimension: "RuleName",
    reporter: CloudwatchEventRule,
    name: "name",
    metrics: [
      "TriggeredRules",
      "Invocations",
      "FailedInvocations",
      "InvocationsSentToDlq",
      "InvocationsFailedToBeSentToDlq",
    ],
  },
  {
    namespace: "AWS/Lambda",
    dimension: "FunctionName",
    reporter: LambdaFunction,
    name: "function_name",
    metrics: [
      "Invocations",
      "Errors",
      "Throttles",
      "Duration",
      "DestinationDeliveryFailures",
      "AsyncEventsReceived",
      "AsyncEventAge",
      "AsyncEventsDropped",
    ],
  },
  {
    namespace: "AWS/SQS",
    dimension: "QueueName",
    reporter: SqsQueue,
    name: "name",
    metrics: ["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"],
  },
] as const;

/** Every metric that a log line or AWS itself makes of what a stack deploys, each written as one text. */
export function emittedMetrics(template: Template): Set<string> {
  const lines = Object.values(OUTCOME_LINES).flat();
  const byFilters = template
    .all(CloudwatchLogMetricFilter)
    .flatMap((filter) => lines.flatMap((line) => dataPointsOf(filter, line)))
    .map(({ namespace, metricName, dimensions }) => metricText(namespace, metricName, dimensions));
  const byAws = AWS_METRICS.flatMap(({ namespace, dimension, reporter, name, metrics }) =>
    template
      .all(reporter)
      .flatMap((block) => metrics.map((metric) => metricText(namespace, metric, { [dimension]: block[name] }))),
  );
  return new Set([...byFilters, ...byAws]);
}

/** A metric as one text, to compare what is emitted with what is watched or shown. */
export const metricText = (namespace: string, metric: string, dimensions: object = {}): string =>
  [namespace, metric, ...Object.entries(dimensions).flat()].join(" ");
