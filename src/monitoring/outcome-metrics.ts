import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { NOT_REVOKED, NOT_REVOKED_REASONS } from "../contract/reasons";

/** A metric as CloudWatch's dashboards and alarms name it. */
export interface Metric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions?: Readonly<Record<string, string>>;
}

export interface ResponseMetricsProps {
  /** The namespace of the metrics; it must not begin with `AWS/`. */
  readonly namespace: string;
  /** Name of the function's log group. */
  readonly logGroupName: string;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/**
 * Counts what the function's log says about each finding, so that the function itself does no counting. A finding that
 * could not be handled is in none of these: the function's own errors and the failure queue show it.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export class ResponseMetrics extends Construct {
  /** Findings whose sessions the function revoked. */
  readonly revoked: Metric;
  /** Findings that brought no newly stolen credentials: repeats. */
  readonly alreadyRevoked: Metric;
  /** Findings that nothing was done about. */
  readonly notRevoked: Metric;
  /**
   * Findings that a person has to act on: not revoked for any reason that is not known to be routine, or revoked by a
   * policy that somebody keeps removing.
   */
  readonly actByHand: Metric;
  /** Seconds from when GuardDuty last saw the credentials used to the write that denies them. */
  readonly secondsToRevoke: Metric;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ResponseMetricsProps,
  ) {
    super(scope, id);
    const routine = NOT_REVOKED_REASONS.filter((reason) => NOT_REVOKED[reason] === "routine");
    const notRoutine = routine.map((reason) => `($.reason != "${reason}")`).join(" && ");
    this.revoked = this.count("Revoked", '{ $.outcome = "revoked" }');
    this.alreadyRevoked = this.count("AlreadyRevoked", '{ $.outcome = "already-revoked" }');
    this.notRevoked = this.count("NotRevoked", '{ $.outcome = "not-revoked" }');
    this.actByHand = this.count(
      "ActByHand",
      `{ (($.outcome = "not-revoked") && ${notRoutine}) || ($.verification = "not-kept") }`,
    );
    this.filter("NotRevokedByReason", '{ ($.outcome = "not-revoked") && ($.reason = *) }', {
      value: "1",
      dimensions: { Reason: "$.reason" },
    });
    this.secondsToRevoke = this.filter("SecondsToRevoke", "{ $.secondsToRevoke = * }", {
      value: "$.secondsToRevoke",
      unit: "Seconds",
    });
  }

  /** Findings that nothing was done about for one reason. */
  notRevokedFor(reason: string): Metric {
    return { ...this.metric("NotRevokedByReason"), dimensions: { Reason: reason } };
  }

  private count(metricName: string, pattern: string): Metric {
    return this.filter(metricName, pattern, { value: "1", unit: "Count" });
  }

  private filter(
    name: string,
    pattern: string,
    transformation: { value: string; unit?: string; dimensions?: Record<string, string> },
  ): Metric {
    const { namespace, logGroupName, provider } = this.props;
    new CloudwatchLogMetricFilter(this, name, {
      name,
      logGroupName,
      pattern,
      metricTransformation: { namespace, name, ...transformation },
      provider,
    });
    return this.metric(name);
  }

  private metric(metricName: string): Metric {
    return { namespace: this.props.namespace, metricName };
  }
}
