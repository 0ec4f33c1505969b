import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Annotations, type TerraformProvider, TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";

import { anyFindingMessage, credentialExfiltrationMessage } from "./alerting/alert-message";
import { AlertTopic, checkEmails } from "./alerting/alert-topic";
import type { IDetector } from "./detection/detector";
import { FailureAlarms } from "./monitoring/failure-alarms";
import { FailureQueue } from "./detection/failure-queue";
import { FindingRule } from "./detection/finding-rule";
import { CREDENTIAL_EXFILTRATION_TYPES } from "./contract/finding-kinds";
import { ResponseMode } from "./contract/environment";
import { checkFunction, type FunctionProps } from "./revocation/function-props";
import { checkNames } from "./shared/formats";
import { Place } from "./shared/place";
import type { Problems } from "./shared/problems";
import { ResponseDashboard } from "./monitoring/response-dashboard";
import { checkRevocation, isSeverity, type RevocationProps } from "./revocation/revocation-props";
import { SessionRevoker } from "./revocation/session-revoker";
import { anyFindingFrom } from "./detection/severity-pattern";

const DEFAULT_PREFIX = "GuardDuty-Response";

/** A rule's pattern may have 2,048 characters; source and type of the event are among them. */
const MAX_PATTERN_CHARACTERS = 1_950;

export interface CredentialExfiltrationResponseProps extends RevocationProps, FunctionProps {
  /**
   * Who is mailed. Each address gets a mail to confirm first, and nothing else until somebody does.
   *
   * @default - nobody is subscribed, which draws a warning unless `topicArn` is given
   */
  readonly alertEmails?: readonly string[];
  /**
   * ARN of an existing topic to use. Its policy must let `events.amazonaws.com` and `cloudwatch.amazonaws.com` publish.
   *
   * @default - a topic is made
   */
  readonly topicArn?: string;
  /**
   * ARN of the customer-managed key that the topic is, or is to be, encrypted with.
   *
   * @default - a key is made for a topic that is made; an existing topic is taken to need none
   */
  readonly topicKeyArn?: string;
  /**
   * The severity from which any other GuardDuty finding is mailed too: 0 to 10.
   *
   * @default - only stolen role credentials are mailed
   */
  readonly alertSeverity?: number;
  /**
   * The detector that the findings come from. Nothing depends on it but the attribute `detectorId`.
   *
   * @default - GuardDuty is left alone; without a detector there are no findings
   */
  readonly detector?: IDetector;
  /**
   * Whether alarms watch the failure queue and the function's errors.
   *
   * @default - they do
   */
  readonly alarms?: boolean;
  /**
   * ARNs that the alarms tell.
   *
   * @default - the topic
   */
  readonly alarmActions?: readonly string[];
  /**
   * Whether there is a dashboard, with metrics of what became of the findings, and, unless `alarms` is false, alarms on
   * findings that a person has to act on and on revocations that come late.
   *
   * @default - there is none
   */
  readonly dashboard?: boolean;
  /**
   * What every name below is made from: 1 to 27 letters, digits and hyphens.
   *
   * @default - `GuardDuty-Response`
   */
  readonly prefix?: string;
  /** @default - the prefix and `-CredentialExfiltration` */
  readonly ruleName?: string;
  /** @default - the prefix and `-RevokeSessions` */
  readonly functionName?: string;
  /** @default - the prefix, `-Revoke-` and the region: IAM names are global, so that a second region fits beside */
  readonly functionRoleName?: string;
  /** @default - the prefix */
  readonly topicName?: string;
  /**
   * Reaches every resource.
   *
   * @default - the stack's default AWS provider
   */
  readonly provider?: TerraformProvider;
}

/**
 * Answers stolen EC2 role credentials: GuardDuty's finding mails people and makes a function attach the inline policy
 * `RevokeOldSessions` to the role, so that every session issued before a cut-off is denied. A second mail tells what was
 * done, what breaks, and how to undo it.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html
 */
export class CredentialExfiltrationResponse extends Construct {
  readonly topicArn: string;
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly functionArn: string;
  readonly functionName: string;
  readonly functionRoleArn: string;
  readonly deadLetterQueueArn: string;
  /** Undefined where no detector was given. */
  readonly detectorId?: string;
  /** The topic that was made: `topic.subscribe` adds whom it tells; undefined where `topicArn` was given. */
  readonly topic?: AlertTopic;
  /** The rule on stolen role credentials: `rule.addTarget` sends them elsewhere too. */
  readonly rule: FindingRule;
  /** The rule on any other finding; undefined where `alertSeverity` was not given. */
  readonly anyFindingRule?: FindingRule;
  /** The function: `revoker.allowRevoking` lets further roles be revoked, `revoker.sendOutcomesTo` tells a machine. */
  readonly revoker: SessionRevoker;
  readonly failureQueue: FailureQueue;

  private readonly prefix?: string;
  private readonly provider?: TerraformProvider;

