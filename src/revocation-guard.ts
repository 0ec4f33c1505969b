import type { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { Annotations, App, Fn, Op, type TerraformProvider, Token } from "cdktf";
import { Construct } from "constructs";

import { AlertTopic, checkEmails } from "./alerting/alert-topic";
import { revocationChangedMessage, revocationChangeRefusedMessage } from "./alerting/revocation-change-message";
import { DEFAULTS } from "./contract/defaults";
import { IAM_REGIONS } from "./contract/iam-region";
import { EventRule } from "./detection/event-rule";
import { FailureQueue } from "./detection/failure-queue";
import { ArnTarget, type InputTransformer } from "./detection/finding-target";
import { revocationChange } from "./detection/revocation-change";
import { DeliveryAlarms } from "./monitoring/delivery-alarms";
import { roleArnProblems } from "./revocation/revocable-roles";
import { checkFormats } from "./shared/formats";
import { configuredRegion, destination, Place } from "./shared/place";
import { knownItems, oneOf, Problems, shown } from "./shared/problems";
import { checkSiblings, type Deployed } from "./shared/siblings";
import { preventTakeOver } from "./shared/take-over";
import { topicIsWhere } from "./shared/topic-place";

export interface RevocationGuardProps {
  /**
   * ARNs of the roles of all functions that revoke in the account, of every region: what they write is not mailed. A function
   * that is left out has each of its revocations mailed as somebody else's.
   */
  readonly functionRoleArns: readonly string[];
  /**
   * The addresses that are mailed. Each gets a mail to confirm first, and nothing else until somebody does.
   *
   * @default - nobody is subscribed, which draws a warning unless `topicArn` is given
   */
  readonly alertEmails?: readonly string[];
  /**
   * ARN of an existing topic to use, in the guard's region. Its policy must let `events.amazonaws.com` and
   * `cloudwatch.amazonaws.com` publish.
   *
   * @default - a topic is made, and a key that it is encrypted with
   */
  readonly topicArn?: string;
  /**
   * Address of the runbook that mails and alarms name. Begins with `https://`.
   *
   * @default - they name this project's own, `docs/operations.md`
   */
  readonly runbookUrl?: string;
  /**
   * Whether alarms watch every way in which a mail can get lost between EventBridge and the topic.
   *
   * @default - they do
   */
  readonly alarms?: boolean;
  /**
   * The prefix of every name: 1 to 27 letters, digits or hyphens.
   *
   * @default - `GuardDuty-Response`
   */
  readonly prefix?: string;
  /**
   * The AWS provider of every resource, in the region that has IAM's events: `us-east-1`, or `us-gov-west-1` or `cn-north-1` in
   * the partitions of those.
   *
   * @default - the stack's default AWS provider
   */
  readonly provider?: TerraformProvider;
}

const REGIONS = Object.values(IAM_REGIONS);

/** EventBridge accepts 2,048 characters for a rule's pattern. */
const MAX_PATTERN_CHARACTERS = 2_048;

/**
 * The guard of what was revoked: it mails, within minutes, who has removed or replaced a policy that revokes sessions, and the
 * command that denies them again. It catches the next `terraform apply`, a tool that deletes inline policies, a thief. Attempts
 * that IAM refused are mailed too.
 *
 * It has to be in the one region that has IAM's events, and an account needs one, however many regions have a response.
 *
 * **It needs a trail of CloudTrail** in that region, with management events that write: without one EventBridge gets no events of
 * IAM, and no mail ever comes. CloudTrail delivers on a best effort. Nobody has watched this on AWS yet; the shapes of events are
 * those of AWS's documentation and of public samples.
 *
 * @example
 * ```ts
 * import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
 *
 * const response = new CredentialExfiltrationResponse(this, "response", {
 *   alertEmails: ["security@example.com"],
 *   revocableRoles: RevocableRoles.withPath("/application/"),
 * });
 * new RevocationGuard(this, "guard", {
 *   provider: new AwsProvider(this, "virginia", { alias: "virginia", region: "us-east-1" }),
 *   functionRoleArns: [response.functionRoleArn],
 *   alertEmails: ["security@example.com"],
 * });
 * ```
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export class RevocationGuard extends Construct {
  readonly topicArn: string;
  /** The topic that was made: `topic.subscribe` adds a subscriber; undefined if `topicArn` was given. */
  readonly topic?: AlertTopic;
  /** The rule on revocations that were removed or replaced: `changed.addTarget` sends the events elsewhere too. */
  readonly changed: EventRule;
  /** The rule on attempts that IAM refused. */
  readonly refused: EventRule;
  readonly failureQueue: FailureQueue;

  private readonly props: RevocationGuardProps;
  private readonly prefix: string;

  /** @throws Error that names every prop that is not usable. */
  constructor(scope: Construct, id: string, props: RevocationGuardProps) {
    super(scope, id);
    this.props = props;
    this.prefix = props.prefix ?? DEFAULTS.prefix;
    this.check();

    this.failureQueue = new FailureQueue(this, "failure-queue", {
      queueName: `${this.prefix}-RevocationGuard-not-delivered`,
      provider: props.provider,
    });
    this.topic = props.topicArn === undefined ? this.makeTopic() : undefined;
    this.topicArn = props.topicArn ?? this.topic!.topicArn;
    const { runbookUrl = DEFAULTS.runbook } = props;
    this.changed = this.makeRule("changed", "RevocationChanged", {
      description: "Somebody other than the function has removed or replaced a policy that revokes sessions",
      eventPattern: revocationChange(props.functionRoleArns, true),
      message: revocationChangedMessage(runbookUrl),
    });
    this.refused = this.makeRule("refused", "RevocationChangeRefused", {
      description: "Somebody other than the function tried to remove or replace a policy that revokes sessions",
      eventPattern: revocationChange(props.functionRoleArns, false),
      message: revocationChangeRefusedMessage(runbookUrl),
    });
    this.checkAtPlan();
    if (props.alarms ?? DEFAULTS.alarms) this.makeAlarms();
    if (this.topic) this.preventTakeOver(this.topic);
  }

  private makeTopic(): AlertTopic {
    const { alertEmails, provider } = this.props;
    if (!alertEmails?.length) {
      Annotations.of(this).addWarning(
        "no alertEmails: nobody is mailed about removed revocations until somebody subscribes to the topic",
      );
    }
    return new AlertTopic(this, "topic", { topicName: `${this.prefix}-RevocationGuard`, alertEmails, provider });
  }

  private makeRule(
    id: string,
    name: string,
    {
      message,
      ...props
    }: { readonly description: string; readonly eventPattern: object; readonly message: InputTransformer },
  ): EventRule {
    const { failureQueue, prefix } = this;
    const rule = new EventRule(this, id, {
      ...props,
      ruleName: `${prefix}-${name}`,
      failureQueue,
      provider: this.props.provider,
    });
    rule.addTarget("topic", new ArnTarget(this.topicArn, { message }));
    return rule;
  }

  private makeAlarms(): void {
    const alarms = new DeliveryAlarms(this, "alarms", {
      namePrefix: `${this.prefix}-RevocationGuard`,
      queueName: this.failureQueue.queueName,
      actions: [this.topicArn],
      events: {
        one: "an event about a revocation that somebody has changed",
        several: "events",
        ifLost:
          "Open CloudTrail's event history in this region, look for DeleteRolePolicy and PutRolePolicy, and see whether the " +
          "policies that they name still deny.",
      },
      provider: this.props.provider,
    });
    alarms.watchRule("changed", this.changed.ruleName);
    alarms.watchRule("refused", this.refused.ruleName);
  }

  private check(): void {
    const { props } = this;
    const problems = new Problems();
    checkFormats(props, problems);
    checkFunctionRoles(props, problems);
    checkEmails(props.alertEmails, problems);
    if (props.topicArn !== undefined && props.alertEmails?.length) {
      problems.add(
        "alertEmails: must be left out if topicArn is given: subscribe the addresses where that topic is made",
      );
    }
    this.checkRegion(problems);
    const others = this.node.root.node.findAll().filter((node) => node instanceof RevocationGuard);
    checkSiblings(
      this.deployed,
      others.filter((other) => other !== this).map(({ deployed }) => deployed),
      problems,
    );
    problems.throwIfAny(this);
  }

  private checkRegion(problems: Problems): void {
    const region = configuredRegion(this, this.props.provider);
    if (region === undefined || oneOf<string>(REGIONS)(region)) return;
    problems.add(
      `provider: must be of the region that has IAM's events: ${REGIONS.join(", ")}, by partition; received ${shown(region)}; ` +
        "give the guard a provider of its own, with an alias",
    );
  }

  /** What only Terraform knows: whether region and topic are those in which events of IAM can be mailed. */
  private checkAtPlan(): void {
    // cdktf cannot write it as HCL.
    if (App.of(this).hclOutput) return;
    const { provider, topicArn } = this.props;
    const place = Place.of(this, provider);
    const precondition: { condition: string; errorMessage: string }[] = [];
    if (configuredRegion(this, provider) === undefined) {
      const region = Fn.lookup(IAM_REGIONS, place.partition, IAM_REGIONS.aws);
      precondition.push({
        condition: Op.eq(place.region, region).toString(),
        errorMessage: `The guard must be in ${Token.asString(region)}, which has the events of IAM; received ${place.region}.`,
      });
    }
    if (topicArn !== undefined) precondition.push(topicIsWhere("the guard", topicArn, place));
    if (precondition.length > 0) this.changed.resource.lifecycle = { precondition };
  }

  /** AWS refuses to make an alias twice. A topic that exists has an owner, who knows what uses it. */
  private preventTakeOver(topic: AlertTopic): void {
    preventTakeOver(this, topic.node.findChild("key-alias") as KmsAlias, topic.node.findChild("key"));
  }

  private get deployed(): Deployed {
    return {
      path: this.node.path,
      destination: destination(this, this.props.provider),
      names: { prefix: this.prefix },
    };
  }
}

function checkFunctionRoles({ functionRoleArns = [] }: Partial<RevocationGuardProps>, problems: Problems): void {
  const roles = knownItems("functionRoleArns", functionRoleArns, problems);
  for (const [index, arn] of roles) problems.add(...roleArnProblems(`functionRoleArns[${index}]`, arn));
  const isSomebody = (arns: readonly string[]) => arns.length > 0;
  const role = "the ARN of at least one role, such as a response's functionRoleArn";
  problems.check("functionRoleArns", functionRoleArns, isSomebody, role);
  const characters = JSON.stringify(revocationChange(functionRoleArns, true)).length;
  if (characters > MAX_PATTERN_CHARACTERS) {
    problems.add(
      `functionRoleArns: must be so few that the rules' patterns have at most ${MAX_PATTERN_CHARACTERS} characters; received ` +
        `${functionRoleArns.length} roles, which make ${characters}; let fewer functions, or shorter names, serve the account`,
    );
  }
}
