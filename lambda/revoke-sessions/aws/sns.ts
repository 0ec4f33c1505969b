import { type MessageAttributeValue, PublishCommand, SNSClient } from "@aws-sdk/client-sns";

import type { Mail } from "../mail";
import { clientConfiguration, ownCredentials } from "./client";

const sns = new SNSClient(clientConfiguration(ownCredentials));

/** Publishes a mail to those who subscribed to a topic. */
export async function publish(topicArn: string, mail: Mail, abortSignal: AbortSignal): Promise<void> {
  const command = new PublishCommand({
    TopicArn: topicArn,
    Subject: mail.subject,
    Message: mail.message,
    MessageAttributes: toMessageAttributes(mail.attributes),
  });
  const { MessageId } = await sns.send(command, { abortSignal });
  if (!MessageId) throw new Error(`SNS responded without the id of the message that ${topicArn} was to take`);
}

/** SNS knows texts and numbers, and no empty ones. */
function toMessageAttributes(attributes: Mail["attributes"]): Record<string, MessageAttributeValue> {
  const known = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.map(([name, value]) => [
      name,
      { DataType: typeof value === "number" ? "Number" : "String", StringValue: String(value) },
    ]),
  );
}
