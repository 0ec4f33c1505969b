import { CONSOLES } from "../../src/contract/consoles";
import type { NotRevokedReason } from "../../src/contract/reasons";
import { type Finding, principalRoleId, sessionInstance } from "./finding";
import type { Incident, Refused, Revoked, Verification } from "./respond";
import { documentByHand, isoSeconds } from "./revocation";
import type { Target } from "./target";
import { severityOf } from "./triage";

/** A mail to the people who watch the topic. */
export interface Mail {
  /** 100 printable ASCII characters at most: what SNS allows. */
  readonly subject: string;
  readonly message: string;
}

/** No role session lives longer. */
const LONGEST_SESSION_MILLISECONDS = 12 * 3_600_000;

/** More instances than this are counted, not listed. */
const MAX_INSTANCES = 50;

/** Writes what a person woken at night needs: what happened, what was done, what breaks, how to undo it or do it by hand. */
export function report(incident: Incident): Mail {
  const sections = "refusal" in incident ? refusalSections(incident) : revocationSections(incident);
  return {
    subject: subject(incident),
    message: sections.map(({ title, lines }) => [title, ...lines.map((line) => `  ${line}`)].join("\n")).join("\n\n"),
  };
}

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

function subject(incident: Incident): string {
  const { finding, plan } = incident;
  const what = headline(incident);
  const where = `${finding.accountId ?? "unknown account"} ${finding.region}`;
  const whose = plan ? `role ${plan.roleName}` : finding.type;
  const about = (name: string) => `GuardDuty: ${what}: ${name}, ${where}`.replace(/[^ -~]/g, "?");
  // A long name must not push out where it happened.
  return about(whose.slice(0, Math.max(0, 100 - about("").length))).slice(0, 100);
}

function headline(incident: Incident): string {
  if ("refusal" in incident) return `NOT revoked (${incident.refusal.reason})`;
  return incident.verification.state === "not-kept" ? "Revocation NOT KEPT, act by hand" : "Sessions revoked";
}

function revocationSections(incident: Revoked): Section[] {
  return [
    happened(incident),
    { title: "WHAT WAS DONE", lines: done(incident) },
    { title: "WHAT BREAKS NOW", lines: breaks(incident) },
    { title: "WHO USES THE ROLE", lines: users(incident) },
    { title: "WHAT THIS DOES NOT DO", lines: LIMITS },
    { title: "HOW TO UNDO IT", lines: undo(incident.plan.roleName, incident.plan.targets, incident.cutoff) },
  ];
}

function refusalSections(incident: Refused): Section[] {
  const { plan, attached, refusal } = incident;
  return [
    happened(incident),
    { title: "WHAT WAS DONE", lines: [...attachedNevertheless(attached), ...wrap(`${refusal.explanation}.`)] },
    { title: "HOW TO ACT BY HAND", lines: byHand(incident) },
    ...(plan && attached.length > 0 ? [{ title: "HOW TO UNDO IT", lines: undo(plan.roleName, attached) }] : []),
  ];
}

function happened({ finding, plan, configuration }: Incident): Section {
  const { activity } = finding;
  const severity = severityOf(finding, configuration);
  const overridden =
    severity === finding.severity ? "" : ` (set by this deployment; GuardDuty says ${finding.severity})`;
  const place = [activity.city, activity.country, activity.network].filter(Boolean).join(", ");
  const from = [activity.ipAddress, activity.remoteAccountId && `AWS account ${activity.remoteAccountId}`];
  const call = activity.api && `${activity.api} on ${activity.service ?? "an unnamed service"}`;
  const facts: [string, string | number | undefined][] = [
    ["Finding", finding.type],
    ["Id", finding.id],
    ["Severity", severity === undefined ? undefined : `${severity}${overridden}`],
    ["Account", finding.accountId],
    ["Region", finding.region],
    ["Role", plan?.roleName ?? finding.userName],
    ["Instance", finding.instanceId],
    ["Access keys", plan?.accessKeyIds.join(", ") || finding.credentials[0].accessKeyId],
    ["Also stolen", ofOtherRoles(finding)],
    ["Used from", [from.filter(Boolean).join(", "), place && `(${place})`].filter(Boolean).join(" ")],
    ["Call", call && `${call}${activity.errorCode ? ` (answered ${activity.errorCode})` : ""}`],
    ["First seen", activity.firstSeen],
    ["Last seen", activity.lastSeen],
    ["Times", activity.count],
    ["Console", consoleLink(configuration.partition, finding.region, finding.id)],
  ];
  const known = facts.filter(([, value]) => value !== undefined && value !== "");
  return {
    title: "WHAT HAPPENED",
    lines: known.map(([label, value]) => `${label.padEnd(13)}${printable(String(value))}`),
  };
}

