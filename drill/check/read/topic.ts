import { GetTopicAttributesCommand, ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";

import type { Clients } from "../../aws/clients";
import { unlessMissing } from "../../aws/errors";
import { allPages } from "../../aws/pages";
import type { ReadTopic } from "../judge/topic";

/** A topic, who is subscribed to it, and the key that encrypts it; undefined if it does not exist. */
export async function readTopic(
  clients: Clients,
  TopicArn: string,
): Promise<(ReadTopic & { readonly key?: string }) | undefined> {
  const sns = clients.sns();
  const found = await unlessMissing(sns.send(new GetTopicAttributesCommand({ TopicArn })));
  if (!found) return undefined;
  const subscriptions = await allPages(async (NextToken) => {
    const page = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }));
    return { items: page.Subscriptions, next: page.NextToken };
  });
  return {
    arn: TopicArn,
    policy: found.Attributes?.["Policy"] ?? "{}",
    key: found.Attributes?.["KmsMasterKeyId"],
    subscriptions: subscriptions.map(({ SubscriptionArn = "", Protocol = "", Endpoint = "" }) => ({
      arn: SubscriptionArn,
      protocol: Protocol,
      endpoint: Endpoint,
    })),
  };
}
