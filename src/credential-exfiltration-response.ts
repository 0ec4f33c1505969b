import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Annotations, type TerraformProvider, Token } from "cdktf";
import { Construct } from "constructs";

import { anyFindingMessage, credentialExfiltrationMessage, furtherFindingMessage } from "./alerting/alert-message";
import { AlertTopic, checkEmails, type TopicSubscriber } from "./alerting/alert-topic";
import { DEFAULTS } from "./contract/defaults";
import { CREDENTIAL_EXFILTRATION_TYPES } from "./contract/finding-kinds";
import type { IDetector } from "./detection/detector";
import { FailureQueue } from "./detection/failure-queue";
import { FindingBus, type IFindingReceiver } from "./detection/finding-bus";
import { anyFindingFrom, MAX_PATTERN_CHARACTERS, typesOf } from "./detection/finding-pattern";
import { FindingRule } from "./detection/finding-rule";
import { ArnTarget } from "./detection/finding-target";
import { FailureAlarms } from "./monitoring/failure-alarms";
import { OutcomeAlarms } from "./monitoring/outcome-alarms";
import { OutcomeMetrics } from "./monitoring/outcome-metrics";
import { ResponseDashboard } from "./monitoring/response-dashboard";
import { checkFunction, type FunctionProps } from "./revocation/function-props";
import { checkRevocation, isSeverity, type RevocationProps } from "./revocation/revocation-props";
import { SessionRevoker } from "./revocation/session-revoker";
import { jsonText } from "./shared/attribute-text";
import { ARN_WORDS, checkFormats, FORMATS, isArn } from "./shared/formats";
import { movedFrom } from "./shared/moved";
import { configuredRegion, destination, Place } from "./shared/place";
import { Problems } from "./shared/problems";
import { checkSiblings, type Deployed } from "./shared/siblings";
import { preventTakeOver } from "./shared/take-over";

export interface CredentialExfiltrationResponseProps extends RevocationProps, FunctionProps {
  /**
   * The addresses that are mailed. Each gets a mail to confirm first, and nothing else until somebody does.
   *
   * @default - nobody is subscribed, which draws a warning unless `topicArn` is given
   */
  readonly alertEmails?: readonly string[];
  /**
   * Whoever else is sent what the topic is, by a name that tells them apart: a pager, a queue, a function.
   *
   * @default - nobody
   */
  readonly subscribers?: Readonly<Record<string, TopicSubscriber>>;
  /**
   * ARN of an existing topic to use. Its policy must let `events.amazonaws.com` and `cloudwatch.amazonaws.com` publish.
   *
   * @default - a topic is made
   */
  readonly topicArn?: string;
  /**
   * ARN of the customer-managed key that encrypts the topic, whether it exists or is made.
   *
   * @default - a key is made for a topic that is made; an existing topic is assumed to need none
   */
  readonly topicKeyArn?: string;
  /**
   * The severity from which any other GuardDuty finding is mailed too: 0 to 10.
   *
   * @default - only findings that are handled are mailed
   */
  readonly alertSeverity?: number;
  /**
   * The detector that the findings come from. Nothing depends on it but the attribute `detectorId`.
   *
   * @default - GuardDuty is left alone; without a detector there are no findings
   */
  readonly detector?: IDetector;
  /**
   * Whether findings of further regions are handled too: an event bus is made, to which a `FindingForwarder` in each of them sends
   * its own.
   *
   * @default - only findings of the region are handled
   */
  readonly furtherRegions?: boolean;
  /**
   * Whether alarms watch every way in which a finding can get lost or be late, findings that a person has to act on, and
   * revocations that come late.
   *
   * @default - they do
   */
  readonly alarms?: boolean;
  /**
   * ARNs of what is notified when an alarm enters the ALARM state, and when the failure queue is empty again.
   *
   * @default - the topic
   */
  readonly alarmActions?: readonly string[];
  /**
   * Whether there is a dashboard of what became of the findings.
   *
   * @default - there is none
   */
  readonly dashboard?: boolean;
  /**
   * The prefix of every name below: 1 to 27 letters, digits or hyphens. A deployed response keeps it: another prefix makes
   * everything anew, and the log (unless `keepLog` is set), the findings in the failure queue and confirmed subscriptions
   * are lost.
   *
   * @see docs/versioning.md, "Another prefix"
   * @default - `GuardDuty-Response`
   */
  readonly prefix?: string;
  /** @default - the prefix and `-CredentialExfiltration` */
  readonly ruleName?: string;
  /** @default - the prefix and `-RevokeSessions` */
  readonly functionName?: string;
  /**
   * Name of the function's role.
   *
   * @default - the prefix, `-Revoke-` and the region: IAM names are global, so that a second region fits beside
   */
  readonly functionRoleName?: string;
  /** @default - the prefix */
  readonly topicName?: string;
  /**
   * The AWS provider of every resource.
   *
   * @default - the stack's default AWS provider
   */
  readonly provider?: TerraformProvider;
}