/** Sessions of other roles in the same finding: nobody else would tell. */
function ofOtherRoles({ credentials: [stolen, ...others] }: Finding): string {
  const roleId = principalRoleId(stolen.principalId);
  const principals = others.flatMap(({ principalId }) => principalId ?? []);
  const foreign = principals.filter((principalId) => principalRoleId(principalId) !== roleId);
  return foreign.length > 0 ? `${foreign.join(", ")}: of another role, which is not revoked` : "";
}

function attachedNevertheless(attached: Refused["attached"]): string[] {
  if (attached.length === 0) return ["Nothing was changed:"];
  return wrap(
    `Only a part: ${attached.map(({ policyName }) => policyName).join(", ")} is attached, the rest was refused:`,
  );
}

function done({ plan, cutoff, configuration, verification }: Revoked): string[] {
  const until = `issued before ${isoSeconds(cutoff)}`;
  const fallback =
    configuration.scope === "session" && plan.scope === "role"
      ? wrap(
          "This deployment revokes single sessions, but a stolen one is no instance's, or there are too many: all sessions of " +
            "the role had to be revoked.",
        )
      : [];
  const policies = plan.targets.map(({ policyName, userId }) =>
    userId
      ? `The inline policy ${policyName} denies the session ${userId} ${until}.`
      : `The inline policy ${policyName} denies every session of the role that was ${until}.`,
  );
  return [
    ...fallback,
    ...policies.flatMap(wrap),
    ...wrap(verificationText(verification, configuration.verifyAfterSeconds)),
  ];
}

function verificationText(verification: Verification, seconds: number): string {
  switch (verification.state) {
    case "verified":
      return `Verified: read back ${seconds} s later, it was in place.`;
    case "restored":
      return (
        "The policy was removed and restored: somebody deleted or weakened it right after it was written. Unless that was " +
        "the answer to another finding, whoever did so may still hold other credentials of this account."
      );
    case "not-kept": {
      const why = verification.refusal?.explanation ?? "somebody removes it as fast as it is written";
      return (
        `THE POLICY COULD NOT BE KEPT: ${why}. Act by hand: deny the role in a service control policy, or detach all of ` +
        "the role's policies, and look in CloudTrail for who calls DeleteRolePolicy."
      );
    }
    case "role-gone":
      return (
        "The role is gone since, and its sessions with it. Find out in CloudTrail who deleted it (DeleteRole); a new role of " +
        "that name was left alone."
      );
    case "unverified":
      return `Not verified: reading the policy back failed (${printable(verification.why)}). Look at the role.`;
    case "not-asked":
      return "Not verified: this deployment does not read the policy back.";
  }
}

function breaks({ plan, finding }: Revoked): string[] {
  const renewal =
    "The metadata service hands out new credentials within about an hour; stopping and starting the instance does it at " +
    "once, rebooting does not.";
  if (plan.scope === "session") {
    const instances = plan.targets.map(({ userId }) => sessionInstance(userId)).join(", ");
    return wrap(
      `Software on ${instances} is denied everything until it gets new credentials. ${renewal} Other instances with the ` +
        "same role go on working.",
    );
  }
  const robbed = finding.instanceId ? `, on ${printable(finding.instanceId)} and everywhere else,` : "";
  return wrap(
    `Everything that runs with the role${robbed} is denied every call until it gets new credentials. On instances: ` +
      `${renewal} People and software that assumed the role have to assume it again.`,
  );
}

