import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";

import { logLine } from "../../../lambda/revoke-sessions/log";
import type { Result } from "../../../lambda/revoke-sessions/outcome";
import type { Revoked } from "../../../lambda/revoke-sessions/respond";
import {
  CredentialExfiltrationResponse,
  type CredentialExfiltrationResponseProps,
  ResponseDashboard,
  RevocableRoles,
} from "../../../src";
import { NOT_REVOKED_REASONS } from "../../../src/contract/reasons";
import { dataPointsOf } from "../../support/metric-filter";
import type { Block } from "../../../scripts/block";
import { Template } from "../../support/template";

const ACTIONS = ["arn:aws:sns:us-west-2:111122223333:alerts"];

function response(props: Partial<CredentialExfiltrationResponseProps> = {}): Template {
  return Template.from(
    (stack) =>
      new CredentialExfiltrationResponse(stack, "response", {
        revocableRoles: RevocableRoles.anyOfAccount(),
        alertEmails: ["security@example.com"],
        dashboard: true,
        ...props,
      }),
  );
}

/** Lines as the function logs them: one of each outcome, and one for each reason. */
const LINES = {
  revoked: line({ outcome: "revoked" }, "2026-03-01T12:00:00Z", "2026-03-01T12:10:30Z", "verified"),
  notKept: line({ outcome: "revoked" }, undefined, "2026-03-01T12:10:30Z", "not-kept"),
  alreadyRevoked: line({ outcome: "already-revoked" }),
  notRevoked: NOT_REVOKED_REASONS.map((reason) => line({ outcome: "not-revoked", reason })),
};
const ALL_LINES = Object.values(LINES).flat();

function line(result: Partial<Result>, lastSeen?: string, writtenAt?: string, verification?: string): string {
  const revoked = {
    finding: { activity: { lastSeen } },
    writtenAt: writtenAt && new Date(writtenAt),
    verification: { state: verification },
  } as unknown as Revoked;
  return logLine(result as Result, verification ? revoked : undefined, new Date("2026-03-01T12:10:41Z"));
}

/** Every metric that a log line or AWS itself makes, written as one text. */
function emitted(template: Template): Set<string> {
  const byFilters = template
    .all(CloudwatchLogMetricFilter)
    .flatMap((filter) => ALL_LINES.flatMap((each) => dataPointsOf(filter, each)))
    .map(({ namespace, metricName, dimensions }) => nameOf(namespace, metricName, dimensions));
  const names = (type: { tfResourceType: string }, attribute: string): string[] =>
    template.all(type).map((block) => String(block[attribute]));
  const reporting: Record<string, Record<string, string[]>> = {
    "AWS/Events": { RuleName: names(CloudwatchEventRule, "name") },
    "AWS/Lambda": { FunctionName: names(LambdaFunction, "function_name") },
    "AWS/SQS": { QueueName: names(SqsQueue, "name") },
  };
  const byAws = Object.entries(reporting).flatMap(([namespace, dimensions]) =>
    Object.entries(dimensions).flatMap(([dimension, values]) =>
      values.flatMap((value) =>
        AWS_METRICS[namespace]!.map((metric) => nameOf(namespace, metric, { [dimension]: value })),
      ),
    ),
  );
  return new Set([...byFilters, ...byAws]);
}

/**
 * What AWS's services report by themselves.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
const AWS_METRICS: Readonly<Record<string, readonly string[]>> = {
  "AWS/Events": [
    "TriggeredRules",
    "Invocations",
    "FailedInvocations",
    "InvocationsSentToDlq",
    "InvocationsFailedToBeSentToDlq",
  ],
  "AWS/Lambda": ["Invocations", "Errors", "Throttles", "Duration", "DestinationDeliveryFailures"],
  "AWS/SQS": ["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"],
};

const nameOf = (namespace: string, metric: string, dimensions: object): string =>
  [namespace, metric, ...Object.entries(dimensions).flat()].join(" ");

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly metrics?: [...string[], object][]; readonly query?: string; readonly region: string };
}

const widgetsOf = (template: Template): Widget[] =>
  JSON.parse(template.only(CloudwatchDashboard)["dashboard_body"]).widgets as Widget[];

const shown = (template: Template): string[] =>
  widgetsOf(template).flatMap(({ properties }) =>
    (properties.metrics ?? []).map((metric) => metric.slice(0, -1).join(" ")),
  );

const watched = (template: Template): string[] =>
  template
    .all(CloudwatchMetricAlarm)
    .map((alarm) => nameOf(alarm["namespace"], alarm["metric_name"], (alarm["dimensions"] ?? {}) as object));

function alarm(template: Template, name: string): Block | undefined {
  return template.all(CloudwatchMetricAlarm).find(({ alarm_name }) => alarm_name === name);
}

/** How often each metric is counted for a log line. */
function counts(logged: string): Record<string, number> {
  const points = response()
    .all(CloudwatchLogMetricFilter)
    .flatMap((filter) => dataPointsOf(filter, logged));
  return Object.fromEntries(points.map(({ metricName, value }) => [metricName, value]));
}

