import type { MessageAttributes } from "../../../src/contract/message-attributes";
import type { Incident } from "../incident";
import { needsPerson } from "../needs-person";
import { severityOf } from "../triage";

/** What subscribers of the topic can filter by. */
export function attributes(incident: Incident): MessageAttributes {
  const { finding, configuration } = incident;
  return {
    outcome: incidentOutcome(incident),
    reason: incident.kind === "refused" ? incident.refusal.reason : undefined,
    severity: severityOf(finding, configuration),
    account: finding.accountId || "unknown",
    "needs-a-person": needsPerson(incident) ? "true" : "false",
  };
}

/** What people are told became of a finding, however many attempts it took to tell them. */
function incidentOutcome(incident: Incident): MessageAttributes["outcome"] {
  if (incident.kind === "refused") return "not-revoked";
  return incident.moved ? "revoked" : "already-revoked";
}
