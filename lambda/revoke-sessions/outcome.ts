import type { NotRevokedOutcome, RevokedOutcome } from "../../src/contract/outcome-line";
import { cutoffOf, cuts } from "./decision";
import type { Incident, Refused, Revoked } from "./incident";
import { needsPerson } from "./needs-person";
import { isoSeconds } from "./policy";
import type { Denied } from "./revoke";

/** The outcome of a finding that has nothing new for anybody. */
export function repeatedOutcome(denied: Denied, cutoff: Date = cutoffOf(denied.steps)): RevokedOutcome {
  const { finding, decision, memberRole } = denied;
  const handled = handledFinding({ finding, plan: decision.plan, memberRole });
  return { outcome: "already-revoked", ...handled, cutoff: isoSeconds(cutoff), needsPerson: false };
}

/** The outcome of a revocation that people are told of. */
export function revokedOutcome({ decision }: Denied, incident: Revoked): RevokedOutcome {
  return {
    outcome: cuts(decision) ? "revoked" : "already-revoked",
    ...handledFinding(incident),
    cutoff: isoSeconds(incident.cutoff),
    needsPerson: needsPerson(incident),
  };
}

/** The outcome of a finding of which not every stolen session is denied. */
export function notRevokedOutcome(refused: Refused): NotRevokedOutcome {
  const { reason } = refused.refusal;
  return { outcome: "not-revoked", reason, ...handledFinding(refused), needsPerson: needsPerson(refused) };
}

function handledFinding({ finding, plan, memberRole }: Pick<Incident, "finding" | "plan" | "memberRole">) {
  return {
    findingId: finding.id,
    findingType: finding.type,
    accountId: finding.accountId ?? "unknown",
    region: finding.region,
    role: plan?.roleName,
    policyName: plan?.targets[0].policyName,
    scope: plan?.scope,
    accessKeyIds: plan?.accessKeyIds,
    ...(memberRole && { actedIn: finding.accountId, memberRole }),
  };
}
