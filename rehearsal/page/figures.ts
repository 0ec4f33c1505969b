import { html, type Html, type Part } from "./html";

/** A number that says something by itself, and what it says. */
export interface Figure {
  readonly value: Part;
  readonly meaning: Part;
}

/** Writes numbers in a row, each above what it says. */
export const renderFigures = (figures: readonly Figure[]): Html =>
  html`<dl class="figures">
    ${figures.map(
      ({ value, meaning }) =>
        html`<div>
          <dt>${meaning}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
