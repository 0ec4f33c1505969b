import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";

import { OutcomeAlarms, type OutcomeAlarmsProps, OutcomeMetrics } from "../../../src";
import type { Block } from "../../../scripts/block";
import { Template } from "../../support/template";

const ACTIONS = ["arn:aws:sns:us-west-2:111122223333:alerts"];

/** The alarms by their names. */
function alarms(props: Partial<OutcomeAlarmsProps> = {}): Record<string, Block> {
  const template = Template.from((stack) => {
    const metrics = new OutcomeMetrics(stack, "metrics", { namespace: "Test/Findings", logGroupName: "log" });
    new OutcomeAlarms(stack, "alarms", { namePrefix: "Test", metrics, actions: ACTIONS, ...props });
  });
  return Object.fromEntries(template.all(CloudwatchMetricAlarm).map((alarm) => [alarm["alarm_name"], alarm]));
}

test("one finding that a person has to act on raises the first alarm", () => {
  expect(alarms()["Test-act-by-hand"]).toMatchObject({
    namespace: "Test/Findings",
    metric_name: "ActByHand",
    statistic: "Sum",
    comparison_operator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
  });
});

test("a revocation is slow after half an hour, and after what is given", () => {
  // WHEN
  const [byDefault, given] = [alarms(), alarms({ slowAfterSeconds: 600 })];

  // THEN
  expect(byDefault["Test-slow-revocation"]).toMatchObject({
    namespace: "Test/Findings",
    metric_name: "SecondsToRevoke",
    statistic: "Maximum",
    comparison_operator: "GreaterThanOrEqualToThreshold",
    threshold: 1_800,
  });
  expect(given["Test-slow-revocation"]).toMatchObject({ threshold: 600 });
  expect(given["Test-slow-revocation"]!["alarm_description"]).toContain("600 seconds or more");
});

test("the alarms notify when they enter the ALARM state, and do not when they return to OK", () => {
  // WHEN
  const all = Object.values(alarms());

  // THEN
  expect(all).toHaveLength(2);
  for (const alarm of all) {
    expect(alarm).toMatchObject({ alarm_actions: ACTIONS, treat_missing_data: "notBreaching" });
    expect(alarm).not.toHaveProperty("ok_actions");
  }
});
