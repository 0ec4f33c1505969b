import type { AwsAccount, Role } from "../api/account";
import type { AwsCall } from "../api/endpoint";
import { type Denial, denialSentence, type PolicyType } from "../iam/denial";
import type { NamedPolicy, PolicyDocument } from "../iam/policy";
import { decide, type Decision, RESOURCE_POLICY } from "../iam/simulator";
import { LocalAwsError } from "../local-aws-error";
import type {
  DeployedEventBus,
  DeployedFunction,
  DeployedRule,
  DeployedTopic,
  Deployment,
  RuleTarget,
} from "../terraform/deployment";

/** A session of a role: temporary credentials, and who holds them does not matter. */
export interface RoleSession {
  readonly roleName: string;
  /** EC2 names the sessions of its instances by their ids. */
  readonly sessionName: string;
  readonly accessKeyId: string;
  readonly issuedAt: Date;
}

/** Decides what a session may do now, by the inline policies that its role has now. */
export async function decideForSession(
  account: AwsAccount,
  session: RoleSession,
  action: string,
  resource: string,
): Promise<Decision> {
  const role = account.roles.get(session.roleName);
  if (!role) throw new LocalAwsError(`the account has no role ${session.roleName}: no stack declares it`);
  return decide({
    principal: sessionArn(account, session),
    action,
    resource,
    accountId: account.accountId,
    context: {
      "aws:TokenIssueTime": session.issuedAt.toISOString(),
      "aws:userid": `${role.roleId}:${session.sessionName}`,
      "aws:SecureTransport": "true",
    },
    identityPolicies: inlinePolicies(role),
  });
}

/** Why the role of a function may not make a call; undefined if it may. */
export async function denialOfCall(
  deployment: Deployment,
  account: AwsAccount,
  session: RoleSession,
  call: AwsCall,
): Promise<Denial | undefined> {
  const topic = call.service === "sns" ? deployment.topics.find(({ arn }) => arn === call.resource) : undefined;
  return denialOfRole(account, session, [
    { action: `${call.service}:${call.action}`, resource: call.resource, resourcePolicy: topic?.policy },
    ...keyUses(deployment, topic),
  ]);
}

/** Why a role may not do one of several things, in words; undefined if it may do all. */
export async function refusalOfRole(
  account: AwsAccount,
  session: RoleSession,
  uses: readonly Use[],
): Promise<string | undefined> {
  return explained(await denialOfRole(account, session, uses));
}

async function denialOfRole(
  account: AwsAccount,
  session: RoleSession,
  uses: readonly Use[],
): Promise<Denial | undefined> {
  const role = account.roles.get(session.roleName);
  const principal = sessionArn(account, session);
  for (const use of uses) {
    const decision = await decide({
      ...use,
      principal,
      accountId: account.accountId,
      context: { ...resourceTags(account, use.resource), "aws:SecureTransport": "true" },
      identityPolicies: role ? inlinePolicies(role) : [],
    });
    if (decision.effect !== "allowed") return denialOf(principal, use, decision, "identity-based policy");
  }
  return undefined;
}

/**
 * Why a topic does not take what EventBridge delivers for a rule; undefined if it does.
 *
 * EventBridge says for which rule it acts neither to SNS nor to KMS, so a condition on the rule or the account is never met.
 */
