import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Annotations, App, Fn, Op, type TerraformProvider, Token } from "cdktf";
import { Construct } from "constructs";

import { AlertTopic, checkEmails } from "./alerting/alert-topic";
import { DEFAULTS } from "./contract/defaults";
import { FailureQueue } from "./detection/failure-queue";
import type { IFindingReceiver } from "./detection/finding-bus";
import { FindingRule } from "./detection/finding-rule";
import { ArnTarget } from "./detection/finding-target";
import { DeliveryAlarms } from "./monitoring/delivery-alarms";
import { jsonText } from "./shared/attribute-text";
import { ARN_WORDS, checkFormats, isArn } from "./shared/formats";
import { configuredRegion, destination, Place } from "./shared/place";
import { Problems, shown } from "./shared/problems";
import { checkSiblings, type Deployed } from "./shared/siblings";
import { preventTakeOver } from "./shared/take-over";

export interface FindingForwarderProps {
  /**
   * What handles the findings: a `CredentialExfiltrationResponse` with `furtherRegions`, or, if another state has it, the ARN of
   * its event bus, as `{ findingBusArn: "arn:…" }`.
   */
  readonly to: IFindingReceiver;
  /**
   * The addresses that are mailed if a finding cannot be forwarded. Each gets a mail to confirm first, and nothing else until
   * somebody does. What becomes of findings is mailed by what handles them.
   *
   * @default - nobody is subscribed, which draws a warning unless `alarmActions` is given
   */
  readonly alertEmails?: readonly string[];
  /**
   * ARNs of what is notified, in the forwarder's region, when an alarm enters the ALARM state, and when the failure queue is empty
   * again.
   *
   * @default - a topic that is made, and a key that it is encrypted with
   */
  readonly alarmActions?: readonly string[];
  /**
   * ARN of a policy that bounds what the forwarder's role may do, where every role must have one.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string;
  /**
   * Address of the runbook that alarms name. Begins with `https://`.
   *
   * @default - they name this project's own, `docs/operations.md`
   */
  readonly runbookUrl?: string;
  /**
   * The prefix of every name: 1 to 27 letters, digits or hyphens.
   *
   * @default - `GuardDuty-Response`
   */
  readonly prefix?: string;
  /**
   * The AWS provider of every resource, in the further region.
   *
   * @default - the stack's default AWS provider
   */
  readonly provider?: TerraformProvider;
}

export const BUS_ARN = /^arn:[a-z-]+:events:[a-z0-9-]+:\d{12}:event-bus\/[\w./-]+$/;
export const OWN_BUS_WORDS = "the ARN of an event bus other than the default one";

/**
 * The forwarder of a further region's findings to the region that has the response. It sends on every finding of GuardDuty as it
 * is, and what cannot be sent on within a day waits in a queue of its own region, which has alarms.
 *
 * A region with a response of its own needs none: its findings would be handled twice.
 *
 * @example
 * ```ts
 * import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
 *
 * const response = new CredentialExfiltrationResponse(this, "response", {
 *   alertEmails: ["security@example.com"],
 *   revocableRoles: RevocableRoles.withPath("/application/"),
 *   furtherRegions: true,
 * });
 * new FindingForwarder(this, "virginia", {
 *   to: response,
 *   provider: new AwsProvider(this, "aws-virginia", { alias: "virginia", region: "us-east-1" }),
 *   alertEmails: ["security@example.com"],
 * });
 * ```
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
 */
export class FindingForwarder extends Construct {
  /**
   * The topic that was made for alarms: `topic.subscribe` adds a subscriber; undefined if `alarmActions` was given. Rules must not publish
   * to it.
   */
  readonly topic?: AlertTopic;
  /** The rule on every finding of the region: `rule.addTarget` sends them elsewhere too; to mail them, to a topic other than `topic`. */
  readonly rule: FindingRule;
  readonly failureQueue: FailureQueue;
  readonly roleArn: string;

  private readonly props: FindingForwarderProps;
  private readonly prefix: string;
  private readonly ruleName: string;
  private readonly place: Place;

  /** @throws Error that names every prop that is not usable. */
  constructor(scope: Construct, id: string, props: FindingForwarderProps) {
    super(scope, id);
    this.props = props;
    this.prefix = props.prefix ?? DEFAULTS.prefix;
    this.ruleName = `${this.prefix}-ForwardFindings`;
    const busArn = this.check();
    this.place = Place.of(this, props.provider);

    this.failureQueue = new FailureQueue(this, "failure-queue", {
      queueName: `${this.prefix}-not-forwarded`,
      provider: props.provider,
    });
    this.topic = props.alarmActions === undefined ? this.makeTopic() : undefined;
    const role = this.makeRole();
    this.roleArn = role.arn;
    this.rule = new FindingRule(this, "rule", {
      ruleName: this.ruleName,
      description: "Every GuardDuty finding of this region, for the region that handles them",
      failureQueue: this.failureQueue,
      provider: props.provider,
    });
    this.rule.addTarget("bus", new ArnTarget(busArn, { roleArn: this.allow(role, busArn), triesForADay: true }));
    this.checkAtPlan(busArn);
    this.makeAlarms();
    preventTakeOver(this, role);
  }

  private makeTopic(): AlertTopic {
    const { alertEmails, provider } = this.props;
    if (!alertEmails?.length) {
      Annotations.of(this).addWarning(
        "no alertEmails: nobody is mailed about findings that cannot be forwarded until somebody subscribes to the topic",
      );
    }
    const topicName = `${this.prefix}-Forwarder`;
    return new AlertTopic(this, "topic", { topicName, alertEmails, takesFindings: false, provider });
  }

