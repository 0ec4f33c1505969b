import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { type TerraformProvider, Token } from "cdktf";
import { Construct } from "constructs";

import type { MessageAttributes } from "../contract/message-attributes";
import { jsonText } from "../shared/attribute-text";
import { checkFormats, isPlainText, NO_TEMPLATE_WORDS } from "../shared/formats";
import { Place } from "../shared/place";
import { isEmailAddress, knownItems, Problems } from "../shared/problems";
import { ConfirmationCheck } from "./confirmation-check";

export interface AlertTopicProps {
  /** Name of the topic. */
  readonly topicName: string;
  /**
   * The name that mails come from, before SNS's address: 1 to 100 printable ASCII characters.
   *
   * @default - `GuardDuty response`
   */
  readonly displayName?: string;
  /**
   * Who is mailed. Each address gets a mail to confirm first, and nothing else until somebody does.
   *
   * @default - nobody is subscribed
   */
  readonly alertEmails?: readonly string[];
  /**
   * ARN of a customer-managed key to encrypt the topic with. Its policy must let `events.amazonaws.com` and
   * `cloudwatch.amazonaws.com` use `kms:Decrypt` and `kms:GenerateDataKey*`, the former without conditions. If `takesFindings` is
   * false, the former need not.
   *
   * @default - a key is made whose policy does just that
   */
  readonly keyArn?: string;
  /**
   * Whether rules of EventBridge may publish to the topic, and use the key that is made. If false, only alarms may: what a rule
   * sends to the topic lands in the rule's failure queue.
   *
   * @default - they may
   */
  readonly takesFindings?: boolean;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/** Who receives what a topic is sent. */
export interface TopicSubscriber {
  /** One of SNS's protocols, such as `email`, `https` or `sqs`. */
  readonly protocol: string;
  /** An address, URL or ARN, as the protocol needs it; a queue or function must itself let the topic in. */
  readonly endpoint: string;
  /**
   * SNS's filter policy on the attributes of reports, which are {@link MessageAttributes}. What has no attributes does not pass it: alerts,
   * alarms, and the mails of a guard.
   *
   * @default - everything is delivered
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
   */
  readonly filterPolicy?: { readonly [Name in keyof MessageAttributes]?: readonly unknown[] };
  /**
   * Whether the message alone is delivered, without SNS's envelope; for `https`, `sqs` and `firehose`.
   *
   * @default - it is in the envelope
   */
  readonly rawMessageDelivery?: boolean;
  /**
   * Whether an `https` endpoint confirms by itself, so that Terraform waits until it has.
   *
   * @default - somebody confirms; Terraform does not wait
   */
  readonly endpointAutoConfirms?: boolean;
}

/**
 * The topic that people are mailed through: encrypted with a key that EventBridge and CloudWatch can really use, which
 * the key that AWS manages for SNS is not.
 *
 * @example
 * ```ts
 * const topic = new AlertTopic(this, "topic", { topicName: "security", alertEmails: ["security@example.com"] });
 * topic.subscribe("pager", {
 *   protocol: "https",
 *   endpoint: "https://pager.example.com/guardduty",
 *   filterPolicy: { "needs-a-person": ["true"] },
 * });
 * ```
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-create-topic.html
 */
export class AlertTopic extends Construct {
  readonly topicArn: string;
  readonly topicName: string;
  /** ARN of the key that the topic is encrypted with: who publishes needs to use it. */
  readonly keyArn: string;
  /** Escape hatch: the resource itself. */
  readonly resource: SnsTopic;
  private readonly confirmation: ConfirmationCheck;

