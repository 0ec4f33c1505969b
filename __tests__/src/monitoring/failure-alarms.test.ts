import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";

import { FailureAlarms } from "../../../src";
import { Template } from "../../support/template";

const ACTIONS = ["arn:aws:sns:us-west-2:111122223333:alerts"];

const alarms = () =>
  Template.from((stack) => {
    const props = { namePrefix: "Example", queueName: "not-handled", functionName: "revoke", actions: ACTIONS };
    new FailureAlarms(stack, "alarms", props);
  });

test("one event in the queue raises the first alarm", () => {
  expect(alarms().json).toHaveResourceWithProperties(CloudwatchMetricAlarm, {
    alarm_name: "Example-events-not-handled",
    namespace: "AWS/SQS",
    metric_name: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: "not-handled" },
    statistic: "Maximum",
    comparison_operator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
  });
});

test("one error of the function raises the second alarm", () => {
  expect(alarms().json).toHaveResourceWithProperties(CloudwatchMetricAlarm, {
    alarm_name: "Example-function-errors",
    namespace: "AWS/Lambda",
    metric_name: "Errors",
    dimensions: { FunctionName: "revoke" },
    statistic: "Sum",
    comparison_operator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
  });
});

test("both alarms notify when they enter and leave the ALARM state, and missing data is not a reason to", () => {
  // WHEN
  const all = alarms().all(CloudwatchMetricAlarm);

  // THEN
  expect(all).toHaveLength(2);
  for (const alarm of all) {
    expect(alarm).toMatchObject({ alarm_actions: ACTIONS, ok_actions: ACTIONS, treat_missing_data: "notBreaching" });
  }
});
