import { architectureDiagram } from "./architecture-diagram";
import type { IncidentEvent } from "../src/contract/incident-event";
import { workshopExample } from "./workshop-example";
import { workshopResources } from "./workshop-resources";

/** The generated texts, made from what is synthesized and from the code that runs, by the names of their sections. */
export async function generatedTexts(): Promise<Readonly<Record<string, string>>> {
  const resources = workshopResources();
  const { alert, mail, guardMail, policy, logLine, event } = await workshopExample();
  return {
    "response-stack": fenced("mermaid", architectureDiagram(resources, "guardduty-response")),
    guard: fenced("mermaid", architectureDiagram(resources, "guardduty-response", "aws.iam")),
    "lab-stack": fenced("mermaid", architectureDiagram(resources, "guardduty-lab")),
    "alert-mail": fenced("text", alert),
    "remediation-mail": fenced("text", `Subject: ${mail.subject}\n\n${mail.message}`),
    "guard-mail": fenced("text", guardMail),
    "revocation-policy": fenced("json", JSON.stringify(policy, undefined, 2)),
    "incident-event": fenced("json", JSON.stringify(withoutMail(event), undefined, 2)),
    "log-line": fenced("json", JSON.stringify(logLine, undefined, 2)),
  };
}

/** An incident's event with the beginning of what its mail says, which is long and shown elsewhere. */
function withoutMail({ report, ...event }: IncidentEvent): IncidentEvent {
  const [first] = report.steps;
  const message = `${report.message.slice(0, report.message.indexOf("\n"))} …`;
  return { ...event, report: { ...report, message, steps: first ? [first] : [] } };
}

const fenced = (language: string, text: string): string => ["```" + language, text, "```"].join("\n");
