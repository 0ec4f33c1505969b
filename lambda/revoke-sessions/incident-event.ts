import type {
  IncidentCall,
  IncidentList,
  IncidentActivity,
  IncidentEvent,
  IncidentFinding,
  IncidentFollowedSession,
  IncidentRevocation,
  IncidentCredentials,
} from "../../src/contract/incident-event";
import type { CallCount, KeyActivity } from "./activity";
import type { Credential, Finding } from "./finding";
import type { Followed } from "./followed";
import type { Incident, Revoked } from "./incident";
import type { Mail } from "./mail";
import { stepsToDo } from "./mail/do-now";
import { consoleLink } from "./mail/happened";
import { stolenSessions } from "./mail/session";
import { printable, printableTag } from "./mail/text";
import { isoSeconds } from "./policy";
import { sessionId, startedElsewhere } from "./started-session";

/** EventBridge takes entries of less than 256 KB; the source and the type of the event count too. */
const MAX_BYTES = 250_000;

/** So many items of each list are told, the fewer the longer they are. */
const LIST_LENGTHS = [100, 20, 3];

const MAX_ID_CHARACTERS = 128;

/** What a machine is told of an incident, with the mail that tells people. */
export function eventAbout(incident: Incident, mail: Mail): IncidentEvent {
  const events = LIST_LENGTHS.map((length) => () => eventWithLists(incident, mail, length));
  return (events.find((event) => bytesOf(event()) <= MAX_BYTES) ?? events.at(-1)!)();
}

const bytesOf = (event: IncidentEvent): number => Buffer.byteLength(JSON.stringify(event));

function eventWithLists(incident: Incident, mail: Mail, length: number): IncidentEvent {
  const { finding, plan, handledAt, activity, configuration, memberRole } = incident;
  const { outcome, reason, severity } = mail.attributes;
  // A refusal has none of them.
  const { role, impact, following }: Omit<Partial<Revoked>, "kind"> = incident;
  return {
    version: "1",
    outcome,
    reason,
    explanation: incident.kind === "refused" ? text(incident.refusal.explanation) : undefined,
    needsPerson: mail.attributes["needs-a-person"] === "true",
    severity,
    handledAt: handledAt.toISOString(),
    finding: findingOf(incident),
    role: plan && { name: plan.roleName, arn: role?.arn, roleId: role?.roleId },
    memberRole,
    instanceIds: stolenSessions(finding, role).flatMap(({ name, holder }) => (holder === "instance" ? name : [])),
    credentials: excerpt(finding.credentials, length, (credential) => credentialsOf(credential, incident)),
    revocation: revocationOf(incident),
    roleInstances:
      impact?.kind === "listed"
        ? excerpt(impact.uses, length, ({ instanceId, name, state }) => ({
            instanceId: id(instanceId)!,
            name: name && printableTag(name),
            state: id(state)!,
          }))
        : undefined,
    activity: activity && activityOf(activity, incident, length),
    followed: following && excerpt(following.sessions, length, followedSession),
    report: {
      subject: mail.subject,
      message: mail.message,
      steps: stepsToDo(incident),
      runbook: configuration.runbook,
    },
  };
}

function findingOf({ finding, configuration }: Incident): IncidentFinding {
  const { activity, sighting } = finding;
  return {
    id: id(finding.id)!,
    type: text(finding.type)!,
    eventId: id(finding.eventId)!,
    account: id(finding.accountId) || "unknown",
    region: id(finding.region)!,
    sample: finding.sample,
    console: consoleLink(configuration.partition, finding),
    firstSeen: sighting.firstSeen?.toISOString(),
    lastSeen: sighting.lastSeen?.toISOString(),
    count: activity.count,
    call: unlessEmpty({ api: id(activity.api), service: id(activity.service), errorCode: id(activity.errorCode) }),
    from: fromOf(finding),
  };
}

function fromOf({ activity }: Finding): IncidentFinding["from"] {
  return unlessEmpty({
    ipAddress: id(activity.ipAddress),
    city: id(activity.city),
    country: id(activity.country),
    network: id(activity.network),
    account: id(activity.remoteAccountId),
    accountAffiliated: activity.remoteAccountAffiliated,
    service: id(activity.callerService),
  });
}