  /** @throws Error that names every prop that is not usable. */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: AlertTopicProps,
  ) {
    super(scope, id);
    const { topicName, alertEmails = [], takesFindings = true, provider } = props;
    const problems = new Problems();
    checkFormats(props, problems);
    checkEmails(alertEmails, problems);
    problems.throwIfAny(this);

    this.keyArn = props.keyArn ?? this.makeKey(topicName, takesFindings, provider);
    this.resource = new SnsTopic(this, "Resource", {
      name: topicName,
      displayName: props.displayName ?? "GuardDuty response",
      kmsMasterKeyId: this.keyArn,
      provider,
    });
    this.topicArn = this.resource.arn;
    this.topicName = topicName;
    this.confirmation = new ConfirmationCheck(this, "confirmed");
    new SnsTopicPolicy(this, "policy", {
      arn: this.topicArn,
      policy: jsonText(topicPolicy(this.topicArn, takesFindings, Place.of(this, provider))),
      provider,
    });
    for (const [index, address] of alertEmails.entries()) {
      // Construct ids must be known at synth time; a token address is identified by its index instead.
      this.subscribe(`email-${Token.isUnresolved(address) ? index : address}`, {
        protocol: "email",
        endpoint: address,
      });
    }
  }

  private makeKey(topicName: string, takesFindings: boolean, provider?: TerraformProvider): string {
    const key = new KmsKey(this, "key", {
      description: `Encrypts the SNS topic ${topicName}`,
      enableKeyRotation: true,
      deletionWindowInDays: 7,
      policy: jsonText(keyPolicy(takesFindings, Place.of(this, provider))),
      provider,
    });
    new KmsAlias(this, "key-alias", { name: `alias/${topicName}`, targetKeyId: key.keyId, provider });
    return key.arn;
  }

  /**
   * Sends what is published to one more subscriber: mails about findings and outcomes, and what the alarms say, or the reports that its
   * `filterPolicy` chooses. Each plan says whether it is confirmed.
   *
   * @param id distinguishes it from the topic's other subscribers.
   * @throws Error if Terraform would evaluate the subscriber's protocol or endpoint.
   */
  subscribe(id: string, subscriber: TopicSubscriber): void {
    const problems = new Problems();
    problems.check("protocol", subscriber.protocol, isPlainText, NO_TEMPLATE_WORDS);
    problems.check("endpoint", subscriber.endpoint, isPlainText, NO_TEMPLATE_WORDS);
    problems.throwIfAny(this);
    const { provider } = this.props;
    const { protocol, endpoint, filterPolicy, rawMessageDelivery, endpointAutoConfirms } = subscriber;
    const subscription = new SnsTopicSubscription(this, id, {
      topicArn: this.topicArn,
      protocol,
      endpoint,
      filterPolicy: filterPolicy && jsonText(filterPolicy),
      rawMessageDelivery,
      endpointAutoConfirms,
      provider,
    });
    this.confirmation.add(subscription);
  }
}

/** Reports invalid and duplicate addresses. */
export function checkEmails(alertEmails: readonly string[] | undefined, problems: Problems): void {
  for (const [index, address] of knownItems("alertEmails", alertEmails, problems)) {
    problems.check(`alertEmails[${index}]`, address, isEmailAddress, "an e-mail address such as security@example.com");
    const isFirst = (other: string) => alertEmails?.indexOf(other) === index;
    problems.check(`alertEmails[${index}]`, address, isFirst, "named once");
  }
}

/**
 * EventBridge publishes under its service's name, and only for rules of this account. AWS documents its statement without
 * conditions; CloudWatch's takes them.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
 */
function topicPolicy(topicArn: string, takesFindings: boolean, place: Place) {
  const findings = {
    Sid: "Findings",
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sns:Publish",
    Resource: topicArn,
  };
  return {
    Version: "2012-10-17",
    Statement: [
      ...(takesFindings ? [findings] : []),
      {
        Sid: "Alarms",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { StringEquals: { "aws:SourceAccount": place.accountId } },
      },
      {
        Sid: "EncryptedTransportOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}

/** Conditions on EventBridge's use of the key would silently stop the mails; the account's own policies rule the rest. */
function keyPolicy(takesFindings: boolean, place: Place) {
  const use = ["kms:Decrypt", "kms:GenerateDataKey*"];
  const findings = {
    Sid: "Findings",
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: use,
    Resource: "*",
  };
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AccountPolicies",
        Effect: "Allow",
        Principal: { AWS: `arn:${place.partition}:iam::${place.accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      ...(takesFindings ? [findings] : []),
      {
        Sid: "Alarms",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: use,
        Resource: "*",
        Condition: { StringEquals: { "aws:SourceAccount": place.accountId } },
      },
    ],
  };
}
