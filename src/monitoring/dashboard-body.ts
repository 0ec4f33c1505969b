import { OUTCOME_MESSAGE, type OutcomeField } from "../contract/outcome-line";
import { NOT_REVOKED_REASONS } from "../contract/reasons";
import type { Metric, OutcomeMetrics } from "./outcome-metrics";

/** What the dashboard shows. */
export interface DashboardSubjects {
  readonly metrics: OutcomeMetrics;
  readonly region: string;
  readonly ruleName: string;
  readonly furtherRules: readonly DashboardRule[];
  readonly functionName: string;
  readonly logGroupName: string;
  readonly queueName: string;
  readonly slowAfterSeconds: number;
  /** Whether other accounts are acted in. */
  readonly members: boolean;
}

/** One more rule that sends findings to the function. */
export interface DashboardRule {
  /** What its findings are, as the graphs call them: `forwarded findings`. */
  readonly findings: string;
  readonly ruleName: string;
  /** @default - the default event bus */
  readonly eventBusName?: string;
}

/** One line of a graph: a metric, what it is called there, and how it is summed up. */
interface Line {
  readonly metric: Metric;
  readonly label: string;
  readonly stat?: "Sum" | "Maximum" | "p50";
}

/** Findings are rare: a graph shows four weeks, and an hour is a point of it. */
const DASHBOARD_RANGE = "-P28D";
const PERIOD_SECONDS = 60 * 60;

const WIDGET = { width: 12, height: 6 };

/** Columns of the table of the latest findings. */
const LATEST_FIELDS: readonly OutcomeField[] = [
  "outcome",
  "reason",
  "role",
  "scope",
  "cutoff",
  "secondsToRevoke",
  "accountId",
  "findingId",
];

/**
 * The dashboard in CloudWatch's JSON.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function dashboardBody(subjects: DashboardSubjects): object {
  const { metrics, ruleName, furtherRules, functionName, queueName, slowAfterSeconds, members } = subjects;
  const ofRules = (metricName: string, label: string): Line[] => [
    { metric: aws("AWS/Events", metricName, { RuleName: ruleName }), label },
    ...furtherRules.map(({ findings, ruleName, eventBusName }) => {
      const bus = eventBusName !== undefined && { EventBusName: eventBusName };
      return { metric: aws("AWS/Events", metricName, { ...bus, RuleName: ruleName }), label: `${label}: ${findings}` };
    }),
  ];
  const lambda = (metricName: string) => aws("AWS/Lambda", metricName, { FunctionName: functionName });
  const queue = (metricName: string) => aws("AWS/SQS", metricName, { QueueName: queueName });
  const graph = (title: string, lines: readonly Line[], properties: object = {}) =>
    widget("metric", { title, view: "timeSeries", metrics: lines.map(toJson), ...properties }, subjects);

  const widgets = [
    graph("Findings and what became of them", [
      ...ofRules("TriggeredRules", "matched by the rule"),
      { metric: metrics.revoked, label: "revoked" },
      { metric: metrics.alreadyRevoked, label: "already revoked" },
      { metric: metrics.notRevoked, label: "not revoked" },
      { metric: metrics.actByHand, label: "act by hand" },
    ]),
    graph(
      "Not revoked, by reason",
      NOT_REVOKED_REASONS.filter((reason) => members || reason !== "member-role-refused").map((reason) => ({
        metric: metrics.notRevokedFor(reason),
        label: reason,
      })),
      { stacked: true },
    ),
    graph(
      "Seconds from the last use of stolen credentials to their revocation",
      [
        { metric: metrics.secondsToRevoke, label: "longest", stat: "Maximum" },
        { metric: metrics.secondsToRevoke, label: "median", stat: "p50" },
      ],
      { annotations: { horizontal: [{ label: "too slow", value: slowAfterSeconds }] }, yAxis: { left: { min: 0 } } },
    ),
    graph("Failures: each of these should be zero", [
      { metric: lambda("Errors"), label: "errors of the function" },
      { metric: lambda("Throttles"), label: "function throttled" },
      { metric: lambda("AsyncEventsDropped"), label: "given up by Lambda" },
      { metric: lambda("DestinationDeliveryFailures"), label: "lost by Lambda: not even left in the queue" },
      ...ofRules("FailedInvocations", "not delivered by the rule"),
      ...ofRules("InvocationsFailedToBeSentToDlq", "lost by the rule"),
    ]),
    graph("Failure queue", [
      { metric: queue("ApproximateNumberOfMessagesVisible"), label: "findings not handled", stat: "Maximum" },
      { metric: queue("ApproximateAgeOfOldestMessage"), label: "age of the oldest in seconds", stat: "Maximum" },
    ]),
    graph("Run time of the function in milliseconds", [
      { metric: lambda("Duration"), label: "longest", stat: "Maximum" },
      { metric: lambda("Duration"), label: "median", stat: "p50" },
    ]),
    { ...widget("log", latestFindings(subjects), subjects), width: 24 },
  ];
  return {
    start: DASHBOARD_RANGE,
    widgets: widgets.map((each, index) => ({
      ...each,
      x: (index % 2) * WIDGET.width,
      y: Math.floor(index / 2) * WIDGET.height,
    })),
  };
}

function aws(namespace: string, metricName: string, dimensions: Record<string, string>): Metric {
  return { namespace, metricName, dimensions };
}

function toJson({ metric: { namespace, metricName, dimensions = {} }, label, stat = "Sum" }: Line): unknown[] {
  return [namespace, metricName, ...Object.entries(dimensions).flat(), { label, stat, period: PERIOD_SECONDS }];
}

const field = (name: OutcomeField): string => name;

function latestFindings({ logGroupName }: DashboardSubjects) {
  const query = [
    `SOURCE '${logGroupName}'`,
    `fields ${["@timestamp", ...LATEST_FIELDS].join(", ")}`,
    `filter ${field("message")} = "${OUTCOME_MESSAGE}"`,
    "sort @timestamp desc",
    "limit 50",
  ];
  return { title: "Latest findings", view: "table", query: query.join(" | ") };
}

function widget(type: "metric" | "log", properties: object, { region }: DashboardSubjects) {
  return { type, ...WIDGET, properties: { ...properties, region } };
}
