import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";

import type { Mail } from "../mail";
import { clientConfiguration, ownCredentials } from "./client";

const sns = new SNSClient(clientConfiguration(ownCredentials));

/** Publishes a mail to those who subscribed to a topic. */
export async function publish(topicArn: string, { subject, message }: Mail, abortSignal: AbortSignal): Promise<void> {
  const command = new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: message });
  const { MessageId } = await sns.send(command, { abortSignal });
  if (!MessageId) throw new Error(`SNS responded without the id of the message that ${topicArn} was to take`);
}
