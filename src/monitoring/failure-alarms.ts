import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

export interface FailureAlarmsProps {
  /** What the alarms' names begin with. */
  readonly namePrefix: string;
  readonly queueName: string;
  readonly functionName: string;
  /** ARNs that are told when an alarm goes on and off. */
  readonly actions: readonly string[];
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/** Two alarms: something lies in the failure queue, and the function has failed. Either means: look now. */
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
        `Findings lie in the queue ${queueName}: nobody was told what became of them. Look at each, and act by hand ` +
        "or run it again.",
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: queueName },
      statistic: "Maximum",
    });
    new CloudwatchMetricAlarm(this, "errors", {
      ...common,
      alarmName: `${namePrefix}-function-errors`,
      alarmDescription:
        `The function ${functionName} failed to handle a finding. Lambda tries twice more; what fails again goes to ` +
        `the queue ${queueName}.`,
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: functionName },
      statistic: "Sum",
    });
  }
}
