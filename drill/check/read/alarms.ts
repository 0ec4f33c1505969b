import { DescribeAlarmsCommand, type MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { DescribeMetricFiltersCommand } from "@aws-sdk/client-cloudwatch-logs";

import type { Clients } from "../../aws/clients";
import { allPages } from "../../aws/pages";
import type { ReadAlarm } from "../judge/alarms";

/** Names by which an alarm's metric tells what it watches. */
export interface Watched {
  readonly functionName: string;
  readonly ruleNames: readonly string[];
  readonly queueName?: string;
  readonly logGroupName: string;
}

/** The alarms on a function, on its rules, its failure queue, and on what is counted in its log. */
export async function readAlarms(clients: Clients, watched: Watched): Promise<ReadAlarm[]> {
  const { functionName, ruleNames, queueName, logGroupName } = watched;
  const filters = await allPages(async (nextToken) => {
    const page = await clients.logs().send(new DescribeMetricFiltersCommand({ logGroupName, nextToken }));
    return { items: page.metricFilters, next: page.nextToken };
  });
  const namespaces = filters.flatMap(({ metricTransformations = [] }) =>
    metricTransformations.map(({ metricNamespace }) => metricNamespace),
  );
  const alarms = await allPages(async (NextToken) => {
    const page = await clients.cloudWatch().send(new DescribeAlarmsCommand({ AlarmTypes: ["MetricAlarm"], NextToken }));
    return { items: page.MetricAlarms, next: page.NextToken };
  });
  const dimensions: readonly (readonly [string, readonly (string | undefined)[]])[] = [
    ["FunctionName", [functionName]],
    ["RuleName", ruleNames],
    ["QueueName", [queueName]],
  ];
  const watches = (alarm: MetricAlarm): boolean =>
    metricsOf(alarm).some(
      (metric) =>
        namespaces.includes(metric.Namespace ?? "") ||
        dimensions.some(([name, values]) =>
          metric.Dimensions?.some((dimension) => dimension.Name === name && values.includes(dimension.Value)),
        ),
    );
  return alarms.filter(watches).map(({ AlarmName = "", StateValue = "", ActionsEnabled, AlarmActions = [] }) => ({
    name: AlarmName,
    state: StateValue,
    actionsEnabled: ActionsEnabled !== false,
    actions: AlarmActions,
  }));
}

/** The metrics that an alarm looks at: its own, or those that its expression is made of. */
function metricsOf({ Namespace, Dimensions, Metrics = [] }: MetricAlarm) {
  return [{ Namespace, Dimensions }, ...Metrics.map(({ MetricStat }) => MetricStat?.Metric ?? {})];
}
