import type { Incident } from "../incident";
import { startedByThief } from "../started-session";
import { printable } from "./text";

/** SNS takes subjects of less than 100 characters. */
const MAX_CHARACTERS = 99;

/**
 * The subject of a mail: what became of whose sessions, and where. Printable ASCII characters.
 *
 * @param others how many further principals the mail tells about.
 */
export function subject(incident: Incident, others = 0): string {
  const { finding, plan } = incident;
  const more = others > 0 ? ` and ${others} more` : "";
  const where = ascii(`${finding.accountId ?? "unknown account"} ${finding.region}`);
  const about = (name: string) => `GuardDuty: ${headline(incident)}: ${name}${more}, ${where}`;
  // What is long must not push out where it happened.
  const room = Math.max(0, MAX_CHARACTERS - about("").length);
  const name = plan ? shortenName(`role ${plan.roleName}`, room) : shortenType(ascii(printable(finding.type)), room);
  return about(ascii(name)).slice(0, MAX_CHARACTERS);
}

/** Whose credentials an incident is about. */
export function whose({ finding, plan }: Incident): string {
  if (plan) return `role ${plan.roleName}`;
  const { userName, credentials } = finding;
  return printable(userName ?? credentials[0].principalId ?? "somebody", 64);
}

/** What became of an incident, in a few words. */
export function headline(incident: Incident): string {
  if (incident.kind === "refused") return `NOT revoked (${incident.refusal.reason})`;
  if (incident.verification.state === "not-kept") return "Revocation NOT KEPT, act by hand";
  if (incident.plan.foreign.length > 0 || startedByThief(incident).length > 0) {
    return "Revoked, but NOT ALL, act by hand";
  }
  if (incident.distrusted) return "Sessions revoked again, seen alive";
  if (incident.isRepeat) return "Already denied, new sessions";
  if (!incident.moved) return "Already denied, new keys";
  return incident.plan.scope === "instance" ? "Instance locked out" : "Sessions revoked";
}

const ascii = (text: string): string => text.replace(/[^ -~]/g, "?");

function shortenName(name: string, room: number): string {
  return name.length <= room ? name : `${name.slice(0, Math.max(0, room - 3))}...`.slice(0, room);
}

/**
 * A finding's type in less room: without what stands before its own name, then without its last words; never with a part of
 * a word, unless that is all there is.
 */
function shortenType(type: string, room: number): string {
  const name = type.split("/").at(-1)!;
  const words = name.split(/(?=[.:])|(?<=[a-z])(?=[A-Z])/);
  const shorter = words.map((_, index) => words.slice(0, words.length - index).join(""));
  return [type, ...shorter].find((text) => text.length <= room) ?? shortenName(type, room);
}
