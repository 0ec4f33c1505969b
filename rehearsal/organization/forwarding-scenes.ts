import type { AwsAccount } from "../../local-aws/api/account";
import { refusalByQueue, refusalOfAlarm } from "../../local-aws/deployment/delivery-access";
import type { RuleOutcome } from "../../local-aws/deployment/local-deployment";
import type { DeployedRule } from "../../local-aws/terraform/deployment";
import { claim, unlessAny, unlessContains, unlessDecided, unlessDelivered } from "../play/claim";
import { explainMismatches } from "../play/mismatch-text";
import type { Fact, Scene } from "../play/scene";
import type { Theft } from "../story/finding-event";
import { type Attempt, THIEFS_CALL } from "../story/thief";
import { type Handled, publish } from "./member-finding";
import { FURTHER_REGION, type Organization } from "./organization";

/** A role of a member is robbed, and the finding is sent to the home region. */
export function findingIsForwarded(member: AwsAccount, { fact, decision }: Attempt, { outcomes }: Handled): Scene {
  const further = outcomes.filter(({ rule }) => rule.region === FURTHER_REGION);
  const matching = further.filter(({ match }) => match.matched);
  return {
    title: `A role of the member ${member.accountId} is robbed, and GuardDuty sees it in ${FURTHER_REGION}`,
    facts: [fact, ...matching.map((outcome): Fact => ({ kind: "rule", outcome }))],
    claims: [
      claim(`the thief's ${THIEFS_CALL} is allowed`, unlessDecided(decision, "allowed")),
      claim("the forwarder's rule matches", matching.length > 0 ? undefined : explainMismatches(further)),
      claim("its role may send the finding on, and the home region's bus takes it", unlessForwarded(matching)),
    ],
  };
}

/** In the home region the finding is handled as one of its own: once. */
export function forwardedFindingIsMatched(
  { security }: Organization,
  { accountId }: AwsAccount,
  { stolen }: Theft,
  { outcomes, alerts }: Handled,
): Scene {
  const home = outcomes.filter(({ rule }) => rule.region === security.region);
  const matching = home.filter(({ match }) => match.matched);
  const deliveries = matching.flatMap((outcome) => outcome.deliveries);
  const others = matching.slice(1).map(({ rule }) => rule.name);
  const told = [accountId, FURTHER_REGION, stolen.roleName, stolen.accessKeyId];
  return {
    title: `A rule of ${security.region} matches it on its own bus, and EventBridge mails the alert`,
    facts: [
      ...matching.map((outcome): Fact => ({ kind: "rule", outcome })),
      ...alerts.map((mail): Fact => ({ kind: "mail", mail })),
    ],
    claims: [
      claim("a rule matches the finding", matching.length > 0 ? undefined : explainMismatches(home)),
      claim("no other rule does: it is handled once", others.length > 0 ? others.join(", ") : undefined),
      claim("its targets take the event: people and the function", unlessDelivered(deliveries)),
      claim(
        "the alert names the account, the region, the role and the key",
        unlessContains(alerts.map(({ message }) => message).join("\n"), told),
      ),
    ],
  };
}

/** The last scene: what cannot be forwarded is kept, and an alarm tells of it, in the further region. */
export async function undeliveredIsKept(organization: Organization, member: AwsAccount, theft: Theft): Promise<Scene> {
  const { local, security } = organization;
  const forwarders = local.deployment.rules.filter(({ region }) => region === FURTHER_REGION);
  const senders = forwarders.flatMap(({ targets }) => targets.flatMap(({ roleArn }) => roleArn ?? []));
  for (const role of security.roles.values()) if (senders.includes(role.arn)) role.policies.clear();

  const { outcomes, invoked } = await publish(organization, member, theft);
  const refused = outcomes.filter(({ deliveries }) => deliveries.some(({ kind }) => kind === "refused"));
  const alarms = await Promise.all(forwarders.map((rule) => alarmOf(organization, rule)));
  const queues = await Promise.all(forwarders.map((rule) => refusalByQueues(organization, rule)));
  const told = alarms.flatMap(({ text }) => text ?? []);
  return {
    title: "Somebody takes the forwarder's permission away, and what it cannot send is kept",
    facts: [
      ...refused.map((outcome): Fact => ({ kind: "rule", outcome })),
      ...told.map((text): Fact => ({ kind: "note", text })),
    ],
    claims: [
      claim("EventBridge may not send it", refused.length > 0 && !invoked ? undefined : "it is sent all the same"),
      claim("the forwarder's queue takes it", unlessAny(queues.flat())),
      claim(
        "an alarm watches that, and mails through a topic of its region",
        unlessAny(alarms.flatMap(({ why }) => why ?? [])),
      ),
    ],
  };
}

async function refusalByQueues({ local: { deployment } }: Organization, rule: DeployedRule): Promise<string[]> {
  const refusals = rule.targets.map(async ({ deadLetterQueueArn: queueArn }) =>
    queueArn === undefined ? "it has no queue" : refusalByQueue(deployment, queueArn, rule),
  );
  return (await Promise.all(refusals)).flatMap((why) => why ?? []);
}

/** The alarm on what a rule does not deliver, in its own words, or why it tells nobody. */
async function alarmOf(
  { local }: Organization,
  { name, region }: DeployedRule,
): Promise<{ text?: string; why?: string }> {
  const { alarms, topics } = local.deployment;
  const alarm = alarms.find(
    (each) => each.region === region && each.metricName === "FailedInvocations" && each.dimensions["RuleName"] === name,
  );
  if (!alarm) return { why: `no alarm of ${region} watches the rule ${name}` };
  const told = topics.filter(({ arn }) => alarm.actions.includes(arn) && arn.split(":")[3] === region);
  if (told.length === 0) return { why: `the alarm ${alarm.name} tells no topic of ${region}` };
  const why = await Promise.all(told.map((topic) => refusalOfAlarm(local.deployment, topic, alarm)));
  const [refusal] = why.flatMap((each) => each ?? []);
  if (refusal !== undefined) return { why: refusal };
  const names = told.map(({ arn }) => arn.split(":").at(-1)).join(", ");
  return { text: `alarm ${alarm.name}, to the topic ${names}:\n${alarm.description ?? ""}` };
}

function unlessForwarded(outcomes: readonly RuleOutcome[]): string | undefined {
  const deliveries = outcomes.flatMap((outcome) => outcome.deliveries);
  const refused = deliveries.flatMap((delivery) => (delivery.kind === "refused" ? delivery.why : []));
  if (refused.length > 0) return refused.join("; ");
  return deliveries.some(({ kind }) => kind === "forwarded") ? undefined : "no target is an event bus";
}
