import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";

import { report } from "../report";
import type { Incident } from "../respond";
import { clientConfiguration } from "./client";

const sns = new SNSClient(clientConfiguration);

/** Writes the report about an incident and publishes it to the deployment's topic. */
export async function publishReport(incident: Incident, abortSignal: AbortSignal): Promise<void> {
  const { subject, message } = report(incident);
  const command = new PublishCommand({
    TopicArn: incident.configuration.topicArn,
    Subject: subject,
    Message: message,
  });
  await sns.send(command, { abortSignal });
}