function users({ finding, plan, impact }: Revoked): string[] {
  if ("unknown" in impact) {
    return wrap(
      `The instances that use the role could not be listed (${printable(impact.unknown)}). Nothing else changes.`,
    );
  }
  if (impact.uses.length === 0) return wrap("No instance of this account and region uses the role now.");
  const robbed = new Set([
    finding.instanceId,
    ...finding.credentials.map(({ principalId }) => sessionInstance(principalId)),
  ]);
  const recovery = (instanceId: string, state: string): string => {
    if (robbed.has(instanceId)) return "ROBBED: isolate it before it gets new credentials";
    if (plan.scope === "session") return "not affected";
    return state === "running" ? "denied until its credentials are renewed" : "gets new credentials when it starts";
  };
  const lines = impact.uses.slice(0, MAX_INSTANCES).map(({ instanceId, name, state }) => {
    const label = [instanceId, name && `"${printable(name)}"`, state].filter(Boolean).join(" ");
    return `${label}: ${recovery(instanceId, state)}`;
  });
  const more = impact.uses.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

const LIMITS = [
  "It does not end sessions of other roles that the thief started from this",
  "one, nor undo what was already done. What trusts sts:GetCallerIdentity, such",
  "as a cluster that maps the role, goes on trusting the credentials until they",
  "expire. Whoever can reach the instance can fetch new ones: isolate it, then",
  "look in CloudTrail for what the access keys above were used for.",
];

function undo(roleName: string, targets: readonly Target[], cutoff?: Date): string[] {
  const role = shellQuote(roleName);
  const safe = cutoff && isoSeconds(new Date(cutoff.getTime() + LONGEST_SESSION_MILLISECONDS));
  return [
    ...wrap(
      "Nothing has to be undone: sessions issued later are not denied. Whoever removes the policy " +
        `${safe ? `before ${safe}` : "within 12 hours"} lets the stolen credentials work again. To remove it:`,
    ),
    ...targets.map(({ policyName }) => `aws iam delete-role-policy --role-name ${role} --policy-name ${policyName}`),
  ];
}

/** Where no policy on the role could help: what does. */
const INSTEAD: Partial<Record<NotRevokedReason, string>> = {
  "sample-finding": "Nothing has to be done.",
  "role-not-found": "The role's sessions are dead with it. Find out in CloudTrail who deleted it (DeleteRole).",
  "role-mismatch":
    "The stolen sessions are dead with the role that they were of. Find out in CloudTrail who deleted it (DeleteRole), and " +
    "leave today's role of that name alone.",
  "unmodifiable-role": "Revoke the sessions in IAM Identity Center, or ask the owner of the service whose role it is.",
};

function byHand({ finding, plan, refusal, attached, handledAt }: Refused): string[] {
  const { userName, credentials, accountId } = finding;
  const instead = INSTEAD[refusal.reason];
  if (instead) return wrap(instead);
  if (plan) {
    const account =
      refusal.reason === "other-account" ? `, with credentials of account ${printable(accountId ?? "")}` : "";
    const remaining = plan.targets.filter((target) => !attached.includes(target));
    const whose = plan.scope === "role" ? "every session of the role" : "the sessions of the robbed instances";
    return [
      ...(refusal.reason === "policy-quota-exceeded"
        ? wrap("First make room: remove an inline policy of the role, or move it into a managed policy.")
        : []),
      ...wrap(`To revoke ${whose}, as far as issued until now${account}:`),
      ...remaining.map((target) => putCommand(plan.roleName, target, handledAt)),
    ];
  }
  const accessKeyId = credentials[0].accessKeyId;
  if (refusal.reason === "not-a-role" && userName && accessKeyId?.startsWith("AKIA")) {
    return [
      ...wrap("To switch off the long-term access key:"),
      `aws iam update-access-key --user-name ${shellQuote(userName)} --access-key-id ${shellQuote(accessKeyId)} --status Inactive`,
    ];
  }
  return wrap("Open the finding in the console, find out whose credentials these are, and revoke them there.");
}

function putCommand(roleName: string, target: Target, now: Date): string {
  return (
    `aws iam put-role-policy --role-name ${shellQuote(roleName)} --policy-name ${target.policyName} ` +
    `--policy-document '${documentByHand(target, now)}'`
  );
}

function consoleLink(partition: string, region: string, findingId: string): string {
  const place = encodeURIComponent(printable(region));
  const elsewhere = partition === "aws-us-gov" || partition === "aws-cn" ? CONSOLES[partition] : undefined;
  const host = elsewhere ?? `${place}.${CONSOLES.aws}`;
  const search = encodeURIComponent(`id=${printable(findingId)}`);
  return `https://${host}/guardduty/home?region=${place}#/findings?search=${search}`;
}

/** Text of the event may come from whoever can put events on the bus: one line, no control characters, not endless. */
function printable(text: string): string {
  const clean = text.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
  // By whole characters: half of one could not be sent.
  return clean.length > 300 ? `${[...clean.slice(0, 600)].slice(0, 299).join("")}…` : clean;
}

function shellQuote(text: string): string {
  return /^[\w+=,.@-]+$/.test(text) ? text : `'${printable(text).replaceAll("'", `'\\''`)}'`;
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= 76) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
