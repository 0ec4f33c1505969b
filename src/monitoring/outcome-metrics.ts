import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { type Outcome, outcomeField } from "../contract/outcome-line";

/** A metric as CloudWatch's dashboards and alarms name it. */
export interface Metric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions?: Readonly<Record<string, string>>;
}

export interface OutcomeMetricsProps {
  /** The namespace of the metrics; it must not begin with `AWS/`. */
  readonly namespace: string;
  /** Name of the function's log group; a reference, so that the metrics wait for it. */
  readonly logGroupName: string;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/**
 * Metrics of what became of the findings, counted in the function's log, so that the function itself does no counting. A
 * finding that could not be handled is in none of these: the function's own errors and the failure queue show it.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export class OutcomeMetrics extends Construct {
  /** Findings whose sessions the function revoked. */
  readonly revoked: Metric;
  /** Findings that brought no newly stolen credentials: repeats. */
  readonly alreadyRevoked: Metric;
  /** Findings that did not lead to a revocation. */
  readonly notRevoked: Metric;
  /** Findings that a person has to act on: stolen credentials may still work, or somebody works against the revocation. */
  readonly actByHand: Metric;
  /** Seconds from when GuardDuty last saw the credentials used to the write that denies them. */
  readonly secondsToRevoke: Metric;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: OutcomeMetricsProps,
  ) {
    super(scope, id);
    this.revoked = this.count("Revoked", outcomeIs("revoked"));
    this.alreadyRevoked = this.count("AlreadyRevoked", outcomeIs("already-revoked"));
    this.notRevoked = this.count("NotRevoked", outcomeIs("not-revoked"));
    this.actByHand = this.count("ActByHand", `${outcomeField("needsPerson")} IS TRUE`);
    this.filter("NotRevokedByReason", all(outcomeIs("not-revoked"), `${outcomeField("reason")} = *`), {
      value: "1",
      dimensions: { Reason: outcomeField("reason") },
    });
    this.secondsToRevoke = this.filter("SecondsToRevoke", `${outcomeField("secondsToRevoke")} = *`, {
      value: outcomeField("secondsToRevoke"),
      unit: "Seconds",
    });
  }

  /** Findings that did not lead to a revocation for one reason. */
  notRevokedFor(reason: string): Metric {
    return { ...this.metric("NotRevokedByReason"), dimensions: { Reason: reason } };
  }

  private count(metricName: string, condition: string): Metric {
    return this.filter(metricName, condition, { value: "1", unit: "Count" });
  }

  private filter(
    name: string,
    condition: string,
    transformation: { value: string; unit?: string; dimensions?: Record<string, string> },
  ): Metric {
    const { namespace, logGroupName, provider } = this.props;
    new CloudwatchLogMetricFilter(this, name, {
      name,
      logGroupName,
      pattern: `{ ${condition} }`,
      metricTransformation: { namespace, name, ...transformation },
      provider,
    });
    return this.metric(name);
  }

  private metric(metricName: string): Metric {
    return { namespace: this.props.namespace, metricName };
  }
}

const outcomeIs = (outcome: Outcome["outcome"]): string => `${outcomeField("outcome")} = "${outcome}"`;

const all = (...conditions: string[]): string => conditions.map((condition) => `(${condition})`).join(" && ");
