import type { Construct } from "constructs";

import { DeliveryAlarms, type DeliveryAlarmsProps, type WatchedEvents } from "./delivery-alarms";
import type { Metric } from "./outcome-metrics";

export interface FailureAlarmsProps extends Omit<DeliveryAlarmsProps, "events"> {
  /** The function that handles findings; it is invoked asynchronously, and what fails goes to the queue. */
  readonly functionName: string;
}

const FINDINGS: WatchedEvents = {
  one: "a finding",
  several: "findings",
  ifLost: "Open GuardDuty's findings in the console and act on the latest by hand.",
};

/**
 * Lambda starts the third and last attempt at most seven minutes after it took the event: a minute after the first, two minutes
 * after the second, each of which may run for two minutes. An event that is older has waited for something else.
 */
const MAX_EVENT_AGE_MILLISECONDS = 10 * 60_000;

/**
 * Alarms on every way in which a finding can be late or get lost between GuardDuty and its report: in a rule, in the queue, and
 * in the function.
 *
 * Metrics of Lambda may come late, and AWS does not promise each data point.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export class FailureAlarms extends DeliveryAlarms {
  constructor(scope: Construct, id: string, props: FailureAlarmsProps) {
    super(scope, id, { ...props, events: FINDINGS });
    this.watchFunction(props);
  }

  private watchFunction({ queueName, functionName }: FailureAlarmsProps): void {
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
}