describe("the dashboard", () => {
  test("shows only metrics that something emits", () => {
    // WHEN
    const template = response();

    // THEN
    const known = emitted(template);
    expect(shown(template).filter((metric) => !known.has(metric))).toEqual([]);
    expect(shown(template).length).toBeGreaterThan(20);
  });

  test("shows every metric that is made of the log", () => {
    // WHEN
    const template = response();

    // THEN
    const own = [...emitted(template)].filter((metric) => !metric.startsWith("AWS/"));
    expect(new Set(shown(template).filter((metric) => !metric.startsWith("AWS/")))).toEqual(new Set(own));
  });

  test("fails to be believed where a metric is one that nothing emits", () => {
    // GIVEN a dashboard over a function, a rule and a queue that the stack does not have
    const template = Template.from(
      (stack) =>
        new ResponseDashboard(stack, "dashboard", {
          namePrefix: "Test",
          ruleName: "none",
          functionName: "none",
          logGroupName: "none",
          queueName: "none",
        }),
    );

    // WHEN
    const known = emitted(template);

    // THEN
    expect(shown(template).filter((metric) => !known.has(metric))).toContain(
      "AWS/SQS ApproximateAgeOfOldestMessage QueueName none",
    );
  });

  test("shows a line for each reason that the function knows", () => {
    // WHEN
    const known = shown(response());

    // THEN
    for (const reason of NOT_REVOKED_REASONS) {
      expect(known.filter((metric) => metric.endsWith(`NotRevokedByReason Reason ${reason}`))).toHaveLength(1);
    }
  });

  test("reads the log of the function, in the region that it is in", () => {
    // WHEN
    const template = response();

    // THEN
    const logGroup = template.all(CloudwatchLogMetricFilter)[0]!["log_group_name"];
    expect(logGroup).toMatch(/^\$\{aws_cloudwatch_log_group\..+\.name\}$/);
    const [log] = widgetsOf(template).filter(({ type }) => type === "log");
    expect(log?.properties.query).toContain(`SOURCE '${logGroup}'`);
    expect(new Set(widgetsOf(template).map(({ properties }) => properties.region)).size).toBe(1);
  });

  test("has no widgets that lie on each other or beside the page", () => {
    const cells = widgetsOf(response()).flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, cell) => `${x + (cell % width)}/${y + Math.floor(cell / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.filter((cell) => Number(cell.split("/")[0]) >= 24)).toEqual([]);
  });

  test("is not made unless asked for", () => {
    const { counts } = response({ dashboard: undefined });
    expect(counts).not.toHaveProperty("aws_cloudwatch_dashboard");
    expect(counts).not.toHaveProperty("aws_cloudwatch_log_metric_filter");
  });
});

describe("the metrics", () => {
  test("count a revocation, with the time that it took", () => {
    expect(counts(LINES.revoked)).toEqual({ Revoked: 1, SecondsToRevoke: 630 });
  });

  test("count a repeat", () => {
    expect(counts(LINES.alreadyRevoked)).toEqual({ AlreadyRevoked: 1 });
  });

  test.each(["sample-finding", "archived-finding", "unsupported-type", "below-severity", "other-account"] as const)(
    "do not ask a person to act on %s",
    (reason) => {
      expect(counts(line({ outcome: "not-revoked", reason }))).toEqual({ NotRevoked: 1, NotRevokedByReason: 1 });
    },
  );

  test.each(["exempt-role", "protected-role", "policy-quota-exceeded", "notify-only", "a reason of tomorrow"])(
    "ask a person to act on %s",
    (reason) => {
      const logged = line({ outcome: "not-revoked", reason: reason as Result["reason"] });
      expect(counts(logged)).toEqual({ NotRevoked: 1, NotRevokedByReason: 1, ActByHand: 1 });
    },
  );

  test("ask a person to act where the policy could not be kept", () => {
    expect(counts(LINES.notKept)).toEqual({ Revoked: 1, ActByHand: 1 });
  });

  test("fail to count what Lambda itself logs", () => {
    expect(counts('{"time":"2026-03-01T12:10:41Z","type":"platform.report","record":{"status":"success"}}')).toEqual(
      {},
    );
  });
});

describe("the alarms", () => {
  test("watch only metrics that something emits", () => {
    // WHEN
    const template = response();

    // THEN
    const known = emitted(template);
    expect(watched(template).filter((metric) => !known.has(metric))).toEqual([]);
    expect(watched(template)).toHaveLength(4);
  });

  test("tell the given actions, and nobody when they go off again", () => {
    // WHEN
    const template = response({ alarmActions: ACTIONS, prefix: "Test" });

    // THEN
    for (const name of ["Test-act-by-hand", "Test-slow-revocation"]) {
      expect(alarm(template, name)).toMatchObject({ alarm_actions: ACTIONS, treat_missing_data: "notBreaching" });
      expect(alarm(template, name)).not.toHaveProperty("ok_actions");
    }
  });

  test("call a revocation late after half an hour", () => {
    expect(alarm(response({ prefix: "Test" }), "Test-slow-revocation")).toMatchObject({
      statistic: "Maximum",
      comparison_operator: "GreaterThanOrEqualToThreshold",
      threshold: 1_800,
    });
  });

  test("fail to appear where the response is to have none", () => {
    const { counts } = response({ alarms: false });
    expect(counts).toHaveProperty("aws_cloudwatch_dashboard", 1);
    expect(counts).not.toHaveProperty("aws_cloudwatch_metric_alarm");
  });
});
