import { GetFunctionEventInvokeConfigCommand } from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";

import type { Clients } from "../../aws/clients";
import { unlessMissing } from "../../aws/errors";

/** Where Lambda sends what became of a function's invocations. */
export interface Destinations {
  readonly onFailure?: string;
  readonly onSuccess?: string;
}

export async function readDestinations(clients: Clients, FunctionName: string): Promise<Destinations> {
  const found = await unlessMissing(clients.lambda().send(new GetFunctionEventInvokeConfigCommand({ FunctionName })));
  const { OnFailure, OnSuccess } = found?.DestinationConfig ?? {};
  return { onFailure: OnFailure?.Destination, onSuccess: OnSuccess?.Destination };
}

/** How many messages are in a queue, whoever looks at them now; undefined if there is no such queue. */
export async function readQueue(clients: Clients, queueArn: string): Promise<{ messages: number } | undefined> {
  const [, , , , QueueOwnerAWSAccountId, QueueName] = queueArn.split(":");
  const sqs = clients.sqs();
  const url = await unlessMissing(sqs.send(new GetQueueUrlCommand({ QueueName, QueueOwnerAWSAccountId })));
  if (!url?.QueueUrl) return undefined;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url.QueueUrl,
      AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    }),
  );
  const messages = Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  return { messages };
}