/**
 * The response to stolen role credentials: GuardDuty's finding mails people and makes a function attach the inline policy
 * `RevokeOldSessions` to the role, so that every session issued before a cut-off is denied. A second mail tells what was
 * done, what breaks, and how to undo it.
 *
 * @example
 * ```ts
 * new CredentialExfiltrationResponse(this, "response", {
 *   alertEmails: ["security@example.com"],
 *   revocableRoles: RevocableRoles.named("arn:aws:iam::123456789012:role/app"),
 * });
 * ```
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html
 */
export class CredentialExfiltrationResponse extends Construct implements IFindingReceiver {
  readonly topicArn: string;
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly functionArn: string;
  readonly functionName: string;
  readonly functionRoleArn: string;
  readonly deadLetterQueueArn: string;
  /** Undefined if no detector was given. */
  readonly detectorId?: string;
  /** The topic that was made: `topic.subscribe` adds a subscriber; undefined if `topicArn` was given. */
  readonly topic?: AlertTopic;
  /** The rule on stolen role credentials: `rule.addTarget` sends them elsewhere too, if they are of this region. */
  readonly rule: FindingRule;
  /** The rule on the other findings that are handled; undefined if `findings` was not given. */
  readonly furtherFindingsRule?: FindingRule;
  /** The rule on any other finding; undefined if `alertSeverity` was not given. */
  readonly anyFindingRule?: FindingRule;
  /** The event bus for findings of further regions; undefined unless `furtherRegions` was given. */
  readonly findingBus?: FindingBus;
  readonly findingBusArn?: string;
  /** The rule on stolen role credentials that further regions forward; undefined unless `furtherRegions` was given. */
  readonly forwardedRule?: FindingRule;
  /** The rule on the other findings that are handled and that they forward; undefined unless `findings` was given too. */
  readonly forwardedFurtherFindingsRule?: FindingRule;
  /** The rule on any other finding that they forward; undefined unless `alertSeverity` was given too. */
  readonly forwardedAnyFindingRule?: FindingRule;
  readonly region?: string;
  /** The function: `revoker.allowRevoking` lets further roles be revoked, `revoker.sendOutcomesTo` tells a machine. */
  readonly revoker: SessionRevoker;
  readonly failureQueue: FailureQueue;

  private readonly props: CredentialExfiltrationResponseProps;
  private readonly prefix: string;
  private readonly place: Place;

