import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter";

import { OutcomeMetrics } from "../../../src";
import { dataPointsOf } from "../../support/metric-filter";
import { OUTCOME_LINES, outcomeLine } from "../../support/outcome-lines";
import { Template } from "../../support/template";

const FILTERS = Template.from(
  (stack) => new OutcomeMetrics(stack, "metrics", { namespace: "Test", logGroupName: "log" }),
).all(CloudwatchLogMetricFilter);

/** How often each metric is counted for a log line. */
function counts(logged: string): Record<string, number> {
  const points = FILTERS.flatMap((filter) => dataPointsOf(filter, logged));
  return Object.fromEntries(points.map(({ metricName, value }) => [metricName, value]));
}

describe("the metrics", () => {
  test("count a revocation, with the time that it took", () => {
    expect(counts(OUTCOME_LINES.revoked)).toEqual({ Revoked: 1, SecondsToRevoke: 630 });
  });

  test("count a repeat", () => {
    expect(counts(OUTCOME_LINES.alreadyRevoked)).toEqual({ AlreadyRevoked: 1 });
  });

  test("do not ask a person to act on what is routine", () => {
    const logged = outcomeLine({ outcome: "not-revoked", reason: "sample-finding", needsPerson: false });
    expect(counts(logged)).toEqual({ NotRevoked: 1, NotRevokedByReason: 1 });
  });

  test("ask a person to act on a finding that was not revoked, if the function says so", () => {
    const logged = outcomeLine({ outcome: "not-revoked", reason: "a reason of tomorrow", needsPerson: true });
    expect(counts(logged)).toEqual({ NotRevoked: 1, NotRevokedByReason: 1, ActByHand: 1 });
  });

  test("ask a person to act if the policy could not be kept", () => {
    expect(counts(OUTCOME_LINES.notKept)).toEqual({ Revoked: 1, ActByHand: 1 });
  });

  test("ignores what Lambda itself logs", () => {
    expect(counts('{"time":"2026-03-01T12:10:41Z","type":"platform.report","record":{"status":"success"}}')).toEqual(
      {},
    );
  });
});
