import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { DEFAULTS } from "../contract/defaults";
import { jsonText } from "../shared/attribute-text";
import { Place } from "../shared/place";
import { dashboardBody, type DashboardRule } from "./dashboard-body";
import type { OutcomeMetrics } from "./outcome-metrics";

export interface ResponseDashboardProps {
  /** Prefix of the dashboard's name, which is `<prefix>-<region>`. */
  readonly namePrefix: string;
  /** What became of the findings. */
  readonly metrics: OutcomeMetrics;
  /** The rule on stolen role credentials. */
  readonly ruleName: string;
  /**
   * Other rules that send findings to the function.
   *
   * @default - none
   */
  readonly furtherRules?: readonly DashboardRule[];
  readonly functionName: string;
  /** Name of the function's log group. */
  readonly logGroupName: string;
  readonly queueName: string;
  /**
   * Seconds from the last use of stolen credentials to their revocation at which a line marks the revocation as slow.
   *
   * @default - 1,800 seconds
   */
  readonly slowAfterSeconds?: number;
  /**
   * Whether the response acts in other accounts, for which there is a reason of its own not to revoke.
   *
   * @default - it does not
   */
  readonly members?: boolean;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/**
 * What became of every finding, on one page: metrics of the function's log beside those of rule, function and queue.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export class ResponseDashboard extends Construct {
  readonly dashboardName: string;
  /** Escape hatch: the resource itself. */
  readonly resource: CloudwatchDashboard;

  constructor(scope: Construct, id: string, props: ResponseDashboardProps) {
    super(scope, id);
    const { namePrefix, furtherRules = [], members = false, provider } = props;
    const { slowAfterSeconds = DEFAULTS.slowAfterSeconds } = props;
    const { region } = Place.of(this, provider);
    // Dashboards are the account's, not the region's: those of two regions would overwrite each other.
    this.dashboardName = `${namePrefix}-${region}`;
    this.resource = new CloudwatchDashboard(this, "Resource", {
      dashboardName: this.dashboardName,
      dashboardBody: jsonText(dashboardBody({ ...props, region, furtherRules, slowAfterSeconds, members })),
      provider,
    });
  }
}
