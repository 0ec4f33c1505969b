import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { RUNBOOK } from "../contract/runbook";

export interface FailureAlarmsProps {
  /** Prefix of the alarms' names. */
  readonly namePrefix: string;
  readonly queueName: string;
  readonly functionName: string;
  /** ARNs of what is notified when an alarm enters or leaves the ALARM state. */
  readonly actions: readonly string[];
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/** Alarms on events in the failure queue, and on errors of the function. Either means: look now. */
export class FailureAlarms extends Construct {
  constructor(scope: Construct, id: string, props: FailureAlarmsProps) {
    super(scope, id);
    const { namePrefix, queueName, functionName, actions, provider } = props;
    const common = {
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      period: 60,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      alarmActions: [...actions],
      okActions: [...actions],
      provider,
    };
    new CloudwatchMetricAlarm(this, "queue", {
      ...common,
      alarmName: `${namePrefix}-events-not-handled`,
      alarmDescription:
        `There are unhandled findings in the queue ${queueName}. No report was sent for them. Inspect each one, then act ` +
        `manually or redrive it. Runbook: ${RUNBOOK}.`,
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: queueName },
      statistic: "Maximum",
    });
    new CloudwatchMetricAlarm(this, "errors", {
      ...common,
      alarmName: `${namePrefix}-function-errors`,
      alarmDescription:
        `The function ${functionName} failed to handle a finding. Lambda tries twice more within minutes; what fails again ` +
        `goes to the queue ${queueName}, which has an alarm of its own. Read the function's log. Runbook: ${RUNBOOK}.`,
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: functionName },
      statistic: "Sum",
    });
  }
}
