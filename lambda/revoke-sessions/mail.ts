import { findingKind } from "../../src/contract/finding-kinds";
import type { MessageAttributes } from "../../src/contract/message-attributes";
import type { Incident, Refused, Revoked } from "./incident";
import { ADVICE } from "./mail/advice";
import { attributes } from "./mail/attributes";
import { doNow } from "./mail/do-now";
import { done, refusedAll } from "./mail/done";
import { happened } from "./mail/happened";
import { holders, holdersToCut } from "./mail/holders";
import { limits } from "./mail/limits";
import { numbered } from "./mail/step";
import { headline, subject, whose } from "./mail/subject";
import { hang, indented, wrap } from "./mail/text";
import { undo } from "./mail/undo";
import { usedFor } from "./mail/used-for";

/** A mail to the people who watch the topic. */
export interface Mail {
  /** Less than 100 printable ASCII characters: what SNS allows. */
  readonly subject: string;
  readonly message: string;
  readonly attributes: MessageAttributes;
}

/**
 * Writes what a person woken at night needs, in the order in which it is needed: what to do, what happened, what was done, what
 * breaks, what is left, and last how to undo it.
 *
 * @param others what happened to other roles of the same finding.
 */
export function mailAbout(incident: Incident, others: readonly Incident[] = []): Mail {
  const sections = others.length === 0 ? sectionsOf(incident) : severalRoles([incident, ...others]);
  return {
    subject: subject(incident, others.length),
    message: sections.map(([title, lines]) => [title, ...indented(lines)].join("\n")).join("\n\n"),
    attributes: attributes(incident),
  };
}

type Section = readonly [title: string, lines: readonly string[]];

const sectionsOf = (incident: Incident): Section[] =>
  incident.kind === "refused" ? refusalSections(incident) : revocationSections(incident);

/** First what became of each role, the worst outcome first; then all about each, in this order. */
function severalRoles(incidents: readonly Incident[]): Section[] {
  const roles = incidents.map((incident, index) => `${index + 1}. ${whose(incident)}`);
  const outcomes = incidents.flatMap((incident, index) => hang(`${roles[index]}: `, "   ", headline(incident)));
  return [
    [`ONE FINDING, ${incidents.length} PRINCIPALS`, outcomes],
    ...incidents.flatMap((incident, index) =>
      sectionsOf(incident).map(([title, lines]): Section => [`${title} (${roles[index]})`, lines]),
    ),
  ];
}

const LET_BACK = "HOW TO LET THE OLD SESSIONS BACK IN";

function revocationSections(incident: Revoked): Section[] {
  const { roleName, targets } = incident.plan;
  return [
    ["DO NOW", doNow(incident)],
    ["WHAT HAPPENED", happened(incident)],
    ...usedForSection(incident),
    ["WHAT WAS DONE", done(incident)],
    ["WHO HOLDS CREDENTIALS", holders(incident)],
    ["WHAT THIS DOES NOT DO", limits(incident)],
    [LET_BACK, undo(incident, roleName, targets)],
  ];
}

function refusalSections(incident: Refused): Section[] {
  const { plan, attached, refusal, finding, configuration } = incident;
  const { steps, advice, checks } = ADVICE[refusal.reason];
  const ofKind = (!finding.sample && findingKind(finding.type, configuration.findings)?.advice) || "";
  const toMend = numbered(checks?.(incident) ?? []);
  const canRevoke = plan !== undefined && steps.includes("revoke");
  return [
    ["DO NOW", doNow(incident)],
    ["WHAT HAPPENED", happened(incident)],
    ...usedForSection(incident),
    ["WHAT WAS DONE", refusedAll(incident)],
    ...(canRevoke ? [["WHO HOLDS CREDENTIALS", holdersToCut(incident)] as const] : []),
    ["HOW TO ACT BY HAND", [...wrap([advice(incident), ofKind, canRevoke ? BY_HAND : ""].join(" ")), ...toMend]],
    ...(plan && attached.length > 0 ? [[LET_BACK, undo(incident, plan.roleName, attached)] as const] : []),
  ];
}

function usedForSection(incident: Incident): Section[] {
  const lines = usedFor(incident);
  return lines.length > 0 ? [["WHAT THE KEYS WERE USED FOR", lines]] : [];
}

const BY_HAND =
  "The command in DO NOW takes the time when it is run: sessions issued later work. Its policy has a name of its own, so it " +
  "never takes back what is denied already.";
