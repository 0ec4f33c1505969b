import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import type { FailureQueue } from "./failure-queue";
import { checkNames } from "../shared/formats";

export interface FindingRuleProps {
  /** Name of the rule. */
  readonly ruleName: string;
  /** What the rule is for, in words for the console. */
  readonly description: string;
  /** What a finding (`detail` of the event) must look like. Every GuardDuty finding where it is left out. */
  readonly findingPattern?: object;
  /** Takes the events that a target could not be given. */
  readonly failureQueue: FailureQueue;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/** A target of a rule. */
export interface FindingTarget {
  /** ARN of what receives the event; its resource policy must allow the rule to. */
  readonly arn: string;
  /** @default - the whole event is passed on as it is */
  readonly message?: InputTransformer;
}

/** Makes a text out of an event. */
export interface InputTransformer {
  /** JSON paths into the event, by the name that the template gives them. */
  readonly inputPaths: Readonly<Record<string, string>>;
  /** The template; `<name>` stands for what is found at the path. */
  readonly inputTemplate: string;
}

/** EventBridge delivers to at most so many targets of one rule. */
const MAX_TARGETS = 5;

/**
 * An EventBridge rule on GuardDuty findings. Each target has a bounded retry policy, and the failure queue behind it.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
 */
export class FindingRule extends Construct {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** Escape hatch: the resource itself. */
  readonly resource: CloudwatchEventRule;
  private targets = 0;

  /** @throws Error where the name is not one that EventBridge takes. */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: FindingRuleProps,
  ) {
    super(scope, id);
    checkNames(props).throwIfAny(this);
    this.resource = new CloudwatchEventRule(this, "Resource", {
      name: props.ruleName,
      description: props.description,
      eventPattern: JSON.stringify({
        source: ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        ...(props.findingPattern && { detail: props.findingPattern }),
      }),
      provider: props.provider,
    });
    this.ruleArn = this.resource.arn;
    this.ruleName = props.ruleName;
    props.failureQueue.acceptFrom(this.ruleArn);
  }

  /**
   * Sends what the rule matches to one more target. Events that it does not take within an hour go to the failure queue.
   *
   * @throws Error on the sixth target: EventBridge allows five.
   */
  addTarget(id: string, { arn, message }: FindingTarget): void {
    if (++this.targets > MAX_TARGETS) {
      throw new Error(`${this.node.path} cannot have the target "${id}": a rule has at most ${MAX_TARGETS} targets`);
    }
    const { failureQueue, provider } = this.props;
    new CloudwatchEventTarget(this, id, {
      rule: this.resource.name,
      targetId: id,
      arn,
      inputTransformer: message && { inputPaths: { ...message.inputPaths }, inputTemplate: message.inputTemplate },
      retryPolicy: { maximumEventAgeInSeconds: 60 * 60, maximumRetryAttempts: 185 },
      deadLetterConfig: { arn: failureQueue.queueArn },
      provider,
    });
  }
}
