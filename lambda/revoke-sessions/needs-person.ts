import { NOT_REVOKED } from "../../src/contract/reasons";
import type { Incident } from "./incident";
import { startedByThief } from "./started-session";

/** Whether a person has to act: stolen credentials may still work, or somebody works against the revocation. */
export function needsPerson(incident: Incident): boolean {
  if (incident.kind === "refused") return NOT_REVOKED[incident.refusal.reason] !== "routine";
  const { plan, verification, distrusted } = incident;
  return (
    distrusted ||
    plan.foreign.length > 0 ||
    startedByThief(incident).length > 0 ||
    verification.state === "not-kept" ||
    verification.state === "unverified"
  );
}
