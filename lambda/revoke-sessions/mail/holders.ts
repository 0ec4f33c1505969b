import type { Finding } from "../finding";
import type { Impact, Refused, Revoked, RoleUse } from "../incident";
import { isoSeconds } from "../policy";
import type { Role } from "../triage";
import { deniesAhead } from "./cutoff";
import { RECOVERY } from "./recovery";
import {
  type Holder,
  providerHolder,
  serviceHolder,
  type Session,
  sessionName,
  stolenSessions,
  trustedHolders,
} from "./session";
import { block, hang, indented, listed, printable, printableTag, wrap } from "./text";

/** More instances, or others who may use a role, than this are counted, not listed. */
const MAX_LINES = 50;

/** More instances than this are not named in a command. */
const MAX_NAMES = 20;

const MAX_PRINCIPAL_CHARACTERS = 160;

const ROLE_GONE = "Nobody: the role is gone. Whatever ran with it stays down until it has a role again.";

/** Who holds credentials of a revoked role, the compromised first; how each gets new ones; who else may use it. */
export function holders(incident: Revoked): string[] {
  const { finding, plan, role, impact, moved, verification } = incident;
  if (verification.state === "role-gone") return wrap(ROLE_GONE);
  const sessions = stolenSessions(finding, role);
  return [
    ...wrap(whatBreaks(incident)),
    ...indented(compromised(sessions, impact)),
    ...indented(otherInstances(sessions, impact, plan.scope !== "role" || !moved)),
    ...wrap(lookedAt(impact, finding)),
    ...(moved && plan.scope !== "instance" && !deniesAhead(incident)
      ? recoveries(finding, sessions, scopeHolders(incident), impact)
      : []),
    ...mayUse(role),
  ];
}

/** What a revocation by hand would break, as far as the finding tells. */
export function holdersToCut({ finding }: Refused): string[] {
  const sessions = stolenSessions(finding);
  return [
    ...wrap("If you revoke the role, whatever runs with it is denied until it gets new credentials:"),
    ...recoveries(finding, sessions, []),
    ...wrap("That is read from the names of the stolen sessions. Who else uses the role was not looked at."),
  ];
}

function whatBreaks(incident: Revoked): string {
  const { plan, moved } = incident;
  if (deniesAhead(incident)) return "Whatever runs with the role is denied every call, with new credentials too:";
  if (!moved) return "Nothing breaks anew: the cut-off did not move.";
  if (plan.scope === "instance") {
    return (
      "What runs on the compromised instances is denied every call, with new credentials too, until a person lifts the lock. " +
      "Replace the instance: a new one has a new id, and works. Other sessions of the role go on."
    );
  }
  if (plan.scope === "session") {
    return "What runs on the compromised instances is denied every call until it gets new credentials. Other sessions of the role go on.";
  }
  return "Whatever runs with the role, in every region, is denied every call until it gets new credentials:";
}

function compromised(sessions: readonly Session[], impact: Impact): string[] {
  const uses = new Map(usesOf(impact).map((use) => [use.instanceId, use]));
  const lines = sessions.map((session) => {
    const use = uses.get(session.name);
    return `${sessionName(session)}${use ? described(use) : ""}: COMPROMISED, see DO NOW`;
  });
  return listed(lines, MAX_LINES);
}

function otherInstances(sessions: readonly Session[], impact: Impact, areSpared: boolean): string[] {
  const lines = healthy(sessions, impact).map((use) => {
    const state = use.state === "running" ? "denied" : "gets new credentials when it starts";
    return `EC2 instance ${printable(use.instanceId, 64)}${described(use)}: ${areSpared ? "not affected" : state}`;
  });
  return listed(lines, MAX_LINES);
}

function healthy(sessions: readonly Session[], impact: Impact): RoleUse[] {
  const names = new Set(sessions.map(({ name }) => name));
  return usesOf(impact).filter(({ instanceId }) => !names.has(instanceId));
}

const usesOf = (impact: Impact): readonly RoleUse[] => (impact.kind === "listed" ? impact.uses : []);

const described = ({ name, state }: RoleUse): string =>
  ` (${[printableTag(name ?? ""), printable(state, 20)].filter(Boolean).join(", ")})`;

/** What is listed is never all. */
function lookedAt(impact: Impact, { region }: Finding): string {
  if (impact.kind === "unknown") return `EC2 instances could not be listed (${printable(impact.why)}).`;
  return (
    `${impact.uses.length === 0 ? "No EC2 instance was found. " : ""}Looked at: the instances in ${printable(region, 40)} whose ` +
    "instance profile holds the role now. Not looked at: other regions, profiles that were swapped or removed, and Systems " +
    "Manager's default host management."
  );
}

/** Whose recovery has to be told, besides that of the stolen sessions. */
function scopeHolders({ plan, role, impact }: Revoked): Holder[] {
  if (plan.scope !== "role") return [];
  return [...trustedHolders(role.trust), ...(usesOf(impact).length > 0 ? ["instance" as const] : [])];
}

function recoveries(
  { region }: Finding,
  sessions: readonly Session[],
  others: readonly Holder[],
  impact?: Impact,
): string[] {
  const all = new Set([...sessions.map(({ holder }) => holder), ...others]);
  const running = impact ? healthy(sessions, impact).filter(({ state }) => state === "running") : [];
  return [...(all.size > 0 ? all : new Set<Holder>(["other"]))].flatMap((holder) => {
    const { who, how, commands } = RECOVERY[holder];
    const stolen = sessions.filter((session) => session.holder === holder).map(({ name }) => name);
    const lines = commands?.({
      stolen: stolen.slice(0, MAX_NAMES),
      instanceIds: running.slice(0, MAX_NAMES).map(({ instanceId }) => instanceId),
      region,
    });
    return [...hang("- ", "  ", `${capital(who)}: ${how}`), ...block(lines ?? [])];
  });
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Who can use a role, and when somebody did. */
function mayUse({ trust, lastUsed }: Role): string[] {
  const shown = (principal: string) => printable(principal, MAX_PRINCIPAL_CHARACTERS);
  const users = (holder: Holder, others: string) => (holder === "other" ? others : RECOVERY[holder].who);
  const services = trust.services.map((each) => `${shown(each)} (${users(serviceHolder(each), "an AWS service")})`);
  const providers = trust.providers.map(
    (each) => `${shown(each)} (${users(providerHolder(each), "whoever signs in there")})`,
  );
  const principals = trust.principals.map((each) => `${shown(each)} (whoever may assume it there)`);
  const all = [...services, ...providers, ...principals];
  return [
    ...(all.length > 0
      ? ["By its trust policy the role can be used by", ...indented(listed(all, MAX_NAMES))]
      : ["The role's trust policy does not say who can use it."]),
    ...wrap(lastUsed ? `${used(lastUsed)}, and may be hours late.` : "IAM does not say when it was used last."),
  ];
}

const used = ({ at, region }: NonNullable<Role["lastUsed"]>): string =>
  `IAM noticed its last use at ${isoSeconds(at)}${region ? ` in ${printable(region, 40)}` : ""}`;