  /** @throws Error that names every prop that is not usable. */
  constructor(scope: Construct, id: string, props: CredentialExfiltrationResponseProps) {
    super(scope, id);
    const problems = check(props);
    if (this.isSecondOfItsNames(props)) {
      problems.add(
        "prefix: the stack has a response with the same names and provider already, and AWS would let this one take over what " +
          "that one made; give one of them another prefix",
      );
    }
    problems.throwIfAny(this);
    const { provider, prefix = DEFAULT_PREFIX, response = ResponseMode.REVOKE } = props;
    this.prefix = prefix;
    this.provider = provider;
    const place = Place.of(this, provider);

    this.failureQueue = new FailureQueue(this, "failure-queue", { queueName: `${prefix}-not-handled`, provider });
    this.deadLetterQueueArn = this.failureQueue.queueArn;

    if (props.topicArn === undefined) {
      const { alertEmails, topicName = prefix, topicKeyArn: keyArn } = props;
      this.topic = new AlertTopic(this, "topic", { topicName, alertEmails, keyArn, provider });
      if (!alertEmails?.length) {
        Annotations.of(this).addWarning(
          "no alertEmails: nobody is mailed about findings or revocations until somebody subscribes to the topic",
        );
      }
    }
    this.topicArn = props.topicArn ?? this.topic!.topicArn;

    this.revoker = new SessionRevoker(this, "revoker", {
      ...props,
      functionName: props.functionName ?? `${prefix}-RevokeSessions`,
      functionRoleName: props.functionRoleName ?? `${prefix}-Revoke-${place.region}`,
      topicArn: this.topicArn,
      topicKeyArn: this.topic?.keyArn ?? props.topicKeyArn,
      failureQueue: this.failureQueue,
    });
    this.functionArn = this.revoker.functionArn;
    this.functionName = this.revoker.functionName;
    this.functionRoleArn = this.revoker.functionRoleArn;

    this.rule = new FindingRule(this, "rule", {
      ruleName: props.ruleName ?? `${prefix}-CredentialExfiltration`,
      description: "GuardDuty has seen the credentials of an instance's role used where they do not belong",
      findingPattern: { type: CREDENTIAL_EXFILTRATION_TYPES.map((prefix) => ({ prefix })) },
      failureQueue: this.failureQueue,
      provider,
    });
    this.rule.addTarget("topic", { arn: this.topicArn, message: credentialExfiltrationMessage(place, response) });
    this.revoker.answer(this.rule, "function");
    this.ruleArn = this.rule.ruleArn;
    this.ruleName = this.rule.ruleName;

    if (props.alertSeverity !== undefined) {
      this.anyFindingRule = new FindingRule(this, "any-finding", {
        ruleName: `${prefix}-AnyFinding`,
        description: `Any other GuardDuty finding from severity ${props.alertSeverity} up`,
        findingPattern: anyFindingFrom(props.alertSeverity, props.severityOverrides),
        failureQueue: this.failureQueue,
        provider,
      });
      this.anyFindingRule.addTarget("topic", { arn: this.topicArn, message: anyFindingMessage(place) });
    }

    if (props.alarms ?? true) {
      new FailureAlarms(this, "alarms", {
        namePrefix: prefix,
        queueName: this.failureQueue.queueName,
        functionName: this.functionName,
        actions: props.alarmActions ?? [this.topicArn],
        provider,
      });
    }
    if (props.dashboard) {
      new ResponseDashboard(this, "dashboard", {
        namePrefix: prefix,
        ruleName: this.ruleName,
        functionName: this.functionName,
        logGroupName: this.revoker.logGroup.name,
        queueName: this.failureQueue.queueName,
        alarmActions: (props.alarms ?? true) ? (props.alarmActions ?? [this.topicArn]) : undefined,
        provider,
      });
    }
    this.detectorId = props.detector?.detectorId;
  }

  private isSecondOfItsNames({ prefix, provider }: CredentialExfiltrationResponseProps): boolean {
    const others = TerraformStack.of(this).node.findAll();
    return others.some(
      (other) =>
        other instanceof CredentialExfiltrationResponse &&
        other !== this &&
        other.prefix === (prefix ?? DEFAULT_PREFIX) &&
        other.provider?.alias === provider?.alias,
    );
  }

  /**
   * Lets a role look at the failure queue, run what is in it again, and remove it.
   *
   * @param id distinguishes it from other roles that may.
   * @param roleName name of a role that exists or is made; it gets an inline policy.
   */
  grantRedrive(id: string, roleName: string): void {
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
      policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
      provider: this.provider,
    });
  }
}

function check(props: CredentialExfiltrationResponseProps): Problems {
  const revocation = checkRevocation(props, checkEmails(props.alertEmails ?? []));
  const problems = checkNames(props, checkFunction(props, revocation));
  checkAnyFinding(props, problems);
  if (props.topicArn !== undefined) {
    if (props.topicName !== undefined) problems.add("topicName: a topic is given by topicArn; leave the name out");
    if (props.alertEmails?.length) {
      problems.add("alertEmails: a topic is given by topicArn; subscribe the addresses where that topic is made");
    }
  }
  if (props.alarmActions !== undefined && props.alarms === false) {
    problems.add("alarmActions: there are no alarms to act; leave them out or drop alarms: false");
  }
  return problems;
}

function checkAnyFinding(
  { alertSeverity, severityOverrides = {} }: CredentialExfiltrationResponseProps,
  problems: Problems,
): void {
  if (alertSeverity === undefined) return;
  problems.check("alertSeverity", alertSeverity, isSeverity, "a number from 0 to 10");
  const overrides = Object.values(severityOverrides);
  if (overrides.length > 0 && [alertSeverity, ...overrides].some(Token.isUnresolved)) {
    problems.add(
      "severityOverrides: cannot be compared with an alertSeverity that only Terraform knows; give both as numbers, or " +
        "leave one out",
    );
  }
  const { length } = JSON.stringify(anyFindingFrom(alertSeverity, severityOverrides));
  if (length > MAX_PATTERN_CHARACTERS) {
    problems.add(
      `severityOverrides: the pattern of what alertSeverity mails has ${length} characters, at most ${MAX_PATTERN_CHARACTERS} ` +
        "are allowed, since EventBridge takes 2,048 in all; override fewer types, or leave alertSeverity out",
    );
  }
}
