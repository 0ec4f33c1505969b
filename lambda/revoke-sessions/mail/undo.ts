import type { Incident } from "../incident";
import { isoSeconds } from "../policy";
import { LONGEST_SESSION_MILLISECONDS } from "../stolen";
import type { Target } from "../target";
import { deniesAhead } from "./cutoff";
import { forNames, quote } from "./shell";
import { block, wrap } from "./text";

/** How to let the old sessions back in, once they are dead: a command that does nothing before. */
export function undo(incident: Incident, roleName: string, targets: readonly Target[]): string[] {
  const isOurs = incident.kind === "revoked" && incident.plan.scope !== "instance" && !deniesAhead(incident);
  const issuedBefore = isOurs ? incident.cutoff : incident.handledAt;
  const safe = isoSeconds(new Date(issuedBefore.getTime() + LONGEST_SESSION_MILLISECONDS));
  const [first, ...others] = forNames(
    "policy",
    targets.map(({ policyName }) => policyName),
    (policy) => [`aws iam delete-role-policy --role-name ${quote(roleName)} --policy-name ${policy}`],
  );
  const guard = `[ "$(date -u +%Y%m%d%H%M%S)" -gt ${safe.replace(/\D/g, "")} ] &&`;
  const why = targets.some(({ isLock }) => isLock)
    ? "The instance stays locked out until this is run. Replace it rather than let it back in: a new instance has a new id. "
    : "There is no need: the policy may stay for good. ";
  return [
    ...wrap(
      `${why}Without the policy the stolen credentials work again until they expire, so the command does nothing before ` +
        `${safe}. If it was a false alarm, run it without its first part.`,
    ),
    ...block([`${guard} ${first}`, ...others]),
  ];
}