  /** @throws Error that names every prop that is not usable. */
  constructor(scope: Construct, id: string, props: CredentialExfiltrationResponseProps) {
    super(scope, id);
    this.props = props;
    this.prefix = props.prefix ?? DEFAULTS.prefix;
    this.check();
    this.place = Place.of(this, props.provider);
    this.region = configuredRegion(this, props.provider);

    this.failureQueue = this.makeFailureQueue();
    this.deadLetterQueueArn = this.failureQueue.queueArn;
    this.topic = props.topicArn === undefined ? this.makeTopic() : undefined;
    this.topicArn = props.topicArn ?? this.topic!.topicArn;
    this.revoker = this.makeRevoker();
    this.functionArn = this.revoker.functionArn;
    this.functionName = this.revoker.functionName;
    this.functionRoleArn = this.revoker.functionRoleArn;
    this.rule = this.makeRule("rule", props.ruleName ?? `${this.prefix}-CredentialExfiltration`);
    this.ruleArn = this.rule.ruleArn;
    this.ruleName = this.rule.ruleName;
    this.furtherFindingsRule = this.makeFurtherFindingsRule("further-findings", `${this.prefix}-FurtherFindings`);
    this.anyFindingRule = this.makeAnyFindingRule("any-finding", `${this.prefix}-AnyFinding`);
    if (props.furtherRegions) {
      this.findingBus = this.makeFindingBus();
      const { busArn, busName } = this.findingBus;
      this.findingBusArn = busArn;
      this.forwardedRule = this.makeRule("forwarded", `${this.prefix}-ForwardedCredentialExfiltration`, busName);
      const anyFinding = `${this.prefix}-ForwardedAnyFinding`;
      this.forwardedAnyFindingRule = this.makeAnyFindingRule("forwarded-any-finding", anyFinding, busName);
      const furtherFindings = `${this.prefix}-ForwardedFurtherFindings`;
      this.forwardedFurtherFindingsRule = this.makeFurtherFindingsRule(
        "forwarded-further-findings",
        furtherFindings,
        busName,
      );
    }
    this.detectorId = props.detector?.detectorId;
    this.watch();
    preventTakeOver(this, this.revoker.role);
  }

  private makeFailureQueue(): FailureQueue {
    const { provider } = this.props;
    return new FailureQueue(this, "failure-queue", { queueName: `${this.prefix}-not-handled`, provider });
  }

  private makeTopic(): AlertTopic {
    const { alertEmails, subscribers = {}, topicName = this.prefix, topicKeyArn: keyArn, provider } = this.props;
    if (!alertEmails?.length && Object.keys(subscribers).length === 0) {
      Annotations.of(this).addWarning(
        "no alertEmails: nobody is mailed about findings or revocations until somebody subscribes to the topic",
      );
    }
    const topic = new AlertTopic(this, "topic", { topicName, alertEmails, keyArn, provider });
    for (const [name, subscriber] of Object.entries(subscribers)) topic.subscribe(`subscriber-${name}`, subscriber);
    return topic;
  }

  private makeRevoker(): SessionRevoker {
    return new SessionRevoker(this, "revoker", {
      ...this.props,
      members: this.props.members?.namedAfter(this.prefix),
      functionName: this.props.functionName ?? `${this.prefix}-RevokeSessions`,
      functionRoleName: this.props.functionRoleName ?? `${this.prefix}-Revoke-${this.place.region}`,
      topicArn: this.topicArn,
      topicKeyArn: this.topic?.keyArn ?? this.props.topicKeyArn,
      failureQueue: this.failureQueue,
    });
  }

  private makeFindingBus(): FindingBus {
    const { provider } = this.props;
    return new FindingBus(this, "finding-bus", { busName: `${this.prefix}-findings`, provider });
  }

  private makeRule(id: string, ruleName: string, eventBusName?: string): FindingRule {
    const rule = new FindingRule(this, id, {
      ruleName,
      description: "GuardDuty has seen the credentials of a role used where they do not belong",
      findingPattern: typesOf(CREDENTIAL_EXFILTRATION_TYPES),
      failureQueue: this.failureQueue,
      eventBusName,
      provider: this.props.provider,
    });
    const { response = DEFAULTS.response, runbookUrl = DEFAULTS.runbook } = this.props;
    const message = credentialExfiltrationMessage(this.place, response, runbookUrl);
    rule.addTarget("topic", new ArnTarget(this.topicArn, { message }));
    rule.addTarget("function", this.revoker);
    return rule;
  }

  private makeFurtherFindingsRule(id: string, ruleName: string, eventBusName?: string): FindingRule | undefined {
    const { findings, response = DEFAULTS.response, runbookUrl = DEFAULTS.runbook } = this.props;
    if (!findings?.length) return undefined;
    const rule = new FindingRule(this, id, {
      ruleName,
      description: "GuardDuty has found what this deployment handles besides stolen role credentials",
      findingPattern: typesOf(findings),
      failureQueue: this.failureQueue,
      eventBusName,
      provider: this.props.provider,
    });
    const message = furtherFindingMessage(this.place, response, runbookUrl);
    rule.addTarget("topic", new ArnTarget(this.topicArn, { message }));
    rule.addTarget("function", this.revoker);
    return rule;
  }

