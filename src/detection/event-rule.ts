import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { attributeText, jsonText } from "../shared/attribute-text";
import { ARN_WORDS, checkFormats, FORMATS, isArn, isPlainText, NO_TEMPLATE_WORDS } from "../shared/formats";
import { configuredRegion } from "../shared/place";
import { Problems } from "../shared/problems";
import type { FailureQueue } from "./failure-queue";
import type { IFindingRule, IFindingTarget } from "./finding-target";

export interface EventRuleProps {
  /** Name of the rule. */
  readonly ruleName: string;
  /** What the rule is for, in words for the console. */
  readonly description: string;
  /** What an event must look like, in EventBridge's language of patterns. It may hold tokens. */
  readonly eventPattern: object;
  /** The queue for events that could not be delivered to a target; in the rule's region. */
  readonly failureQueue: FailureQueue;
  /**
   * Name of the event bus that the rule is on. Alarms on the rule need it too.
   *
   * @default - the default event bus, which AWS services send to
   */
  readonly eventBusName?: string;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/** The number of targets that EventBridge accepts for one rule. */
const MAX_TARGETS = 5;

/** EventBridge accepts for the id of a target what it accepts for the name of a rule. */
const TARGET_ID = FORMATS.ruleName;

/**
 * An EventBridge rule. Each target has a bounded retry policy, and the failure queue behind it.
 *
 * @example
 * ```ts
 * const rule = new EventRule(this, "keys", {
 *   ruleName: "keys",
 *   description: "Somebody has made an access key",
 *   eventPattern: { source: ["aws.iam"], detail: { eventName: ["CreateAccessKey"] } },
 *   failureQueue: new FailureQueue(this, "failures", { queueName: "keys-not-delivered" }),
 * });
 * rule.addTarget("topic", new ArnTarget("arn:aws:sns:us-east-1:123456789012:security"));
 * ```
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export class EventRule extends Construct implements IFindingRule {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** Escape hatch: the resource itself. */
  readonly resource: CloudwatchEventRule;
  private targets = 0;

  /** @throws Error if EventBridge does not accept the name, or the failure queue is in another region. */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: EventRuleProps,
  ) {
    super(scope, id);
    const problems = new Problems();
    checkFormats(props, problems);
    problems.check("description", props.description, isPlainText, NO_TEMPLATE_WORDS);
    problems.check("eventPattern", JSON.stringify(props.eventPattern), isPlainText, NO_TEMPLATE_WORDS);
    this.checkQueue(props, problems);
    problems.throwIfAny(this);

    this.resource = new CloudwatchEventRule(this, "Resource", {
      name: props.ruleName,
      description: props.description,
      eventPattern: jsonText(props.eventPattern),
      eventBusName: props.eventBusName,
      provider: props.provider,
    });
    this.ruleArn = this.resource.arn;
    this.ruleName = props.ruleName;
    props.failureQueue.acceptFrom(this.ruleArn);
  }

  private checkQueue({ failureQueue, provider }: EventRuleProps, problems: Problems): void {
    const here = configuredRegion(this, provider);
    const isHere = (region: string) => here === undefined || region === here;
    problems.check("failureQueue", failureQueue.region, isHere, `in the rule's region, ${here}`);
  }

  /**
   * Sends what the rule matches to one more target. Events that it does not accept within an hour, or a day if the target says so,
   * go to the failure queue.
   *
   * @param id distinguishes it from the rule's other targets, in the stack and in EventBridge.
   * @param target for example a `SessionRevoker`, or an {@link ArnTarget}.
   * @throws Error if EventBridge does not accept the id or an ARN, and on the sixth target: it accepts five.
   */
  addTarget(id: string, target: IFindingTarget): void {
    if (++this.targets > MAX_TARGETS) {
      throw new Error(`${this.node.path}: must have at most ${MAX_TARGETS} targets; received "${id}" as one more`);
    }
    const { arn, message, roleArn, triesForADay } = target.bind(this);
    const problems = new Problems();
    problems.check("id", id, (text) => TARGET_ID.pattern.test(text), TARGET_ID.words);
    problems.check("arn", arn, isArn, ARN_WORDS);
    problems.check("roleArn", roleArn, isArn, ARN_WORDS);
    problems.check("message", message?.inputTemplate, isPlainText, NO_TEMPLATE_WORDS);
    problems.throwIfAny(this);

    const { failureQueue, eventBusName, provider } = this.props;
    new CloudwatchEventTarget(this, id, {
      rule: this.resource.name,
      eventBusName,
      targetId: id,
      arn,
      roleArn,
      inputTransformer: message && {
        inputPaths: { ...message.inputPaths },
        inputTemplate: attributeText(message.inputTemplate),
      },
      retryPolicy: triesForADay ? undefined : { maximumEventAgeInSeconds: 60 * 60, maximumRetryAttempts: 185 },
      deadLetterConfig: { arn: failureQueue.queueArn },
      provider,
    });
  }
}
