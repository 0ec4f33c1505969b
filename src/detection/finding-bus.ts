import { CloudwatchEventBus } from "@cdktf/provider-aws/lib/cloudwatch-event-bus";
import { CloudwatchEventBusPolicy } from "@cdktf/provider-aws/lib/cloudwatch-event-bus-policy";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { jsonText } from "../shared/attribute-text";
import { checkFormats } from "../shared/formats";
import { Place } from "../shared/place";
import { Problems } from "../shared/problems";

/** What handles findings that further regions forward to its event bus. */
export interface IFindingReceiver {
  /** ARN of the bus; undefined if there is none. */
  readonly findingBusArn?: string;
  /** The region of the bus; undefined if only Terraform knows it. */
  readonly region?: string;
}

export interface FindingBusProps {
  /** Name of the event bus. */
  readonly busName: string;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/**
 * The event bus for findings that further regions of the account forward. It is not the default one, so that no other rule of the
 * home region takes a forwarded finding for one of its own.
 *
 * @example
 * ```ts
 * const bus = new FindingBus(this, "bus", { busName: "findings" });
 * new FindingRule(this, "rule", {
 *   ruleName: "forwarded-findings",
 *   description: "Every finding of further regions",
 *   eventBusName: bus.busName,
 *   failureQueue: new FailureQueue(this, "failures", { queueName: "findings-not-delivered" }),
 * });
 * ```
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
 */
export class FindingBus extends Construct {
  /** The bus's ARN, which is known when others of the account may send to it. */
  readonly busArn: string;
  readonly busName: string;
  /** Escape hatch: the resource itself. */
  readonly resource: CloudwatchEventBus;

  /** @throws Error if EventBridge does not accept the name. */
  constructor(scope: Construct, id: string, { busName, provider }: FindingBusProps) {
    super(scope, id);
    const problems = new Problems();
    checkFormats({ busName }, problems);
    problems.throwIfAny(this);

    const place = Place.of(this, provider);
    const arn = (name: string) => `arn:${place.partition}:events:${place.region}:${place.accountId}:event-bus/${name}`;
    this.resource = new CloudwatchEventBus(this, "Resource", { name: busName, provider });
    this.busName = this.resource.name;
    const policy = new CloudwatchEventBusPolicy(this, "policy", {
      eventBusName: this.busName,
      policy: jsonText(busPolicy(arn(busName), place)),
      provider,
    });
    // EventBridge refuses a rule's target if the bus does not let the account in: so whoever names the bus waits for its policy.
    this.busArn = arn(policy.eventBusName);
  }
}

/**
 * The account's own principals may send, if their own policies let them. Nobody can forge a finding: EventBridge refuses events
 * of customers whose source begins with `aws.`.
 */
function busPolicy(busArn: string, place: Place) {
  const account = `arn:${place.partition}:iam::${place.accountId}:root`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "FurtherRegions",
        Effect: "Allow",
        Principal: { AWS: account },
        Action: "events:PutEvents",
        Resource: busArn,
      },
    ],
  };
}