  private makeAnyFindingRule(id: string, ruleName: string, eventBusName?: string): FindingRule | undefined {
    const { alertSeverity: severity, severityOverrides, findings } = this.props;
    if (severity === undefined) return undefined;
    const rule = new FindingRule(this, id, {
      ruleName,
      description: `Any other GuardDuty finding from severity ${severity} up`,
      findingPattern: anyFindingFrom(severity, severityOverrides, findings),
      failureQueue: this.failureQueue,
      eventBusName,
      provider: this.props.provider,
    });
    rule.addTarget("topic", new ArnTarget(this.topicArn, { message: anyFindingMessage(this.place) }));
    return rule;
  }

  private watch(): void {
    const { alarms = DEFAULTS.alarms, dashboard = DEFAULTS.dashboard } = this.props;
    if (!alarms && !dashboard) return;
    const metrics = this.makeMetrics();
    if (alarms) this.makeAlarms(metrics);
    if (dashboard) this.makeDashboard(metrics);
  }

  private makeMetrics(): OutcomeMetrics {
    const metrics = new OutcomeMetrics(this, "metrics", {
      namespace: `${this.prefix}/CredentialExfiltration`,
      logGroupName: this.revoker.logGroup.name,
      provider: this.props.provider,
    });
    movedFrom(this, ["dashboard", "metrics"], metrics);
    return metrics;
  }

  private makeAlarms(metrics: OutcomeMetrics): void {
    const { alarmActions: actions = [this.topicArn], runbookUrl, provider } = this.props;
    const failureAlarms = new FailureAlarms(this, "alarms", {
      namePrefix: this.prefix,
      queueName: this.failureQueue.queueName,
      functionName: this.functionName,
      actions,
      runbookUrl,
      provider,
    });
    failureAlarms.watchRule("rule", this.ruleName);
    for (const { id, ruleName, eventBusName } of this.furtherRules()) {
      failureAlarms.watchRule(id, ruleName, eventBusName);
    }
    const outcomeAlarms = new OutcomeAlarms(this, "outcome-alarms", {
      namePrefix: this.prefix,
      metrics,
      actions,
      runbookUrl,
      provider,
    });
    movedFrom(this, ["dashboard"], outcomeAlarms);
  }

  private makeDashboard(metrics: OutcomeMetrics): void {
    new ResponseDashboard(this, "dashboard", {
      namePrefix: this.prefix,
      metrics,
      ruleName: this.ruleName,
      furtherRules: this.furtherRules().flatMap(({ findings, ruleName, eventBusName }) =>
        findings === undefined ? [] : { findings, ruleName, eventBusName },
      ),
      functionName: this.functionName,
      logGroupName: this.revoker.logGroup.name,
      queueName: this.failureQueue.queueName,
      members: this.props.members !== undefined,
      provider: this.props.provider,
    });
  }

  /** The rules that are made besides the one on stolen role credentials; without `findings` if the function gets none of theirs. */
  private furtherRules() {
    const eventBusName = this.findingBus?.busName;
    const rules: { id: string; rule?: FindingRule; eventBusName?: string; findings?: string }[] = [
      { id: "further-findings", rule: this.furtherFindingsRule, findings: "further findings" },
      { id: "any-finding", rule: this.anyFindingRule },
      { id: "forwarded", rule: this.forwardedRule, eventBusName, findings: "forwarded findings" },
      {
        id: "forwarded-further-findings",
        rule: this.forwardedFurtherFindingsRule,
        eventBusName,
        findings: "further forwarded findings",
      },
      { id: "forwarded-any-finding", rule: this.forwardedAnyFindingRule, eventBusName },
    ];
    return rules.flatMap(({ rule, ...others }) => (rule ? { ...others, ruleName: rule.ruleName } : []));
  }

