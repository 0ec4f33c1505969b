import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { jsonText } from "../shared/attribute-text";
import { checkFormats } from "../shared/formats";
import { configuredRegion, Place } from "../shared/place";
import { Problems } from "../shared/problems";

export interface FailureQueueProps {
  /** Name of the queue. */
  readonly queueName: string;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/**
 * The dead-letter queue for events that could not be delivered or handled. It is encrypted and keeps each event whole for 14
 * days, so that it can be run again.
 *
 * @example
 * ```ts
 * new FailureQueue(this, "failures", { queueName: "findings-not-handled" });
 * ```
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export class FailureQueue extends Construct {
  readonly queueArn: string;
  readonly queueName: string;
  /** The queue's region; undefined if only Terraform knows it. */
  readonly region?: string;
  /** Escape hatch: the resource itself. */
  readonly resource: SqsQueue;
  private readonly ruleArns: string[] = [];

  /** @throws Error if SQS does not accept the name. */
  constructor(scope: Construct, id: string, { queueName, provider }: FailureQueueProps) {
    super(scope, id);
    const problems = new Problems();
    checkFormats({ queueName }, problems);
    problems.throwIfAny(this);

    const { partition, region, accountId } = Place.of(this, provider);
    const arn = `arn:${partition}:sqs:${region}:${accountId}:${queueName}`;
    this.resource = new SqsQueue(this, "Resource", {
      name: queueName,
      messageRetentionSeconds: 14 * 24 * 60 * 60,
      sqsManagedSseEnabled: true,
      // A policy of its own would wait another half a minute for the queue's attributes to settle.
      policy: jsonText(() => queuePolicy(arn, this.ruleArns)),
      provider,
    });
    this.queueArn = this.resource.arn;
    this.queueName = queueName;
    this.region = configuredRegion(this, provider);
  }

  /** Lets an EventBridge rule leave here what it could not deliver. */
  acceptFrom(ruleArn: string): void {
    this.ruleArns.push(ruleArn);
  }
}

function queuePolicy(queueArn: string, ruleArns: readonly string[]) {
  const undeliverable = {
    Sid: "UndeliverableEvents",
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: queueArn,
    Condition: { ArnEquals: { "aws:SourceArn": ruleArns } },
  };
  return {
    Version: "2012-10-17",
    Statement: [
      ...(ruleArns.length > 0 ? [undeliverable] : []),
      {
        Sid: "EncryptedTransportOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sqs:*",
        Resource: queueArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}
