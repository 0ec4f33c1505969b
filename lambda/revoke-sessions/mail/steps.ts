import { isLongTerm } from "../finding";
import type { Incident } from "../incident";
import { iamRegionOf } from "../../../src/contract/iam-region";
import { denyingPolicy, isExplicitDeny } from "../permission";
import { isoSeconds } from "../policy";
import type { Refusal } from "../refusal";
import { usableSince } from "../stolen";
import { roleSessionOf, startedElsewhere } from "../started-session";
import { digestOf } from "../memory";
import { sessionPolicyName } from "../target";
import { revokeByHand, revokeOthers, revokeWithoutRoom, switchOff } from "./by-hand";
import { ISOLATION } from "./isolation";
import { stolenSessions } from "./session";
import { forEach, forNames, quote } from "./shell";
import type { Step } from "./step";

/** No command names more instances, sessions or keys than this: the section below counts the others. */
const MAX_NAMES = 20;

/** What a person can do about an incident; each is undefined if there is nothing to do it to. */
export const STEPS = {
  /** Revoke what the function must not, or could not. */
  revoke(incident) {
    if (incident.kind !== "refused" || !incident.plan) return undefined;
    const { plan, attached, refusal } = incident;
    const targets = plan.targets.filter((target) => !attached.includes(target));
    const isFull = refusal.reason === "policy-quota-exceeded";
    const whose = plan.scope === "role" ? "every session of the role" : "the compromised instances' sessions";
    return {
      text: `Revoke by hand: this denies ${whose}, as far as issued until you run it.${permission(refusal)}`,
      commands: (isFull ? revokeWithoutRoom : revokeByHand)(plan.roleName, targets),
    };
  },

  /** Revoke what other principals of the same finding hold. */
  others: ({ plan }) => ({
    text:
      "Revoke what other principals hold: the finding calls it stolen too, and nobody else does it. Roles are looked up by " +
      "their ids. Leave out whom you must not cut.",
    commands: revokeOthers(plan?.foreign ?? []),
  }),

  /** Revoke the sessions of other roles that were started with the stolen credentials. */
  sessions(incident) {
    const started = startedElsewhere(incident).flatMap(
      (each) => roleSessionOf(each, incident.finding.accountId ?? incident.configuration.accountId) ?? [],
    );
    const sessions = [...new Map(started.map((each) => [each.userId, each])).values()];
    return {
      text:
        "Revoke the sessions of other roles that were started with the stolen keys, as far as issued until you run it. Leave " +
        "out what belongs to the keys' owner.",
      commands: sessions
        .slice(0, MAX_NAMES)
        .flatMap(({ roleName, userId }) =>
          revokeByHand(roleName, [{ policyName: sessionPolicyName(digestOf(userId)), userId }]),
        ),
    };
  },

  /** Revoke a role of which the finding says no more than the id. */
  unnamed: ({ finding }) => ({
    text: "Revoke the role by hand, which is looked up by its id: this denies every session, as far as issued until you run it.",
    commands: revokeOthers(finding.credentials),
  }),

  /** Switch off a user's own keys. */
  switchOff({ finding: { userName, credentials } }) {
    const own = credentials.filter(({ principalId }) => principalId === credentials[0].principalId);
    const keys = [...new Set(own.flatMap(({ accessKeyId }) => (isLongTerm(accessKeyId) ? accessKeyId! : [])))];
    return {
      text: `Switch off the user's access ${keys.length > 1 ? "keys" : "key"}.`,
      commands:
        userName === undefined
          ? revokeOthers(keys.map((accessKeyId) => ({ accessKeyId })))
          : keys.map((key) => switchOff(userName, key)),
    };
  },

  /** Keep the thief from the next credentials. */
  isolate(incident) {
    const { finding, plan } = incident;
    const sessions = stolenSessions(finding, incident.kind === "revoked" ? incident.role : undefined);
    const [first] = sessions;
    if (!first || !plan) return undefined;
    const names = sessions.filter(({ holder }) => holder === first.holder).map(({ name }) => name);
    const isolate = ISOLATION[first.holder];
    return isolate
      ? isolate({ names: names.slice(0, MAX_NAMES), region: finding.region, roleName: plan.roleName })
      : whoStarted(incident, plan.accessKeyIds);
  },

  /** See what was done with the stolen credentials. */
  activity(incident) {
    const { finding, plan } = incident;
    const keys = plan?.accessKeyIds ?? finding.credentials.flatMap(({ accessKeyId }) => accessKeyId ?? []);
    const attributes = [
      ...[...new Set(keys)].slice(0, MAX_NAMES).map((key) => attribute("AccessKeyId", key)),
      ...stolenSessions(finding)
        .slice(0, MAX_NAMES)
        .map(({ name }) => attribute("Username", name)),
    ];
    return {
      text:
        "See what the stolen credentials did, by access key, and by session name: that also finds keys made out of the session, " +
        "and what its owner did. Look for AssumeRole, GetScopedCredentials, CreateUser, CreateAccessKey, " +
        "PutRolePolicy, UpdateFunctionCode, RunInstances. Events may come 15 minutes late; reading S3 objects or DynamoDB " +
        "items is not among them.",
      commands: eachRegion(
        incident,
        forEach("attribute", attributes.map(quote), [
          `aws cloudtrail lookup-events --region "$region" --lookup-attributes "$attribute"${since(incident)} ` +
            `--query 'Events[].[EventTime,EventSource,EventName,Resources[0].ResourceName]' --output text`,
        ]),
      ),
    };
  },

  /** See that the revocation is in place. */
  policy(incident) {
    const { plan } = incident;
    if (!plan) return undefined;
    const cutoff =
      incident.kind === "revoked" ? `${isoSeconds(earliest(incident.cutoffs))} or later` : "later than the theft";
    const holds =
      plan.scope === "instance"
        ? "the policy must deny aws:userid without a time"
        : `aws:TokenIssueTime must be ${cutoff}`;
    return {
      text: `See that the revocation holds: ${holds}. NoSuchEntity means that there is no policy.`,
      commands: forNames(
        "policy",
        plan.targets.map(({ policyName }) => policyName),
        (policy) => [`aws iam get-role-policy --role-name ${quote(plan.roleName)} --policy-name ${policy}`],
      ),
    };
  },

  /** Deny the role altogether. */
  denyAll: ({ plan, configuration: { partition } }) =>
    plan && {
      text:
        "Deny the role altogether until you know who removes the policy: whatever runs with it stops, with new credentials " +
        "too. aws iam detach-role-policy lifts it.",
      commands: [
        `aws iam attach-role-policy --role-name ${quote(plan.roleName)} --policy-arn arn:${partition}:iam::aws:policy/AWSDenyAll`,
      ],
    },

  /** Find out who works against the revocation. */
  remover: (incident) => ({
    text: "Find out who removes the policy, and revoke that principal too. Events may come 15 minutes late.",
    commands: forEach("event", ["DeleteRolePolicy", "PutRolePolicy"], [lookUpInIam(incident, '"$event"')]),
  }),

  /** Find out who deleted the role. */
  deleter: (incident) => ({
    text: "Find out who deleted the role. Events may come 15 minutes late.",
    commands: [lookUpInIam(incident, "DeleteRole")],
  }),
} satisfies Readonly<Record<string, (incident: Incident) => Step | undefined>>;

