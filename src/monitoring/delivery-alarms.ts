import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { DEFAULTS } from "../contract/defaults";
import type { Metric } from "./outcome-metrics";

export interface DeliveryAlarmsProps {
  /** Prefix of the alarms' names. */
  readonly namePrefix: string;
  /** The queue of events that could not be delivered or handled. */
  readonly queueName: string;
  /** ARNs of what is notified when an alarm enters the ALARM state, and when the queue is empty again. */
  readonly actions: readonly string[];
  /** What the alarms call the events, and where a lost one can still be found. */
  readonly events: WatchedEvents;
  /**
   * Address of the runbook that the alarms name.
   *
   * @default - they name this project's own, `docs/operations.md`
   */
  readonly runbookUrl?: string;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/** Events as the descriptions of alarms speak of them. */
export interface WatchedEvents {
  /** One of them, with its article: `a finding`. */
  readonly one: string;
  /** Several: `findings`. It is part of alarms' names. */
  readonly several: string;
  /** What to do about those that are lost, as a sentence. */
  readonly ifLost: string;
}

/** What distinguishes one alarm from the others. */
export interface Alarm {
  readonly metric: Metric;
  readonly statistic: "Maximum" | "Sum";
  readonly threshold?: number;
  /** What happened, what to look at, and what to do. */
  readonly description: string;
}

/** Hours of the day, in UTC, at which a queue that is not empty is mailed about again. */
const REMINDER_HOURS = [0, 6, 12, 18];

/**
 * Alarms on every way in which an event can get lost between EventBridge and a target.
 *
 * CloudWatch notifies when an alarm changes its state, and not again while it stays in ALARM: a message that is left in the
 * queue would hide the next one. So whatever puts a message there has an alarm of its own, which returns to OK by itself, and
 * another alarm enters the ALARM state every six hours for as long as the queue is not empty.
 *
 * Metrics of SQS and EventBridge may come late, and AWS does not promise each data point. SQS takes up to 15 minutes to
 * report on a queue that was not used for six hours.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
export class DeliveryAlarms extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: DeliveryAlarmsProps,
  ) {
    super(scope, id);
    this.watchQueue();
  }

  /**
   * Watches a rule too: whether it delivers, and whether what it does not deliver reaches the queue.
   *
   * @param id distinguishes the rule from others, in the stack and in the alarms' names.
   * @param ruleName name of the rule.
   * @param eventBusName name of the event bus that the rule is on, if it is not the default one.
   * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html, on the dimensions of metrics
   */
  watchRule(id: string, ruleName: string, eventBusName?: string): void {
    const { queueName, events } = this.props;
    // Metrics that have no bus in their dimensions are those of the default one.
    const dimensions = { RuleName: ruleName, ...(eventBusName !== undefined && { EventBusName: eventBusName }) };
    const of = (metricName: string): Metric => ({ namespace: "AWS/Events", metricName, dimensions });
    this.add(`${id}-undelivered`, `${id}-did-not-deliver`, {
      metric: of("FailedInvocations"),
      statistic: "Sum",
      description:
        `The rule ${ruleName} could not deliver ${events.one} to one of its targets and gave up. Look in the queue ${queueName} ` +
        "for it, the target and the error, and handle it from there. Then repair the target's permissions.",
    });
    this.add(`${id}-lost`, `${id}-lost-${events.several}`, {
      metric: of("InvocationsFailedToBeSentToDlq"),
      statistic: "Sum",
      description:
        `The rule ${ruleName} could not deliver ${events.one}, nor leave it in the queue ${queueName}: it is lost. ` +
        `${events.ifLost} Then repair the queue's policy, and the target.`,
    });
  }

  private watchQueue(): void {
    const { queueName, actions, events } = this.props;
    const description =
      `There are unhandled ${events.several} in the queue ${queueName}. No report was sent for them. Inspect each one, then act ` +
      "manually or redrive it.";
    const visible: Metric = {
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: queueName },
    };
    this.add("queue", "events-not-handled", { metric: visible, statistic: "Maximum", description }, [...actions]);
    this.addReminder(visible, description);
  }

  /**
   * Adds an alarm on one metric.
   *
   * @internal
   */
  protected add(
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
    const { namePrefix, actions, runbookUrl = DEFAULTS.runbook, provider } = this.props;
    return {
      alarmName: `${namePrefix}-${name}`,
      alarmDescription: `${description} Runbook: ${runbookUrl}.`,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      alarmActions: [...actions],
      provider,
    };
  }
}
