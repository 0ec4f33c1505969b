import type { CallCount, Change, LookedUp, RegionLookUp, Shortfall, StartedSession } from "../activity";
import type { End } from "../followed";
import type { Incident, Revoked } from "../incident";
import { isForever, isoSeconds } from "../policy";
import { accountOf, startedElsewhere } from "../started-session";
import { ROLE_NAME } from "../triage";
import { STEPS } from "./steps";
import { block, hang, listed, printable, wrap } from "./text";

/** More of a kind than this is counted, not listed. */
const MAX_LINES = 10;

/** All sessions that are followed have a line, and some of those that are not. */
const MAX_FOLLOWED_LINES = 25;

/** More addresses, calls or names than this are counted, not listed. */
const MAX_NAMES = 6;

const MAX_NAME_CHARACTERS = 80;

const LATE = "Events come up to 15 minutes late, and reading S3 objects or DynamoDB items is not among them.";

/** What the stolen keys were used for, as far as CloudTrail had it; nothing if nobody looked. */
export function usedFor(incident: Incident): string[] {
  const { activity } = incident;
  if (activity === undefined) return [];
  if (activity.kind === "unknown") {
    return [
      ...wrap(`CloudTrail was not asked (${printable(activity.why)}), which does not mean that nothing was done.`),
      ...byHand(incident),
    ];
  }
  return [
    ...wrap(summary(activity)),
    ...fact("From", inLine(activity.addresses.map(addressText))),
    ...fact("Called", inLine(activity.called.map(countText))),
    ...facts("Changed", activity.changed.map(changeText)),
    ...fact("Denied", inLine(activity.denied.map(countText))),
    ...started(activity, incident),
    ...facts("Made keys", activity.madeKeys.map(shown)),
    ...otherKeys(activity),
    ...wrap(activity.regions.map(regionText).join(" ")),
    ...wrap(`${LATE} Other regions were not looked at.`),
    ...byHand(incident),
  ];
}

const shown = (text: string): string => printable(text, MAX_NAME_CHARACTERS);