export async function refusalByTopic(deployment: Deployment, topic: DeployedTopic): Promise<string | undefined> {
  if (topic.keyArn === "alias/aws/sns") {
    return `EventBridge cannot use the key that AWS manages for SNS, with which ${topic.arn} is encrypted`;
  }
  const keyUsesKnown = keyUses(deployment, topic).filter(({ resourcePolicy }) => resourcePolicy !== undefined);
  return refusalOfEventBridge(deployment, {}, [
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
  return refusalOfEventBridge(deployment, sourceOf(deployment, rule), [
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
  deployment: Deployment,
  bus: DeployedEventBus,
  rule: DeployedRule,
  { roleArn }: RuleTarget,
): Promise<string | undefined> {
  const role = deployment.roles.find(({ arn }) => arn === roleArn);
  if (!role) return `EventBridge delivers to an event bus with a role, and the target names none that is deployed`;
  const notAssumed = await refusalOfEventBridge(deployment, sourceOf(deployment, rule), [
    { action: "sts:AssumeRole", resource: role.arn, resourcePolicy: role.trustPolicy },
  ]);
  if (notAssumed !== undefined) return notAssumed;
  const { partition, accountId } = deployment;
  const use = { action: "events:PutEvents", resource: bus.arn };
  const request = {
    ...use,
    principal: `arn:${partition}:sts::${accountId}:assumed-role/${role.name}/events`,
    identityPolicies: role.policies,
  };
  const sent = await decide({ ...request, accountId });
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
  return refusalOfEventBridge(deployment, sourceOf(deployment, rule), [
    { action: "sqs:SendMessage", resource: queueArn, resourcePolicy },
  ]);
}

/** Something to be done with a resource. */
interface Use {
  readonly action: string;
  readonly resource: string;
  readonly resourcePolicy?: PolicyDocument;
}

async function refusalOfEventBridge(
  deployment: Deployment,
  source: Record<string, string>,
  uses: readonly Use[],
): Promise<string | undefined> {
  const principal = "events.amazonaws.com";
  for (const use of uses) {
    const decision = await decide({
      ...use,
      principal,
      accountId: deployment.accountId,
      context: { ...source, "aws:SecureTransport": "true" },
    });
    if (decision.effect !== "allowed") {
      return explained(denialOf(principal, use, decision, "resource-based policy"));
    }
  }
  return undefined;
}

function sourceOf({ accountId }: Deployment, rule: DeployedRule): Record<string, string> {
  return { "aws:SourceArn": rule.arn, "aws:SourceAccount": accountId };
}

/** What publishing to an encrypted topic does with the topic's key: it makes a data key. */
function keyUses(deployment: Deployment, topic: DeployedTopic | undefined): Use[] {
  const keyArn = topic?.keyArn;
  if (keyArn === undefined || !keyArn.startsWith("arn:")) return [];
  const resourcePolicy = deployment.keyPolicies[keyArn];
  return ["kms:GenerateDataKey", "kms:Decrypt"].map((action) => ({ action, resource: keyArn, resourcePolicy }));
}

/** @param silentType the kind of policy that should have allowed the use, if nothing denies it explicitly. */
function denialOf(
  principal: string,
  { action, resource }: Use,
  { effect, statements }: Decision,
  silentType: PolicyType,
): Denial {
  const explicit = effect === "explicitly denied";
  const byResource = statements.some(({ policyName }) => policyName === RESOURCE_POLICY);
  const policyType = explicit ? (byResource ? "resource-based policy" : "identity-based policy") : silentType;
  return { principal, action, resource, policyType, explicit, statements };
}

/** AWS's sentence about a denial, and the statements, which AWS does not tell. */
export function explainDenial(denial: Denial): string {
  const statements = (denial.statements ?? []).map(
    ({ policyName, statement }) => `${policyName}: ${JSON.stringify(statement)}`,
  );
  return [denialSentence(denial), ...statements].join("; ");
}

const explained = (denial: Denial | undefined): string | undefined => denial && explainDenial(denial);

function resourceTags(account: AwsAccount, resource: string): Record<string, string> {
  const role = [...account.roles.values()].find(({ arn }) => arn === resource);
  return Object.fromEntries(Object.entries(role?.tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
}

function inlinePolicies({ policies }: Role): NamedPolicy[] {
  return [...policies].map(([name, document]) => ({ name, policy: JSON.parse(document) as PolicyDocument }));
}

function sessionArn({ partition, accountId }: AwsAccount, { roleName, sessionName }: RoleSession): string {
  return `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
}
