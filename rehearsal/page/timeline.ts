import type { Claim } from "../play/claim";
import { cutoffOf, endingOf, outcomeOf } from "../play/function-result";
import { type Fact, type Scene, timeOf } from "../play/scene";
import { subjectOf } from "../print/mail-subject";
import { html, type Html } from "./html";
import { dateAndTime, secondsAfter } from "./moment";
import { renderDecision } from "./verdict";

/** Writes scenes in their order, each with the time at which it began. */
export const renderTimeline = (scenes: readonly Scene[], begin: Date): Html =>
  html`<ol class="timeline">
    ${scenes.map((scene) => renderScene(scene, begin))}
  </ol>`;

function renderScene({ title, facts, claims }: Scene, begin: Date): Html {
  const [time] = facts.flatMap((fact) => timeOf(fact) ?? []);
  return html`<li>
    <p class="when">${time && secondsAfter(time, begin)}</p>
    <div>
      <h3>${title}</h3>
      ${facts.map(renderFact)}
      ${
        claims.length > 0
          ? html`<ul class="claims">
              ${claims.map(renderClaim)}
            </ul>`
          : undefined
      }
    </div>
  </li> `;
}

const renderClaim = ({ text, holds, why }: Claim): Html =>
  holds
    ? html`<li><span class="good">✓</span> ${text}</li>`
    : html`<li><strong class="bad">✕ does not hold: ${text}</strong> ${why}</li>`;

/** Writes one thing that happened, in a line or two. */
export function renderFact(fact: Fact): Html {
  switch (fact.kind) {
    case "note":
      return html`<p class="note">${fact.text}</p>`;
    case "access":
      return html`<p>
        ${fact.who}: <code>${fact.action}</code> ${renderDecision(fact.decision)}
        <small>access key ${fact.session.accessKeyId}, issued ${dateAndTime(fact.session.issuedAt)}</small>
      </p>`;
    case "rule":
      return html`<p>Rule <code>${fact.outcome.rule.name}</code> takes the event:</p>
        <ul>
          ${fact.outcome.deliveries.map(
            (delivery) =>
              html`<li>
                <code>${delivery.target.arn.split(":").at(-1)}</code> ${
                  delivery.kind === "refused"
                    ? html`<span class="bad">✕ refuses it</span>: ${delivery.why}`
                    : "takes it"
                }
              </li>`,
          )}
        </ul>`;
    case "invocation": {
      const cutoff = cutoffOf(outcomeOf(fact.invoked));
      return html`<p>
          Function <code>${fact.invoked.deployed.functionName}</code>: <strong>${endingOf(fact.invoked)}</strong>${
            cutoff && html`, cut-off ${cutoff}`
          }
          <small
            >${Math.round(fact.invoked.invocation.milliseconds)} ms, ${fact.invoked.calls.length} calls to AWS</small
          >
        </p>
        ${fact.hint && html`<p>${fact.hint}</p>`}`;
    }
    case "policy":
      return html`<p>The role <code>${fact.roleName}</code> carries <code>${fact.policyName}</code>.</p>`;
    case "mail":
      return html`<p>Mail: ${subjectOf(fact.mail)}</p>`;
  }
}
