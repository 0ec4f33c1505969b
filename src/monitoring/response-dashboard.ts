import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { dashboardBody } from "./dashboard-body";
import { jsonText } from "../shared/attribute-text";
import { Place } from "../shared/place";
import { ResponseMetrics } from "./outcome-metrics";

export interface ResponseDashboardProps {
  /** What the names of the dashboard, which has the region behind it, its metrics and its alarms begin with. */
  readonly namePrefix: string;
  /** The rule on stolen role credentials. */
  readonly ruleName: string;
  readonly functionName: string;
  /** Name of the function's log group; a reference, so that the metrics wait for it. */
  readonly logGroupName: string;
  readonly queueName: string;
  /**
   * Seconds from the last use of stolen credentials to their revocation above which an alarm goes on. GuardDuty itself
   * takes up to about 20 minutes.
   *
   * @default - 1,800 seconds
   */
  readonly slowAfterSeconds?: number;
  /**
   * ARNs that the alarms tell.
   *
   * @default - there are no alarms, only the dashboard
   */
  readonly alarmActions?: readonly string[];
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/**
 * What became of every finding, on one page: metrics of the function's log beside those of rule, function and queue.
 * Two alarms: a finding that a person has to act on, and a revocation that came late.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export class ResponseDashboard extends Construct {
  readonly dashboardName: string;
  readonly metrics: ResponseMetrics;
  /** Escape hatch: the resource itself. */
  readonly resource: CloudwatchDashboard;

  constructor(scope: Construct, id: string, props: ResponseDashboardProps) {
    super(scope, id);
    const { namePrefix, logGroupName, slowAfterSeconds = 30 * 60, alarmActions, provider } = props;
    this.metrics = new ResponseMetrics(this, "metrics", {
      namespace: `${namePrefix}/CredentialExfiltration`,
      logGroupName,
      provider,
    });
    const { region } = Place.of(this, provider);
    // Dashboards are the account's, not the region's: those of two regions would overwrite each other.
    this.dashboardName = `${namePrefix}-${region}`;
    this.resource = new CloudwatchDashboard(this, "Resource", {
      dashboardName: this.dashboardName,
      dashboardBody: jsonText(dashboardBody({ ...props, metrics: this.metrics, region, slowAfterSeconds })),
      provider,
    });
    if (alarmActions) this.addAlarms(props, slowAfterSeconds, alarmActions);
  }

  private addAlarms({ namePrefix, provider }: ResponseDashboardProps, slowAfter: number, actions: readonly string[]) {
    const common = {
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      period: 60,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      // Nobody is told when they go off again: a minute without a finding does not mean that somebody has acted.
      alarmActions: [...actions],
      provider,
    };
    new CloudwatchMetricAlarm(this, "act-by-hand", {
      ...common,
      ...this.metrics.actByHand,
      alarmName: `${namePrefix}-act-by-hand`,
      alarmDescription:
        "Stolen role credentials may still be good: the function was not allowed to revoke them, or could not. The mail " +
        "about the finding says why, and how to act by hand.",
      statistic: "Sum",
      threshold: 1,
    });
    new CloudwatchMetricAlarm(this, "slow-revocation", {
      ...common,
      ...this.metrics.secondsToRevoke,
      alarmName: `${namePrefix}-slow-revocation`,
      alarmDescription:
        `Stolen role credentials were revoked more than ${slowAfter} seconds after GuardDuty last saw them used. Look ` +
        "for retries in the function's log, and at how often the detector publishes findings that go on.",
      statistic: "Maximum",
      threshold: slowAfter,
    });
  }
}
