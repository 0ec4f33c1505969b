import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";

import { CredentialExfiltrationResponse, RevocableRoles } from "../../../src";
import { DEFAULTS } from "../../../src/contract/defaults";
import { emittedMetrics, metricText } from "../../support/emitted-metrics";
import { Template } from "../../support/template";

const TOPIC = "arn:aws:sns:us-west-2:111122223333:alerts";

const response = (props: { alarms?: boolean; dashboard?: boolean; alertSeverity?: number } = {}): Template =>
  Template.from((stack) => {
    const revocableRoles = RevocableRoles.anyOfAccount();
    new CredentialExfiltrationResponse(stack, "response", { revocableRoles, topicArn: TOPIC, ...props });
  });

/** CloudWatch takes no longer description. */
const MAX_DESCRIPTION = 1_024;

test("the alarms watch only metrics that something emits", () => {
  // WHEN
  const template = response({ alertSeverity: 4 });

  // THEN
  const known = emittedMetrics(template);
  const watched = template.all(CloudwatchMetricAlarm).map((alarm) => {
    const { namespace, metric_name, dimensions } = alarm["metric_query"]?.[0].metric ?? alarm;
    return metricText(namespace, metric_name, dimensions);
  });
  expect(watched.filter((metric) => !known.has(metric))).toEqual([]);
});

test("every rule is watched", () => {
  // WHEN
  const template = response({ alertSeverity: 4 });

  // THEN
  const rules = template.all(CloudwatchEventRule).map(({ name }) => name as string);
  const watched = template.all(CloudwatchMetricAlarm).flatMap(({ dimensions }) => dimensions?.RuleName ?? []);
  expect(watched.sort()).toEqual([...rules, ...rules].sort());
});

test("each alarm tells the topic, and says where the runbook is", () => {
  // WHEN
  const alarms = response().all(CloudwatchMetricAlarm);

  // THEN
  for (const alarm of alarms) {
    expect(alarm["alarm_actions"]).toEqual([TOPIC]);
    expect(alarm["alarm_description"]).toMatch(new RegExp(`Runbook: ${DEFAULTS.runbook}\\.$`));
    expect(alarm["alarm_description"].length).toBeLessThanOrEqual(MAX_DESCRIPTION);
  }
});

test("an alarm says by default, without a dashboard, that a person has to act", () => {
  const names = response()
    .all(CloudwatchMetricAlarm)
    .map(({ alarm_name }) => alarm_name);
  expect(names).toContain("GuardDuty-Response-act-by-hand");
});

test("does not make alarms when they are turned off, with a dashboard or without", () => {
  // WHEN
  const [bare, drawn] = [response({ alarms: false }), response({ alarms: false, dashboard: true })];

  // THEN
  expect(bare.counts).not.toHaveProperty(CloudwatchMetricAlarm.tfResourceType);
  expect(bare.counts).not.toHaveProperty(CloudwatchLogMetricFilter.tfResourceType);
  expect(drawn.counts).not.toHaveProperty(CloudwatchMetricAlarm.tfResourceType);
  expect(drawn.counts).toHaveProperty(CloudwatchLogMetricFilter.tfResourceType);
});
