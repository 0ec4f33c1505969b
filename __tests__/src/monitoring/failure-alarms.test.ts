import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";

import { FailureAlarms } from "../../../src";
import type { Block } from "../../../scripts/block";
import { remindsAt } from "../../support/reminder";
import { Template } from "../../support/template";

const ACTIONS = ["arn:aws:sns:us-west-2:111122223333:alerts"];

/** The alarms by what follows the prefix in their names. */
function alarms(): Record<string, Block> {
  const template = Template.from((stack) => {
    const props = { namePrefix: "Example", queueName: "not-handled", functionName: "revoke", actions: ACTIONS };
    new FailureAlarms(stack, "alarms", props).watchRule("rule", "findings");
  });
  return Object.fromEntries(
    template.all(CloudwatchMetricAlarm).map((alarm) => [alarm["alarm_name"].replace("Example-", ""), alarm]),
  );
}

const REMINDER = "events-still-not-handled";

test.each([
  ["a message in the queue", "events-not-handled", "AWS/SQS ApproximateNumberOfMessagesVisible Maximum"],
  ["an error of the function", "function-errors", "AWS/Lambda Errors Sum"],
  ["an invocation that is throttled", "function-throttled", "AWS/Lambda Throttles Sum"],
  ["an event that Lambda gives up", "function-gave-up", "AWS/Lambda AsyncEventsDropped Sum"],
  [
    "an event that Lambda cannot leave in the queue",
    "function-lost-findings",
    "AWS/Lambda DestinationDeliveryFailures Sum",
  ],
  ["an event that the rule gives up", "rule-did-not-deliver", "AWS/Events FailedInvocations Sum"],
  [
    "an event that the rule cannot leave in the queue",
    "rule-lost-findings",
    "AWS/Events InvocationsFailedToBeSentToDlq Sum",
  ],
])("%s raises an alarm", (_, name, watched) => {
  // WHEN
  const alarm = alarms()[name]!;

  // THEN
  expect([alarm["namespace"], alarm["metric_name"], alarm["statistic"]].join(" ")).toBe(watched);
  expect(alarm).toMatchObject({ comparison_operator: "GreaterThanOrEqualToThreshold", threshold: 1 });
});

test("each alarm watches the queue, the function and the rule that it was given", () => {
  const dimensions = Object.entries(alarms()).map(([name, alarm]) => [name, alarm["dimensions"]]);
  expect(Object.fromEntries(dimensions)).toEqual({
    "events-not-handled": { QueueName: "not-handled" },
    "events-still-not-handled": undefined,
    "function-delayed": { FunctionName: "revoke" },
    "function-errors": { FunctionName: "revoke" },
    "function-gave-up": { FunctionName: "revoke" },
    "function-lost-findings": { FunctionName: "revoke" },
    "function-throttled": { FunctionName: "revoke" },
    "rule-did-not-deliver": { RuleName: "findings" },
    "rule-lost-findings": { RuleName: "findings" },
  });
});

test("an event is old when it has waited for longer than Lambda's retries take", () => {
  // GIVEN three attempts of two minutes, with a pause of one minute and one of two between them
  const retriesTake = (3 * 2 + 1 + 2) * 60_000;

  // WHEN
  const alarm = alarms()["function-delayed"]!;

  // THEN
  expect(alarm).toMatchObject({ metric_name: "AsyncEventAge", statistic: "Maximum" });
  expect(alarm["threshold"]).toBeGreaterThan(retriesTake);
});

test("a queue that is not empty is mailed about again every six hours, and is OK in between so that it can be", () => {
  // WHEN
  const [query, expression] = alarms()[REMINDER]!["metric_query"];

  // THEN
  expect(query).toMatchObject({
    id: "messages",
    metric: { namespace: "AWS/SQS", metric_name: "ApproximateNumberOfMessagesVisible", stat: "Maximum" },
  });
  expect(query.metric.dimensions).toEqual({ QueueName: "not-handled" });
  expect(expression).toMatchObject({ return_data: true });
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  expect(hours.filter((hour) => remindsAt(expression.expression, hour, 1) >= 1)).toEqual([0, 6, 12, 18]);
  expect(hours.filter((hour) => remindsAt(expression.expression, hour, 0) >= 1)).toEqual([]);
});

test("only an empty queue is a reason to say that something is OK again", () => {
  const saying = Object.entries(alarms()).filter(([, alarm]) => alarm["ok_actions"]?.length > 0);
  expect(saying.map(([name]) => name)).toEqual(["events-not-handled"]);
});

test("every alarm notifies when it enters the ALARM state, and missing data is not a reason to", () => {
  for (const alarm of Object.values(alarms())) {
    expect(alarm).toMatchObject({ alarm_actions: ACTIONS, treat_missing_data: "notBreaching", evaluation_periods: 1 });
  }
});