export type StepName = keyof typeof STEPS;

/** What CloudTrail looks up; a value that the AWS CLI would take apart stands in quotation marks. */
function attribute(key: string, value: string): string {
  return `AttributeKey=${key},AttributeValue=${/^[\w+.@-]+$/.test(value) ? value : JSON.stringify(value)}`;
}

/** Whom it takes to run what the function was not permitted. */
function permission({ reason, explanation }: Refusal): string {
  if (reason !== "not-permitted" || !isExplicitDeny(explanation)) return "";
  return ` It takes a principal whom the ${denyingPolicy(explanation) ?? "policy"} exempts.`;
}

/** Finds the call that a session came of: its response names the access key. */
function whoStarted(incident: Incident, keys: readonly string[]): Step {
  return {
    text:
      "Find out who started the stolen session, and stop that: whoever can start it gets the next credentials. Events may come " +
      "15 minutes late.",
    commands: eachRegion(
      incident,
      forEach("key", keys.slice(0, MAX_NAMES).map(quote), [
        `aws cloudtrail lookup-events --region "$region" --lookup-attributes AttributeKey=EventSource,AttributeValue=sts.amazonaws.com` +
          `${since(incident)} --query "Events[?contains(CloudTrailEvent, '$key') && AccessKeyId != '$key'].CloudTrailEvent" --output text`,
      ]),
    ),
  };
}

const iamRegion = ({ configuration: { partition } }: Incident): string => iamRegionOf(partition);

const earliest = (times: readonly Date[]): Date => times.reduce((a, b) => (a < b ? a : b));

/** Commands for the region of the finding and for that of IAM's events. */
function eachRegion(incident: Incident, commands: readonly string[]): string[] {
  if (commands.length === 0) return [];
  return forEach("region", [...new Set([incident.finding.region, iamRegion(incident)].map(quote))], commands);
}

const lookUpInIam = (incident: Incident, eventName: string): string =>
  `aws cloudtrail lookup-events --region ${iamRegion(incident)} --lookup-attributes AttributeKey=EventName,AttributeValue=${eventName}` +
  `${since(incident)} --query 'Events[].[EventTime,EventName,Username,AccessKeyId,Resources[].ResourceName]' --output json`;

/** The option of the AWS CLI that leaves out what is too early to be of stolen credentials. */
function since({ finding }: Incident): string {
  const start = usableSince(finding);
  return start ? ` --start-time ${isoSeconds(start)}` : "";
}
