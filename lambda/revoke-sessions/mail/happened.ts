import { CONSOLES } from "../../../src/contract/consoles";
import { findingKind } from "../../../src/contract/finding-kinds";
import type { NotRevokedReason } from "../../../src/contract/reasons";
import { type Activity, type Credential, type Finding, isLongTerm, principalRoleId } from "../finding";
import type { Incident, Refused, Revoked, Verification } from "../incident";
import { isoSeconds } from "../policy";
import { severityOf } from "../triage";
import { deniesAhead } from "./cutoff";
import { sessionName, stolenSessions } from "./session";
import { duration, indented, listed, printable, wrap } from "./text";

/** More sessions or keys than this are counted, not listed. */
const MAX_LINES = 20;

/** What happened: a sentence, the finding's facts, how long the thief had, and what happened when. */
export function happened(incident: Incident): string[] {
  const { finding, plan, configuration } = incident;
  const { activity } = finding;
  const sessions = stolenSessions(finding, incident.kind === "revoked" ? incident.role : undefined).map(sessionName);
  const keys = plan?.accessKeyIds ?? finding.credentials.flatMap(({ accessKeyId }) => accessKeyId ?? []);
  const facts: [label: string, ...values: (string | undefined)[]][] = [
    ["Finding", finding.type],
    ["Id", finding.id],
    ["Severity", severity(incident)],
    ["Account", finding.accountId],
    ["Acted by", incident.memberRole],
    ["Region", finding.region],
    [isOfNoRole(finding) ? "User" : "Role", plan?.roleName ?? finding.userName],
    ["Session", ...listed(sessions, MAX_LINES)],
    ["Access key", ...listed([...new Set(keys)], MAX_LINES)],
    ["Also stolen", ...listed((plan?.foreign ?? []).map(otherPrincipal), MAX_LINES)],
    ["Used from", ...usedFrom(activity)],
    ["Call", call(activity)],
    ["Signals", ...listed(activity.signals, MAX_LINES)],
    ["Times", activity.count?.toString()],
  ];
  return [
    ...wrap(sentence(incident, sessions)),
    ...facts.flatMap(([label, ...values]) => fact(label, values)),
    `${"Console".padEnd(13)}${consoleLink(configuration.partition, finding)}`,
    ...wrap(thiefHad(incident)),
    "Timeline, in UTC:",
    ...indented(timeline(incident)),
  ];
}

/** A line for each value; the label stands before the first. */
function fact(label: string, values: readonly (string | undefined)[]): string[] {
  return values
    .map((value) => printable(value ?? ""))
    .filter(Boolean)
    .map((value, index) => `${(index === 0 ? label : "").padEnd(13)}${value}`);
}

function sentence({ finding, configuration }: Incident, sessions: readonly string[]): string {
  const { sample, type, activity } = finding;
  if (sample) return "This is a sample finding: it names nothing that exists.";
  const kind = findingKind(type, configuration.findings);
  if (!kind) return "";
  const [first, ...others] = sessions;
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  const where = activity.ipAddress ?? (activity.remoteAccountId && `AWS account ${activity.remoteAccountId}`);
  const stolen = isOfNoRole(finding)
    ? "Credentials that are not a role's"
    : `A role's credentials that were handed to ${first ? `${printable(first)}${more}` : kind.holder}`;
  return `${stolen} ${kind.seen} from ${printable(where ?? "elsewhere")}.`.replace("from elsewhere", "elsewhere");
}

/** Whether the principal is known, and is not a role's session. */
const isOfNoRole = ({ credentials: [{ principalId }] }: Finding): boolean =>
  principalId !== undefined && principalRoleId(principalId) === undefined;

const LEVELS = [
  [9, "Critical"],
  [7, "High"],
  [4, "Medium"],
  [-Infinity, "Low"],
] as const;

function severity({ finding, configuration }: Incident): string | undefined {
  const counts = severityOf(finding, configuration);
  if (counts === undefined) return undefined;
  const level = LEVELS.find(([from]) => counts >= from)![1];
  const said = finding.severity;
  const notes = [
    level,
    said === undefined && "GuardDuty does not say",
    said !== undefined && said !== counts && `set by this deployment; GuardDuty says ${said}`,
    // GuardDuty rates a theft lower that stays among accounts that know each other.
    level === "Medium" && finding.activity.remoteAccountAffiliated && "because the remote account is affiliated",
  ];
  return `${counts} (${notes.filter(Boolean).join(", ")})`;
}

