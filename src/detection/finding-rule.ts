import type { Construct } from "constructs";

import { EventRule, type EventRuleProps } from "./event-rule";

export interface FindingRuleProps extends Omit<EventRuleProps, "eventPattern"> {
  /**
   * What a finding (`detail` of the event) must look like.
   *
   * @default - every GuardDuty finding matches
   */
  readonly findingPattern?: object;
}

/**
 * An EventBridge rule on GuardDuty findings. Each target has a bounded retry policy, and the failure queue behind it.
 *
 * @example
 * ```ts
 * const rule = new FindingRule(this, "miners", {
 *   ruleName: "miners",
 *   description: "Somebody mines cryptocurrency",
 *   findingPattern: { type: [{ prefix: "CryptoCurrency:" }] },
 *   failureQueue: new FailureQueue(this, "failures", { queueName: "miners-not-delivered" }),
 * });
 * rule.addTarget("topic", new ArnTarget("arn:aws:sns:us-west-2:123456789012:security"));
 * ```
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
 */
export class FindingRule extends EventRule {
  /** @throws Error if EventBridge does not accept the name, or the failure queue is in another region. */
  constructor(scope: Construct, id: string, { findingPattern, ...props }: FindingRuleProps) {
    const eventPattern = {
      source: ["aws.guardduty"],
      "detail-type": ["GuardDuty Finding"],
      ...(findingPattern && { detail: findingPattern }),
    };
    super(scope, id, { ...props, eventPattern });
  }
}