function summary({ calls, firstCall, lastCall, denied, addresses, regions }: LookedUp): string {
  if (calls === 0) {
    const why = regions.some(({ shortfall }) => shortfall) ? " as far as it could be asked" : "";
    return `CloudTrail had no call of these keys yet${why}. That does not mean that nothing was done.`;
  }
  const refused = denied.reduce((sum, { count }) => sum + count, 0);
  const [first, last] = [isoSeconds(firstCall!), isoSeconds(lastCall!)];
  const when = first === last ? `at ${first}` : `from ${first} to ${last}`;
  const owners = addresses.some(({ isThiefs }) => !isThiefs)
    ? " Whoever the keys were handed to used them too: the addresses tell."
    : "";
  return (
    `${counted(calls, "call")} ${when}${refused > 0 ? `, of which ${refused} ${refused === 1 ? "was" : "were"} denied` : ""}.` +
    owners
  );
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const LABEL_COLUMNS = 13;

/** Nothing if the text is empty. */
const fact = (label: string, text: string): string[] =>
  hang(label.padEnd(LABEL_COLUMNS), " ".repeat(LABEL_COLUMNS), text);

/** A line for each; the label stands before the first. */
const facts = (label: string, texts: readonly string[], max = MAX_LINES): string[] =>
  listed(texts, max).flatMap((text, index) => fact(index === 0 ? label : "", text));

const inLine = (texts: readonly string[]): string => listed(texts, MAX_NAMES).join(", ");

const addressText = ({ address, count, isThiefs }: LookedUp["addresses"][number]): string =>
  `${shown(address)} (${count}${isThiefs ? ", as in the finding" : ""})`;

const callText = ({ name, source }: Pick<CallCount, "name" | "source">): string =>
  shown(`${name} on ${source.replace(/\.amazonaws\.com(\.cn)?$/, "")}`);

const countText = (call: CallCount): string => `${callText(call)}${call.count > 1 ? ` (${call.count})` : ""}`;

function changeText(change: Change): string {
  const names = inLine(change.resources.map(shown));
  return `${countText(change)}${names ? `: ${names}` : ""}`;
}

/** The sessions that were started, and what became of each. */
function started({ sessions }: LookedUp, incident: Incident): string[] {
  const accountId = incident.finding.accountId ?? incident.configuration.accountId;
  // Of a refusal, nobody follows them.
  const { following }: Omit<Partial<Revoked>, "kind"> = incident;
  if (!following) {
    const open = startedElsewhere(incident);
    const state = (session: StartedSession) => (open.includes(session) ? "NOT denied" : "denied with the others");
    const texts = sessions.map((session) => `${state(session)}: ${sessionText(session, accountId)}`);
    return facts("Started", texts);
  }
  const texts = following.sessions.map(({ session, depth, end }) => {
    const deep = depth > 1 ? `, by session ${shown(session.caller ?? "unknown")}` : "";
    return `${endText(end)}: ${sessionText(session, accountId)}${deep}`;
  });
  return [
    ...facts("Started", texts, MAX_FOLLOWED_LINES),
    ...(following.shortfall ? wrap(`There may be more sessions: ${printable(following.shortfall)}.`) : []),
  ];
}

function endText(end: End): string {
  switch (end.kind) {
    case "denied":
      if (!end.policy) return "denied with the others";
      return `denied ${isForever(end.cutoff) ? "for good" : `if issued before ${isoSeconds(end.cutoff)}`} (${end.policy.policyName})`;
    case "over":
      return `over (${printable(end.why)})`;
    case "open":
      return `NOT denied (${printable(end.why)})`;
  }
}

function sessionText(session: StartedSession, accountId: string): string {
  const { roleArn, principalId, accessKeyId, by, startedAt, isThiefs } = session;
  const role = roleArn?.split("/").at(-1);
  const account = accountOf(roleArn);
  const elsewhere = account !== undefined && account !== accountId;
  const parts = [
    roleArn ? `role ${shown(role && ROLE_NAME.test(role) ? role : roleArn)}` : `whoever ${shown(by)} is about`,
    elsewhere && `of account ${printable(account, 20)}`,
    principalId && `session ${shown(principalId.split(":").slice(1).join(":"))}`,
    accessKeyId && `key ${shown(accessKeyId)}`,
    `at ${isoSeconds(startedAt)}`,
    isThiefs && "from an address of the finding",
  ];
  return parts.filter(Boolean).join(", ");
}

function otherKeys({ otherKeys: { calls, accessKeyIds } }: LookedUp): string[] {
  if (calls === 0) return [];
  return fact(
    "Not counted",
    `${counted(calls, "call")} of the same sessions with other keys: their owner's, or with keys made out of the session ` +
      `(${inLine(accessKeyIds.map(shown))})`,
  );
}

function regionText({ region, deliveredUntil, shortfall }: RegionLookUp): string {
  const until = deliveredUntil ? `had delivered until ${isoSeconds(deliveredUntil)}` : "had delivered nothing";
  const place = `In ${printable(region, 40)} CloudTrail`;
  if (!shortfall) return `${place} ${until}.`;
  return deliveredUntil
    ? `${place} ${until}, but ${SHORTFALLS[shortfall.kind]}${whyOf(shortfall)}.`
    : `${place}: ${SHORTFALLS[shortfall.kind]}${whyOf(shortfall)}.`;
}

const SHORTFALLS: Readonly<Record<Shortfall["kind"], string>> = {
  "too-many": "there is more than was looked at, and what is missing is the earliest",
  "no-time": "there was no time to see everything",
  throttled: "it throttled, so not everything was seen",
  "not-permitted": "the function may not look",
  failed: "it could not be asked",
};

const whyOf = (shortfall: Shortfall): string => ("why" in shortfall ? ` (${printable(shortfall.why)})` : "");

/** The command that shows what came later, and what was left out. */
function byHand(incident: Incident): string[] {
  const { commands } = STEPS.activity(incident);
  return commands.length > 0 ? ["The rest, from a quarter of an hour later on:", ...block(commands)] : [];
}
