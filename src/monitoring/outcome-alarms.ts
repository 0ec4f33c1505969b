import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { DEFAULTS } from "../contract/defaults";
import type { OutcomeMetrics } from "./outcome-metrics";

export interface OutcomeAlarmsProps {
  /** Prefix of the alarms' names. */
  readonly namePrefix: string;
  /** What became of the findings. */
  readonly metrics: OutcomeMetrics;
  /** ARNs of what is notified when an alarm enters the ALARM state. */
  readonly actions: readonly string[];
  /**
   * Seconds from the last use of stolen credentials to their revocation from which a revocation is slow. GuardDuty itself
   * takes up to about 20 minutes.
   *
   * @default - 1,800 seconds
   */
  readonly slowAfterSeconds?: number;
  /**
   * Address of the runbook that the alarms name.
   *
   * @default - they name this project's own, `docs/operations.md`
   */
  readonly runbookUrl?: string;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/** Alarms on findings that a person has to act on, and on revocations that came late. */
export class OutcomeAlarms extends Construct {
  constructor(scope: Construct, id: string, props: OutcomeAlarmsProps) {
    super(scope, id);
    const { namePrefix, metrics, actions, provider } = props;
    const { slowAfterSeconds = DEFAULTS.slowAfterSeconds, runbookUrl = DEFAULTS.runbook } = props;
    const common = {
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      period: 60,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      // No notification when they return to OK: a minute without a finding does not mean that somebody has acted.
      alarmActions: [...actions],
      provider,
    };
    new CloudwatchMetricAlarm(this, "act-by-hand", {
      ...common,
      ...metrics.actByHand,
      alarmName: `${namePrefix}-act-by-hand`,
      alarmDescription:
        "Stolen role credentials may still work: the function was not allowed to revoke them, or could not. Read the mail " +
        `about the finding: it says why, and has the command to act by hand. Runbook: ${runbookUrl}.`,
      statistic: "Sum",
      threshold: 1,
    });
    new CloudwatchMetricAlarm(this, "slow-revocation", {
      ...common,
      ...metrics.secondsToRevoke,
      alarmName: `${namePrefix}-slow-revocation`,
      alarmDescription:
        `Stolen role credentials were revoked ${slowAfterSeconds} seconds or more after GuardDuty last saw them used. They ` +
        "do not work any more, but the thief had time: find out what the keys were used for. Then look for retries in the " +
        "function's log, and at how often the detector publishes findings that go on. " +
        `Runbook: ${runbookUrl}.`,
      statistic: "Maximum",
      threshold: slowAfterSeconds,
    });
  }
}