  private check(): void {
    const { props } = this;
    const problems = new Problems();
    checkFormats(props, problems);
    // The constructs inside check these again: each is usable alone, and here all problems are in one error.
    checkRevocation(props, problems);
    checkFunction(props, problems);
    checkEmails(props.alertEmails, problems);
    checkAnyFinding(props, problems);
    checkTopic(props, problems);
    checkAlarmActions(props, problems);
    const others = this.node.root.node.findAll().filter((node) => node instanceof CredentialExfiltrationResponse);
    checkSiblings(
      this.deployed,
      others.filter((other) => other !== this).map(({ deployed }) => deployed),
      problems,
    );
    problems.throwIfAny(this);
  }

  private get deployed(): Deployed {
    const { ruleName, topicName, functionName, provider } = this.props;
    const names = { prefix: this.prefix, ruleName, topicName, functionName };
    return { path: this.node.path, destination: destination(this, provider), names };
  }

  /**
   * Lets a role look at the failure queue, run what is in it again, and remove it.
   *
   * @param id distinguishes it from other roles that may.
   * @param roleName name of a role that exists or is made; it gets an inline policy.
   * @throws Error if the name is not one that a role can have.
   */
  grantRedrive(id: string, roleName: string): void {
    const problems = new Problems();
    const { pattern, words } = FORMATS.functionRoleName;
    problems.check("roleName", roleName, (name) => pattern.test(name), words);
    problems.throwIfAny(this);
    const statements = [
      {
        Sid: "EmptyFailureQueue",
        Effect: "Allow",
        Action: [
          "sqs:GetQueueAttributes",
          "sqs:GetQueueUrl",
          "sqs:ReceiveMessage",
          "sqs:ChangeMessageVisibility",
          "sqs:DeleteMessage",
        ],
        Resource: this.deadLetterQueueArn,
      },
      { Sid: "RunAgain", Effect: "Allow", Action: "lambda:InvokeFunction", Resource: this.functionArn },
    ];
    new IamRolePolicy(this, `redrive-${id}`, {
      name: `Redrive-${this.functionName}`,
      role: roleName,
      policy: jsonText({ Version: "2012-10-17", Statement: statements }),
      provider: this.props.provider,
    });
  }
}

function checkAlarmActions({ alarms, alarmActions }: CredentialExfiltrationResponseProps, problems: Problems): void {
  if (alarmActions === undefined) return;
  if (alarms === false) problems.add("alarmActions: must be left out if alarms is false: there is no alarm to act");
  if (Token.isUnresolved(alarmActions)) return;
  for (const [index, arn] of alarmActions.entries()) {
    problems.check(`alarmActions[${index}]`, arn, isArn, ARN_WORDS);
  }
}

function checkTopic(
  { topicArn, topicName, alertEmails, subscribers = {} }: CredentialExfiltrationResponseProps,
  problems: Problems,
): void {
  if (topicArn === undefined) return;
  if (topicName !== undefined) {
    problems.add("topicName: must be left out if topicArn is given: that topic has its name");
  }
  if (alertEmails?.length) {
    problems.add(
      "alertEmails: must be left out if topicArn is given; subscribe the addresses where that topic is made",
    );
  }
  if (Object.keys(subscribers).length > 0) {
    problems.add("subscribers: must be left out if topicArn is given; subscribe them where that topic is made");
  }
}

function checkAnyFinding(
  { alertSeverity, severityOverrides = {}, findings }: CredentialExfiltrationResponseProps,
  problems: Problems,
): void {
  if (alertSeverity === undefined) return;
  problems.check("alertSeverity", alertSeverity, isSeverity, "a number from 0 to 10");
  const overrides = Object.values(severityOverrides);
  if (overrides.length > 0 && [alertSeverity, ...overrides].some(Token.isUnresolved)) {
    problems.add(
      "severityOverrides: must be known, like alertSeverity, to be compared with it; received what only Terraform knows; give " +
        "both as numbers, or leave one out",
    );
  }
  const { length } = JSON.stringify(anyFindingFrom(alertSeverity, severityOverrides, findings));
  if (length > MAX_PATTERN_CHARACTERS) {
    problems.add(
      `severityOverrides, findings: must make a pattern of at most ${MAX_PATTERN_CHARACTERS} characters of what alertSeverity mails, since ` +
        `EventBridge accepts 2,048 in all; received ${length}; name fewer types in both, or leave alertSeverity out`,
    );
  }
}
