import type { AwsAccount } from "../api/account";
import { decide } from "../iam/simulator";
import type {
  DeployedAlarm,
  DeployedEventBus,
  DeployedFunction,
  DeployedRule,
  DeployedTopic,
  Deployment,
  RuleTarget,
} from "../terraform/deployment";
import { denialOf, explained } from "./refusal";
import { sessionRequest, type Use } from "./role-session";
import { keyUses } from "./topic-key";

/**
 * Why a topic does not take what EventBridge delivers for a rule; undefined if it does.
 *
 * EventBridge says for which rule it acts neither to SNS nor to KMS, so a condition on the rule or the account is never met.
 */
export async function refusalByTopic(deployment: Deployment, topic: DeployedTopic): Promise<string | undefined> {
  return refusalOfPublisher(deployment, topic, EVENTBRIDGE, {});
}

/** Why a topic does not take what an alarm tells; undefined if it does. */
export async function refusalOfAlarm(
  deployment: Deployment,
  topic: DeployedTopic,
  alarm: DeployedAlarm,
): Promise<string | undefined> {
  const source = { "aws:SourceArn": alarm.arn, "aws:SourceAccount": deployment.accountId };
  return refusalOfPublisher(deployment, topic, { name: "CloudWatch", principal: "cloudwatch.amazonaws.com" }, source);
}

/** A service of AWS that delivers something. */
interface Service {
  readonly name: string;
  readonly principal: string;
}

const EVENTBRIDGE: Service = { name: "EventBridge", principal: "events.amazonaws.com" };

async function refusalOfPublisher(
  deployment: Deployment,
  topic: DeployedTopic,
  service: Service,
  source: Record<string, string>,
): Promise<string | undefined> {
  if (topic.keyArn === "alias/aws/sns") {
    return `${service.name} cannot use the key that AWS manages for SNS, with which ${topic.arn} is encrypted`;
  }
  const keyUsesKnown = keyUses(deployment, topic).filter(({ resourcePolicy }) => resourcePolicy !== undefined);
  return refusalOfService(service, deployment, source, [
    { action: "sns:Publish", resource: topic.arn, resourcePolicy: topic.policy },
    ...keyUsesKnown,
  ]);
}

/** Why a function is not invoked for a rule; undefined if it is. */
export async function refusalByFunction(
  deployment: Deployment,
  { functionArn, permissions }: DeployedFunction,
  rule: DeployedRule,
): Promise<string | undefined> {
  const resourcePolicy = permissions.length > 0 ? { Version: "2012-10-17", Statement: permissions } : undefined;
  return refusalOfService(EVENTBRIDGE, deployment, sourceOf(deployment, rule), [
    { action: "lambda:InvokeFunction", resource: functionArn, resourcePolicy },
  ]);
}

/**
 * Why an event bus does not take what EventBridge delivers for a rule of another region; undefined if it does.
 *
 * EventBridge assumes the role that the target names. Both the role's policy and the bus's have to let it send: without the former
 * nothing is sent, without the latter EventBridge refuses to make the target.
 */
export async function refusalByEventBus(
  account: AwsAccount,
  bus: DeployedEventBus,
  rule: DeployedRule,
  { roleArn }: RuleTarget,
): Promise<string | undefined> {
  const role = [...account.roles.values()].find(({ arn }) => arn === roleArn);
  if (!role) return `EventBridge delivers to an event bus with a role, and the target names none that is deployed`;
  const notAssumed = await refusalOfService(EVENTBRIDGE, account, sourceOf(account, rule), [
    { action: "sts:AssumeRole", resource: role.arn, resourcePolicy: role.trustPolicy },
  ]);
  if (notAssumed !== undefined) return notAssumed;
  const session = { roleName: role.name, sessionName: "events", accessKeyId: "", issuedAt: new Date() };
  const use = { action: "events:PutEvents", resource: bus.arn };
  const request = sessionRequest(account, session, use);
  const sent = await decide(request);
  if (sent.effect !== "allowed") return explained(denialOf(request.principal, use, sent, "identity-based policy"));
  // Between accounts both policies have to allow it, so another one is made up.
  const taken = await decide({ ...request, accountId: "000000000000", resourcePolicy: bus.policy });
  if (taken.effect === "allowed") return undefined;
  return explained(denialOf(request.principal, use, taken, "resource-based policy"));
}

/** Why a queue does not take what EventBridge could not deliver for a rule; undefined if it does. */
export async function refusalByQueue(
  deployment: Deployment,
  queueArn: string,
  rule: DeployedRule,
): Promise<string | undefined> {
  const resourcePolicy = deployment.queuePolicies[queueArn];
  return refusalOfService(EVENTBRIDGE, deployment, sourceOf(deployment, rule), [
    { action: "sqs:SendMessage", resource: queueArn, resourcePolicy },
  ]);
}

async function refusalOfService(
  { principal }: Service,
  { accountId }: Pick<Deployment, "accountId">,
  source: Record<string, string>,
  uses: readonly Use[],
): Promise<string | undefined> {
  for (const use of uses) {
    const decision = await decide({
      ...use,
      principal,
      accountId,
      context: { ...source, "aws:SecureTransport": "true" },
    });
    if (decision.effect !== "allowed") {
      return explained(denialOf(principal, use, decision, "resource-based policy"));
    }
  }
  return undefined;
}

function sourceOf({ accountId }: Pick<Deployment, "accountId">, rule: DeployedRule): Record<string, string> {
  return { "aws:SourceArn": rule.arn, "aws:SourceAccount": accountId };
}
