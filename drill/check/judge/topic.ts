import { APPLY, type Judgement, unlessWrong, wrong } from "../result";

/** A topic that people are mailed through; undefined if it does not exist. */
export interface ReadTopic {
  readonly arn: string;
  /** JSON of the topic's own policy. */
  readonly policy: string;
  readonly subscriptions: readonly ReadSubscription[];
}

export interface ReadSubscription {
  /** ARN, or `PendingConfirmation`. */
  readonly arn: string;
  readonly protocol: string;
  readonly endpoint: string;
}

/** Somebody is mailed, everybody has confirmed, and EventBridge may publish. */
export function judgeTopic(topic: ReadTopic | undefined, topicArn: string): readonly Judgement[] {
  if (!topic) return [wrong(`the topic ${topicArn} does not exist: nobody is mailed`, APPLY)];
  const [, , , region] = topicArn.split(":");
  const name = topicArn.split(":").at(-1);
  const pending = topic.subscriptions.filter(({ arn }) => !arn.startsWith("arn:"));
  const confirmed = topic.subscriptions.filter(({ arn }) => arn.startsWith("arn:"));
  const problems: Judgement[] = pending.map(({ endpoint }) =>
    wrong(
      `${endpoint} has not confirmed the subscription of the topic ${name}, and is mailed nothing`,
      `with the token of AWS's mail: aws sns confirm-subscription --region ${region} --topic-arn ${topicArn} ` +
        `--authenticate-on-unsubscribe true --token TOKEN`,
    ),
  );
  if (confirmed.length === 0) {
    problems.push(
      wrong(
        `nobody is subscribed to the topic ${name}: nobody is told about a theft`,
        `aws sns subscribe --region ${region} --topic-arn ${topicArn} --protocol email --notification-endpoint ADDRESS`,
      ),
    );
  }
  if (!mayPublish(topic.policy)) {
    problems.push(wrong(`EventBridge may not publish to the topic ${name}: no alert is mailed`, APPLY));
  }
  const endpoints = confirmed.map(({ endpoint }) => endpoint).join(", ");
  return unlessWrong(`the topic ${name} tells ${endpoints}`, problems);
}

/** Whether a topic's policy lets EventBridge publish, under some condition or none. */
function mayPublish(policy: string): boolean {
  const { Statement = [] } = JSON.parse(policy) as { Statement?: unknown };
  return [Statement].flat().some((statement) => {
    const text = JSON.stringify(statement);
    return text.includes('"Effect":"Allow"') && text.includes("events.amazonaws.com");
  });
}
