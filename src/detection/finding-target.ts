import type { IConstruct } from "constructs";

/** A rule that findings, or other events, come from. */
export interface IFindingRule extends IConstruct {
  readonly ruleArn: string;
  readonly ruleName: string;
}

/** What can receive the events that a rule matches. */
export interface IFindingTarget {
  /**
   * Lets a rule deliver to the target, and says how. `rule.addTarget` calls it.
   *
   * @param rule a rule that the target is added to; there may be several.
   */
  bind(rule: IFindingRule): FindingTargetConfig;
}

/** How a rule delivers to a target. */
export interface FindingTargetConfig extends FindingTargetOptions {
  /** ARN of what receives the event. */
  readonly arn: string;
}

export interface FindingTargetOptions {
  /** @default - the whole event is passed on as it is */
  readonly message?: InputTransformer;
  /**
   * ARN of a role that EventBridge assumes to deliver: an event bus, of this account or another, needs one.
   *
   * @default - none: the target's own policy must let `events.amazonaws.com` in
   */
  readonly roleArn?: string;
  /**
   * Whether EventBridge tries as long as it does by itself: 24 hours, 185 times. An event bus of another region is tried so; whether
   * it accepts anything else is not documented.
   *
   * @default - it tries for an hour
   */
  readonly triesForADay?: boolean;
}

/** What makes a text out of an event. */
export interface InputTransformer {
  /** JSON paths into the event, by the name that the template gives them. */
  readonly inputPaths: Readonly<Record<string, string>>;
  /** The template; `<name>` stands for what is found at the path. */
  readonly inputTemplate: string;
}

/**
 * A target by its ARN: a topic, a queue or an event bus that exists. Its own policy must let the rule in, or `roleArn` must
 * name a role that may deliver.
 *
 * @example
 * ```ts
 * const failureQueue = new FailureQueue(this, "failures", { queueName: "findings-not-delivered" });
 * const rule = new FindingRule(this, "rule", { ruleName: "findings", description: "Every finding", failureQueue });
 * rule.addTarget("cases", new ArnTarget("arn:aws:sqs:us-west-2:123456789012:security-cases"));
 * ```
 */
export class ArnTarget implements IFindingTarget {
  private readonly config: FindingTargetConfig;

  constructor(arn: string, options: FindingTargetOptions = {}) {
    this.config = { arn, ...options };
  }

  bind(): FindingTargetConfig {
    return this.config;
  }
}