  /** EventBridge assumes it, for this one rule. IAM is global, so its name holds the region. */
  private makeRole(): IamRole {
    const { partition, region, accountId } = this.place;
    // Not a reference: the rule waits for the role, which AWS refuses to make twice.
    const ruleArn = `arn:${partition}:events:${region}:${accountId}:rule/${this.ruleName}`;
    return new IamRole(this, "role", {
      name: `${this.prefix}-Forward-${region}`,
      description: "Lets EventBridge send GuardDuty's findings to the region that handles them",
      assumeRolePolicy: jsonText({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: "sts:AssumeRole",
            Condition: {
              StringEquals: { "aws:SourceAccount": accountId },
              ArnEquals: { "aws:SourceArn": ruleArn },
            },
          },
        ],
      }),
      permissionsBoundary: this.props.permissionsBoundaryArn,
      provider: this.props.provider,
    });
  }

  /** Lets the role send to the bus. What names the role by the ARN that is returned waits until it may. */
  private allow(role: IamRole, busArn: string): string {
    const permission = new IamRolePolicy(this, "permission", {
      name: "ForwardFindings",
      role: role.name,
      policy: jsonText({
        Version: "2012-10-17",
        Statement: [{ Sid: "ForwardFindings", Effect: "Allow", Action: "events:PutEvents", Resource: busArn }],
      }),
      provider: this.props.provider,
    });
    return this.place.roleArn(permission.role);
  }

  private makeAlarms(): void {
    const alarms = new DeliveryAlarms(this, "alarms", {
      namePrefix: `${this.prefix}-Forwarder`,
      queueName: this.failureQueue.queueName,
      actions: this.props.alarmActions ?? [this.topic!.topicArn],
      events: {
        one: "a finding of this region",
        several: "findings",
        ifLost: "Open GuardDuty's findings in the console, in this region, and act on the latest by hand.",
      },
      runbookUrl: this.props.runbookUrl,
      provider: this.props.provider,
    });
    alarms.watchRule("rule", this.rule.ruleName);
  }

  /** Checks the props and returns the ARN of the bus. */
  private check(): string {
    const { props } = this;
    const problems = new Problems();
    checkFormats(props, problems);
    checkEmails(props.alertEmails, problems);
    this.checkAlarmActions(problems);
    this.checkBus(problems);
    const others = this.node.root.node.findAll().filter((node) => node instanceof FindingForwarder);
    checkSiblings(
      this.deployed,
      others.filter((other) => other !== this).map(({ deployed }) => deployed),
      problems,
    );
    problems.throwIfAny(this);
    return props.to.findingBusArn!;
  }

  private checkBus(problems: Problems): void {
    const { findingBusArn } = this.props.to;
    if (findingBusArn === undefined) {
      problems.add(
        "to: must be a response that makes an event bus for findings of further regions; received one without; give it " +
          "furtherRegions: true",
      );
      return;
    }
    const isOwn = (arn: string) => BUS_ARN.test(arn) && !arn.endsWith("/default");
    problems.check("to.findingBusArn", findingBusArn, isOwn, OWN_BUS_WORDS);
    const here = configuredRegion(this, this.props.provider);
    if (here === undefined || here !== this.homeRegion) return;
    problems.add(
      `provider: must be of another region than the response, which hears of its own region's findings by itself; received ${shown(here)} ` +
        "for both; give the forwarder a provider of its own, with an alias",
    );
  }

  private checkAlarmActions(problems: Problems): void {
    const { alarmActions, alertEmails, provider } = this.props;
    if (alarmActions === undefined) return;
    if (alertEmails?.length) {
      problems.add(
        "alertEmails: must be left out if alarmActions is given: subscribe the addresses where those topics are made",
      );
    }
    problems.check("alarmActions", alarmActions, ({ length }) => length > 0, "the ARN of at least one topic");
    if (Token.isUnresolved(alarmActions)) return;
    const here = configuredRegion(this, provider);
    const isHere = (arn: string) => here === undefined || arn.split(":")[3] === here;
    for (const [index, arn] of alarmActions.entries()) {
      problems.check(`alarmActions[${index}]`, arn, isArn, ARN_WORDS);
      if (isArn(arn)) problems.check(`alarmActions[${index}]`, arn, isHere, `in the forwarder's region, ${here}`);
    }
  }

  /** What only Terraform knows: whether the bus lies in another region of the same account. */
  private checkAtPlan(busArn: string): void {
    // cdktf cannot write it as HCL.
    if (App.of(this).hclOutput) return;
    const { partition, region, accountId } = this.place;
    this.rule.resource.lifecycle = {
      precondition: [
        {
          condition: Op.not(Fn.startswith(busArn, `arn:${partition}:events:${region}:`)).toString(),
          errorMessage: `The forwarder must be in another region than the bus, whose region hears of its own findings; received ${busArn}.`,
        },
        {
          condition: Fn.strcontains(busArn, `:${accountId}:event-bus/`).toString(),
          errorMessage: `The bus must be in account ${accountId}, like the forwarder; received ${busArn}.`,
        },
      ],
    };
  }

  /** The region of the bus, if it is known before Terraform runs. */
  private get homeRegion(): string | undefined {
    const { findingBusArn, region } = this.props.to;
    if (region !== undefined) return region;
    return Token.isUnresolved(findingBusArn) ? undefined : findingBusArn?.split(":")[3];
  }

  private get deployed(): Deployed {
    const names = { prefix: this.prefix };
    return { path: this.node.path, destination: destination(this, this.props.provider), names };
  }
}
