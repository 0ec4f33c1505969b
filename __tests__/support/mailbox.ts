import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

import type { WorkshopDeployment } from "./workshop-deployment";

/** A mail as the topic delivers it. */
export interface DeliveredMail {
  readonly subject?: string;
  readonly message: string;
}

/** A queue that is subscribed to a topic, so that what people would be mailed can be read. */
export class Mailbox {
  private constructor(
    private readonly sqs: SQSClient,
    private readonly queueUrl: string,
  ) {}

  static async subscribe({ clientConfiguration }: WorkshopDeployment, topicArn: string): Promise<Mailbox> {
    const sqs = new SQSClient(clientConfiguration);
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: `mailbox-${process.pid}` }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
    const subscription = { TopicArn: topicArn, Protocol: "sqs", Endpoint: Attributes?.["QueueArn"] };
    await new SNSClient(clientConfiguration).send(new SubscribeCommand(subscription));
    return new Mailbox(sqs, QueueUrl);
  }

  /** The mails that came since the last look, oldest first. */
  async read(): Promise<DeliveredMail[]> {
    const mails: DeliveredMail[] = [];
    for (;;) {
      const { Messages = [] } = await this.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: this.queueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return mails;
      for (const { Body = "", ReceiptHandle } of Messages) {
        const { Subject, Message } = JSON.parse(Body) as { Subject?: string; Message: string };
        mails.push({ subject: Subject, message: Message });
        await this.sqs.send(new DeleteMessageCommand({ QueueUrl: this.queueUrl, ReceiptHandle }));
      }
    }
  }

  async remove(): Promise<void> {
    await this.sqs.send(new DeleteQueueCommand({ QueueUrl: this.queueUrl }));
  }
}
