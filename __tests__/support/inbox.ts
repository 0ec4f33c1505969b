import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from "@aws-sdk/client-sqs";

import type { EventBridge } from "./event-bridge";

/** A rule of an event bus, as EventBridge's API names it. */
export interface RuleOnBus {
  readonly Rule: string;
  readonly EventBusName: string;
}

/**
 * A queue that stands for the function and the topic at the rule on forwarded findings: emulators deliver from one bus to another, and
 * from there to a queue.
 */
export class Inbox {
  private constructor(
    private readonly home: EventBridge,
    private readonly rule: RuleOnBus,
    private readonly sqs: SQSClient,
    private readonly queueUrl: string,
    private readonly targets: readonly { Id: string }[],
  ) {}

  static async insteadOfTargets(home: EventBridge, rule: RuleOnBus, configuration: SQSClientConfig): Promise<Inbox> {
    const sqs = new SQSClient(configuration);
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: `inbox-${process.pid}` }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
    const { Targets } = (await home.call("ListTargetsByRule", rule)) as { Targets: { Id: string }[] };
    await home.call("RemoveTargets", { ...rule, Ids: Targets.map(({ Id }) => Id) });
    await home.call("PutTargets", { ...rule, Targets: [{ Id: "inbox", Arn: Attributes?.["QueueArn"] }] });
    return new Inbox(home, rule, sqs, QueueUrl, Targets);
  }

  async read(): Promise<Record<string, unknown>[]> {
    const { Messages = [] } = await this.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: this.queueUrl, MaxNumberOfMessages: 10 }),
    );
    return Messages.map(({ Body = "" }) => JSON.parse(Body) as Record<string, unknown>);
  }

  /** Gives the rule its own targets back. */
  async remove(): Promise<void> {
    await this.home.call("RemoveTargets", { ...this.rule, Ids: ["inbox"] });
    await this.home.call("PutTargets", { ...this.rule, Targets: this.targets });
    await this.sqs.send(new DeleteQueueCommand({ QueueUrl: this.queueUrl }));
  }
}
