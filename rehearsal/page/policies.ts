import type { Fact } from "../play/scene";
import { html, type Html } from "./html";

/** Writes the policies among some facts. */
export function renderPolicies(facts: readonly Fact[]): Html | undefined {
  const policies = facts.flatMap((fact) => (fact.kind === "policy" ? fact : []));
  return policies.length === 0
    ? undefined
    : html`${policies.map(
        ({ roleName, policyName, document }) =>
          html`<figure>
            <figcaption>Inline policy <code>${policyName}</code> of the role <code>${roleName}</code></figcaption>
            <pre tabindex="0">${JSON.stringify(document, undefined, 2)}</pre>
          </figure>`,
      )}`;
}
