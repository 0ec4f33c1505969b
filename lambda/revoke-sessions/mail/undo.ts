import type { Incident, Revoked } from "../incident";
import { isoSeconds } from "../policy";
import { LONGEST_SESSION_MILLISECONDS } from "../stolen";
import type { Target } from "../target";
import { deniesAhead } from "./cutoff";
import { forNames, quote } from "./shell";
import { block, wrap } from "./text";

/** How to let the old sessions back in, once they are dead: a command that does nothing before. */
export function undo(incident: Incident, roleName: string, targets: readonly Target[]): string[] {
  const isOurs = incident.kind === "revoked" && incident.plan.scope !== "instance" && !deniesAhead(incident);
  const safe = deadSince(isOurs ? incident.cutoff : incident.handledAt);
  const [first, ...others] = forNames(
    "policy",
    targets.map(({ policyName }) => policyName),
    (policy) => [remove(roleName, policy)],
  );
  const why = targets.some(({ isLock }) => isLock)
    ? "The instance stays locked out until this is run. Replace it rather than let it back in: a new instance has a new id. "
    : "There is no need: the policy may stay for good. ";
  return [
    ...wrap(
      `${why}Without the policy the stolen credentials work again until they expire, so the command does nothing before ` +
        `${safe}. If it was a false alarm, run it without its first part.`,
    ),
    ...block([`${notBefore(safe)} ${first}`, ...others]),
    ...undoFollowed(incident),
  ];
}

/** The same for the sessions of other roles that were revoked with them. */
function undoFollowed(incident: Incident): string[] {
  // Of a refusal, nobody follows them.
  const { following }: Omit<Partial<Revoked>, "kind"> = incident;
  const sessions = following?.sessions ?? [];
  const policies = sessions.flatMap(({ end }) => (end.kind === "denied" ? (end.policy ?? []) : []));
  if (policies.length === 0) return [];
  // Their cut-offs are older than that.
  const safe = deadSince(new Date(incident.handledAt.getTime() + 60_000));
  return [
    ...wrap(`The same for the sessions of other roles, before ${safe}:`),
    ...block(policies.map(({ roleName, policyName }) => `${notBefore(safe)} ${remove(roleName, quote(policyName))}`)),
  ];
}

/** When no session is alive that was issued before a time. */
const deadSince = (issuedBefore: Date): string =>
  isoSeconds(new Date(issuedBefore.getTime() + LONGEST_SESSION_MILLISECONDS));

const notBefore = (time: string): string => `[ "$(date -u +%Y%m%d%H%M%S)" -gt ${time.replace(/\D/g, "")} ] &&`;

/** @param policy a word of a shell. */
const remove = (roleName: string, policy: string): string =>
  `aws iam delete-role-policy --role-name ${quote(roleName)} --policy-name ${policy}`;
