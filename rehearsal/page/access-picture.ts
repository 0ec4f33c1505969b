import type { AccessChange } from "../measure/access";
import { THIEFS_CALL } from "../story/thief";
import { html, type Html } from "./html";

const ROW = 52;
const TOP = 8;

/** Draws who may do what before the finding is handled, and after: one line from each user of the role to AWS. */
export function renderAccess(changes: readonly AccessChange[]): Html {
  const denials = changes.flatMap(({ after }) => (after.effect === "allowed" ? [] : after.statements));
  const denying = [...new Set(denials.map(({ policyName }) => policyName))];
  return html`<figure>
    <div class="panels">${renderPanel("before", changes)}${renderPanel("after", changes)}</div>
    <figcaption>
      Who may call <code>${THIEFS_CALL}</code> with the role, as IAM decides by its policies before the finding is
      handled and
      after.${denying.length > 0 ? html` What denies: ${denying.map((name) => html`<code>${name}</code> `)}` : undefined}
    </figcaption>
  </figure>`;
}

function renderPanel(when: "before" | "after", changes: readonly AccessChange[]): Html {
  return html`<div>
    <h3>${when === "before" ? "Before" : "After"}</h3>
    ${drawAccess(when, changes)}
  </div>`;
}

/** Draws who may do what at one of the two times. */
export function drawAccess(when: "before" | "after", changes: readonly AccessChange[]): Html {
  const height = TOP + changes.length * ROW;
  const isAllowed = (change: AccessChange) => change[when].effect === "allowed";
  const told = changes.map(
    (change) => `${change.who} ${change.credentials}: ${isAllowed(change) ? "allowed" : "denied"}.`,
  );
  return html`<svg
    class="access"
    viewBox="0 0 360 ${height}"
    role="img"
    aria-label="${`${THIEFS_CALL}, ${when}. ${told.join(" ")}`}"
  >
    <rect class="box" x="306" y="${TOP}" width="53" height="${height - TOP - 12}" rx="6" />
    <text class="name" x="332" y="${(height - 4) / 2 + 4}" text-anchor="middle">AWS</text>
    ${changes.map((change, index) => renderRow(change, isAllowed(change), TOP + index * ROW))}
  </svg>`;
}

function renderRow({ who, credentials }: AccessChange, isAllowed: boolean, y: number): Html {
  const middle = y + 20;
  return html`<rect class="box" x="1" y="${y}" width="192" height="40" rx="6" />
    <text class="name" x="12" y="${y + 17}">${who}</text><text x="12" y="${y + 32}">${credentials}</text>
    ${
      isAllowed
        ? html`<path class="line good" d="M200 ${middle}H296m-7 -5l7 5l-7 5" />`
        : html`<path class="line bad dashed" d="M200 ${middle}H238" /><path
              class="line bad"
              d="M244 ${middle - 6}l12 12m0 -12l-12 12"
            />`
    } `;
}
