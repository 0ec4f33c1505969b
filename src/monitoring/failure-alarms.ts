import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { RUNBOOK } from "../contract/runbook";
import type { Metric } from "./outcome-metrics";

export interface FailureAlarmsProps {
  /** Prefix of the alarms' names. */
  readonly namePrefix: string;
  /** The queue of events that could not be delivered or handled. */
  readonly queueName: string;
  /** The function that handles findings; it is invoked asynchronously, and what fails goes to the queue. */
  readonly functionName: string;
  /** ARNs of what is notified when an alarm enters the ALARM state, and when the queue is empty again. */
  readonly actions: readonly string[];
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/** What distinguishes one alarm from the others. */
interface Alarm {
  readonly metric: Metric;
  readonly statistic: "Maximum" | "Sum";
  readonly threshold?: number;
  /** What happened, what to look at, and what to do. */
  readonly description: string;
}

/**
 * Lambda starts the third and last attempt at most seven minutes after it took the event: a minute after the first, two minutes
 * after the second, each of which may run for two minutes. An event that is older has waited for something else.
 */
const MAX_EVENT_AGE_MILLISECONDS = 10 * 60_000;

/** Hours of the day, in UTC, at which a queue that is not empty is mailed about again. */
const REMINDER_HOURS = [0, 6, 12, 18];

/**
 * Alarms on every way in which a finding can be late or get lost between GuardDuty and its report.
 *
 * CloudWatch notifies when an alarm changes its state, and not again while it stays in ALARM: a message that is left in the
 * queue would hide the next one. So whatever puts a message there has an alarm of its own, which returns to OK by itself, and
 * another alarm enters the ALARM state every six hours for as long as the queue is not empty.
 *
 * Metrics of Lambda, SQS and EventBridge may come late, and AWS does not promise each data point. SQS takes up to 15 minutes
 * to report on a queue that was not used for six hours.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
export class FailureAlarms extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: FailureAlarmsProps,
  ) {
    super(scope, id);
    this.watchQueue();
    this.watchFunction();
  }

  /**
   * Watches a rule too: whether it delivers, and whether what it does not deliver reaches the queue.
   *
   * @param id distinguishes the rule from others, in the stack and in the alarms' names.
   * @param ruleName name of a rule of the default event bus.
   */
  watchRule(id: string, ruleName: string): void {
    const { queueName } = this.props;
    const of = (metricName: string): Metric => ({
      namespace: "AWS/Events",
      metricName,
      dimensions: { RuleName: ruleName },
    });
    this.add(`${id}-undelivered`, `${id}-did-not-deliver`, {
      metric: of("FailedInvocations"),
      statistic: "Sum",
      description:
        `The rule ${ruleName} could not deliver a finding to one of its targets and gave up. Look in the queue ${queueName} for ` +
        "the finding, the target and the error, and handle the finding from there. Then repair the target's permissions.",
    });
    this.add(`${id}-lost`, `${id}-lost-findings`, {
      metric: of("InvocationsFailedToBeSentToDlq"),
      statistic: "Sum",
      description:
        `The rule ${ruleName} could not deliver a finding, nor leave it in the queue ${queueName}: the finding is lost. Open ` +
        "GuardDuty's findings in the console and act on the latest by hand. Then repair the queue's policy, and the target.",
    });
  }

  private watchQueue(): void {
    const { queueName, actions } = this.props;
    const description =
      `There are unhandled findings in the queue ${queueName}. No report was sent for them. Inspect each one, then act ` +
      "manually or redrive it.";
    const visible: Metric = {
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: queueName },
    };
    this.add("queue", "events-not-handled", { metric: visible, statistic: "Maximum", description }, [...actions]);
    this.addReminder(visible, description);
  }

  private watchFunction(): void {
    const { queueName, functionName } = this.props;
    const of = (metricName: string): Metric => ({
      namespace: "AWS/Lambda",
      metricName,
      dimensions: { FunctionName: functionName },
    });
    this.add("errors", "function-errors", {
      metric: of("Errors"),
      statistic: "Sum",
      description:
        `The function ${functionName} failed to handle a finding. Lambda tries twice more within minutes; what fails again ` +
        `goes to the queue ${queueName}, which has an alarm of its own. Read the function's log.`,
    });
    this.add("throttles", "function-throttled", {
      metric: of("Throttles"),
      statistic: "Sum",
      description:
        `The function ${functionName} was not run, because too many functions run at once: a finding waits. Lambda tries again for ` +
        "six hours. Find out which function uses up the account's concurrency, and stop it; then reserve some " +
        "for this one (reservedConcurrency).",
    });
    this.add("age", "function-delayed", {
      metric: of("AsyncEventAge"),
      statistic: "Maximum",
      threshold: MAX_EVENT_AGE_MILLISECONDS,
      description:
        `A finding has waited for ten minutes or more for the function ${functionName}, which is longer than Lambda's retries ` +
        "take. Look at the function's errors and throttles. Revoke by hand what cannot wait.",
    });
    this.add("dropped", "function-gave-up", {
      metric: of("AsyncEventsDropped"),
      statistic: "Sum",
      description:
        `Lambda gave up a finding: the function ${functionName} failed three times, or could not be run for six hours. No report ` +
        `was sent for it. Look in the queue ${queueName} for the finding and the error, then act manually or redrive it.`,
    });
    this.add("lost", "function-lost-findings", {
      metric: of("DestinationDeliveryFailures"),
      statistic: "Sum",
      description:
        `The function ${functionName} did not handle a finding, and Lambda could not leave it in the queue ${queueName}: the finding ` +
        "is lost. Open GuardDuty's findings in the console and act on the latest by hand. Then repair the permissions " +
        "of the function's role on the queue, and the queue itself.",
    });
  }

  private add(
    id: string,
    name: string,
    { metric, statistic, threshold = 1, description }: Alarm,
    okActions?: string[],
  ) {
    new CloudwatchMetricAlarm(this, id, {
      ...this.common(name, description),
      ...metric,
      statistic,
      period: 60,
      threshold,
      okActions,
    });
  }

  /** Enters the ALARM state at some hours of the day if there are messages, and leaves it in between. */
  private addReminder({ namespace, metricName, dimensions }: Metric, description: string) {
    const isTime = REMINDER_HOURS.map((hour) => `HOUR(messages) == ${hour}`).join(" OR ");
    const metric = { namespace, metricName, dimensions: { ...dimensions }, stat: "Maximum", period: 300 };
    const expression = `IF(${isTime}, messages, 0)`;
    new CloudwatchMetricAlarm(this, "queue-reminder", {
      ...this.common("events-still-not-handled", description),
      threshold: 1,
      metricQuery: [
        { id: "messages", metric },
        { id: "reminder", expression, label: "Messages, four times a day", returnData: true },
      ],
    });
  }

  private common(name: string, description: string) {
    const { namePrefix, actions, provider } = this.props;
    return {
      alarmName: `${namePrefix}-${name}`,
      alarmDescription: `${description} Runbook: ${RUNBOOK}.`,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      alarmActions: [...actions],
      provider,
    };
  }
}
