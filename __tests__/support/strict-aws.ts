import { AwsAccount, EXAMPLE_ACCOUNT } from "../../local-aws/api/account";
import { eventsActions } from "../../local-aws/api/events";
import { iamActions } from "../../local-aws/api/iam";
import { AwsError } from "../../local-aws/api/protocol";
import { snsActions } from "../../local-aws/api/sns";
import { eventAbout } from "../../lambda/revoke-sessions/incident-event";
import { type Mail, mailAbout } from "../../lambda/revoke-sessions/mail";
import type { Refusal } from "../../lambda/revoke-sessions/refusal";
import { INCIDENT_DETAIL_TYPE, INCIDENT_SOURCE, type IncidentEvent } from "../../src/contract/incident-event";
import { TOPIC_ARN } from "./configuration";
import { INCIDENT_SCHEMA } from "./incident-schema";
import { mismatches } from "./json-schema";
import { MemoryAws, type MemoryRole, type PolicyWrite } from "./memory-aws";

/** As the port refuses what IAM has no room for. */
const NO_ROOM: Refusal = { reason: "policy-quota-exceeded", explanation: "no room" };

/**
 * An account in memory whose IAM and SNS refuse what AWS's refuse. What is malformed is thrown: trying it again would end the
 * same way, so nothing may ever be sent that is.
 */
export class StrictAws extends MemoryAws {
  override refuse = (write: PolicyWrite): Refusal | undefined => {
    const { roleName, policyName, document } = write;
    try {
      const parameters = { RoleName: roleName, PolicyName: policyName, PolicyDocument: document };
      iamActions["PutRolePolicy"]!.perform(parameters, accountOf(roleName, this.roles.get(roleName)!));
      return undefined;
    } catch (error) {
      if (error instanceof AwsError && error.code === "LimitExceeded") return NO_ROOM;
      throw error;
    }
  };

  override announce: MemoryAws["announce"] = async (incident) => {
    const event = JSON.parse(JSON.stringify(eventAbout(incident, mailAbout(incident)))) as IncidentEvent;
    const problems = [...mismatches(event, INCIDENT_SCHEMA), ...refusalOf(event)];
    if (problems.length > 0) throw new Error(problems.join("\n"));
    this.calls.push("announce");
    this.events.push(event);
    return true;
  };

  override report: MemoryAws["report"] = async (incident, others = []) => {
    const mail = mailAbout(incident, others);
    const { subject, message } = mail;
    const account = new AwsAccount({ accountId: EXAMPLE_ACCOUNT });
    account.topicArns.add(TOPIC_ARN);
    snsActions["Publish"]!.perform(
      { TopicArn: TOPIC_ARN, Subject: subject, Message: message, ...queryAttributes(mail) },
      account,
    );
    this.calls.push("report");
    this.mails.push(mail);
    this.incidents.push(incident, ...others);
  };
}

/** What the default bus responds to an event. */
function refusalOf(event: IncidentEvent): string[] {
  const account = new AwsAccount({ accountId: EXAMPLE_ACCOUNT });
  const entry = { Source: INCIDENT_SOURCE, DetailType: INCIDENT_DETAIL_TYPE, Detail: JSON.stringify(event) };
  const json = { Entries: [entry] };
  const request = { service: "events", region: account.region, accessKeyId: "", action: "PutEvents", parameters: {} };
  eventsActions["PutEvents"]!.perform({}, account, { ...request, json, awsTime: new Date() });
  return account.events.length === 1 ? [] : ["the bus did not take the event"];
}

/** A mail's attributes as the Query protocol lists them. */
function queryAttributes({ attributes }: Mail): Record<string, string> {
  const known = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.flatMap(([name, value], index) => {
      const entry = `MessageAttributes.entry.${index + 1}`;
      return [
        [`${entry}.Name`, name],
        [`${entry}.Value.DataType`, typeof value === "number" ? "Number" : "String"],
        [`${entry}.Value.StringValue`, String(value)],
      ];
    }),
  );
}

/** An account of the local AWS that holds a copy of the role. */
function accountOf(name: string, role: MemoryRole): AwsAccount {
  const account = new AwsAccount();
  account.addRole({ name, path: role.path, roleId: role.roleId });
  for (const [policyName, document] of role.policies) account.roles.get(name)!.policies.set(policyName, document);
  return account;
}
