import type { Decision } from "../../local-aws/iam/simulator";
import { html, type Html } from "./html";

/** What IAM decided: a word and a sign beside the colour. */
export function renderDecision({ effect, statements }: Decision): Html {
  if (effect === "allowed") return html`<span class="good">✓ allowed</span>`;
  const by = statements.map(({ policyName }) => policyName).join(", ");
  return html`<span class="bad">✕ denied</span>${by && html` by <code>${by}</code>`}`;
}