function credentialsOf(credential: Credential, incident: Incident): IncidentCredentials {
  const { accessKeyId, principalId } = credential;
  return { accessKeyId: id(accessKeyId), principalId: id(principalId), denied: isDenied(credential, incident) };
}

/** A policy of one session denies that session; of a refusal, those that were attached before it count. */
function isDenied({ accessKeyId, principalId }: Credential, incident: Incident): boolean {
  if (incident.kind === "refused") return incident.attached.some(({ userId }) => userId === principalId);
  if (incident.verification.state === "not-kept") return false;
  return !incident.plan.foreign.some(
    (foreign) => foreign.accessKeyId === accessKeyId && foreign.principalId === principalId,
  );
}

function revocationOf(incident: Incident): IncidentRevocation | undefined {
  if (incident.kind === "refused") return undefined;
  const { plan, cutoff, writtenAt, verification, distrusted } = incident;
  return {
    scope: plan.scope,
    policyNames: plan.targets.map(({ policyName }) => policyName),
    cutoff: isoSeconds(cutoff),
    writtenAt: writtenAt?.toISOString(),
    verification: verification.state,
    seenAlive: distrusted,
  };
}

function activityOf(activity: KeyActivity, incident: Incident, length: number): IncidentActivity {
  if (activity.kind === "unknown") return { ...NOTHING_KNOWN, unknown: text(activity.why) };
  const open = new Set(startedElsewhere(incident).map(sessionId));
  return {
    calls: activity.calls,
    firstCall: activity.firstCall?.toISOString(),
    lastCall: activity.lastCall?.toISOString(),
    addresses: excerpt(activity.addresses, length, ({ address, count, isThiefs }) => ({
      address: id(address)!,
      count,
      inFinding: isThiefs,
    })),
    called: excerpt(activity.called, length, calledAction),
    changed: excerpt(activity.changed, length, (change) => ({
      ...calledAction(change),
      resources: change.resources.slice(0, length).map((name) => id(name)!),
    })),
    denied: excerpt(activity.denied, length, calledAction),
    sessions: excerpt(activity.sessions, length, (session) => ({
      startedAt: session.startedAt.toISOString(),
      roleArn: text(session.roleArn),
      principalId: id(session.principalId),
      accessKeyId: id(session.accessKeyId),
      inFinding: session.isThiefs,
      denied: !open.has(sessionId(session)),
    })),
    madeKeys: excerpt(activity.madeKeys, length, (key) => id(key)!),
    complete: activity.regions.every(({ shortfall }) => shortfall === undefined),
  };
}

function followedSession({ session, depth, end }: Followed): IncidentFollowedSession {
  const { startedAt, roleArn, principalId, accessKeyId, isThiefs } = session;
  return {
    startedAt: startedAt.toISOString(),
    roleArn: text(roleArn),
    principalId: id(principalId),
    accessKeyId: id(accessKeyId),
    inFinding: isThiefs,
    denied: end.kind !== "open",
    depth,
    ...(end.kind === "denied"
      ? { policyName: end.policy?.policyName, cutoff: isoSeconds(end.cutoff) }
      : { explanation: text(end.why) }),
  };
}

const EMPTY = { total: 0, items: [] };
const NOTHING_KNOWN: IncidentActivity = {
  calls: 0,
  addresses: EMPTY,
  called: EMPTY,
  changed: EMPTY,
  denied: EMPTY,
  sessions: EMPTY,
  madeKeys: EMPTY,
  complete: false,
};

const calledAction = ({ source, name, count }: CallCount): IncidentCall => ({
  service: id(source)!,
  action: id(name)!,
  count,
});

function excerpt<Item, Told>(items: readonly Item[], length: number, tell: (item: Item) => Told): IncidentList<Told> {
  return { total: items.length, items: items.slice(0, length).map(tell) };
}

/** Text that somebody else wrote, as in the mail. */
const text = (value: string | undefined): string | undefined => value && printable(value);
const id = (value: string | undefined): string | undefined => value && printable(value, MAX_ID_CHARACTERS);

const unlessEmpty = <Part extends object>(part: Part): Part | undefined =>
  Object.values(part).some((value) => value !== undefined && value !== "") ? part : undefined;