function usedFrom(activity: Activity): (string | undefined)[] {
  const { ipAddress, remoteAccountId, remoteAccountAffiliated, callerService } = activity;
  const place = [activity.city, activity.country, activity.network].filter(Boolean).join(", ");
  const affiliation =
    remoteAccountAffiliated === undefined
      ? ""
      : remoteAccountAffiliated
        ? " (affiliated: of your organization, or it works with this account)"
        : " (not affiliated with this account)";
  return [
    ipAddress && place ? `${ipAddress} (${place})` : (ipAddress ?? place),
    remoteAccountId && `AWS account ${remoteAccountId}${affiliation}`,
    callerService && `by the AWS service ${callerService}`,
  ];
}

function call({ api, service, errorCode }: Activity): string | undefined {
  return api && `${api} on ${service ?? "an unnamed service"}${errorCode ? ` (answered ${errorCode})` : ""}`;
}

/** What no policy on this role could deny: nobody else tells. */
function otherPrincipal({ principalId, accessKeyId }: Credential): string {
  const whose = isLongTerm(accessKeyId)
    ? "a user's own key"
    : principalRoleId(principalId)
      ? "another role's"
      : "another's";
  return `NOT revoked, ${whose}: ${[accessKeyId, principalId].flatMap((id) => (id ? printable(id, 128) : [])).join(" of ")}`;
}

/** The reasons for which nobody can use the credentials, or never could. */
const DEAD: readonly NotRevokedReason[] = ["sample-finding", "role-not-found", "role-mismatch"];

function thiefHad(incident: Incident): string {
  const { firstSeen } = incident.finding.sighting;
  if (firstSeen === undefined) return "";
  if (incident.kind === "refused") {
    if (DEAD.includes(incident.refusal.reason) || incident.handledAt <= firstSeen) return "";
    const soFar = duration(incident.handledAt.getTime() - firstSeen.getTime());
    return `The thief has had ${soFar} since the first use that GuardDuty saw, and still has the credentials.`;
  }
  const written = incident.moved ? incident.writtenAt : undefined;
  const end = written ?? (deniesAhead(incident) ? undefined : incident.cutoff);
  if (end === undefined || end <= firstSeen) return "";
  const until = written ? "until the policy was written" : "until the cut-off";
  return `The thief had ${duration(end.getTime() - firstSeen.getTime())}, from the first use that GuardDuty saw ${until}.`;
}

const SEEN: Readonly<Partial<Record<Verification["state"], string>>> = {
  verified: "policy verified",
  restored: "policy verified, after it was restored",
  "not-kept": "policy given up",
  "role-gone": "role seen gone",
};

/** A time, and what happened then: told only if both are known. */
type Event = readonly [time: string | undefined, what: string | undefined];

function timeline(incident: Incident): string[] {
  const { finding } = incident;
  const events: Event[] = [
    [instant(finding.activity.firstSeen), "first use that GuardDuty saw"],
    [instant(finding.activity.lastSeen), "last use that GuardDuty saw"],
    [at(finding.receivedAt), "finding received"],
    ...(incident.kind === "refused" ? refusedAt(incident) : revokedAt(incident)),
  ];
  return events.flatMap(([time, what]) => (time && what ? `${time.padEnd(20)}  ${what}` : []));
}

const refusedAt = ({ handledAt, refusal }: Refused): Event[] => [[at(handledAt), `refused (${refusal.reason})`]];

const revokedAt = ({ handledAt, moved, writtenAt, verification }: Revoked): Event[] => [
  [at(writtenAt), moved ? "policy written" : "policy written, with the same cut-off"],
  [at(handledAt), SEEN[verification.state]],
];

const at = (time: Date | undefined): string | undefined => time && isoSeconds(time);

/** A time of the event, to the second; as it stands there if it is no time. */
const instant = (text: string | undefined): string | undefined => text && printable(text.replace(/\.\d+Z$/, "Z"), 40);

export function consoleLink(partition: string, { region, id }: Finding): string {
  const place = encodeURIComponent(printable(region));
  const elsewhere = partition === "aws-us-gov" || partition === "aws-cn" ? CONSOLES[partition] : undefined;
  const host = elsewhere ?? `${place}.${CONSOLES.aws}`;
  const search = encodeURIComponent(`id=${printable(id)}`);
  return `https://${host}/guardduty/home?region=${place}#/findings?search=${search}`;
}
