import { type Html, html, type Part } from "./html";
import { styleSheet } from "./style-sheet";

/** A part of a page, with a heading that the contents list. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Part;
}

/** A whole page. */
export interface Page {
  readonly title: string;
  /** What stands below the title. */
  readonly lead: Part;
  readonly sections: readonly Section[];
  readonly footer: Part;
}

const STYLE = [styleSheet("figures.css"), styleSheet("style.css")];

/** Writes a page as one file that needs nothing else: it loads nothing, runs nothing, and says so to the browser. */
export function renderPage({ title, lead, sections, footer }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <h1>${title}</h1>
          ${lead}
        </header>
        <nav aria-label="Contents">
          <ol>
            ${sections.map((section) => html`<li><a href="#${section.id}">${section.title}</a></li>`)}
          </ol>
        </nav>
        <main id="content" tabindex="-1">${sections.map(renderSection)}</main>
        <footer>${footer}</footer>
      </body>
    </html> `.source;
}

const renderSection = ({ id, title, body }: Section): Html =>
  html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${body}
  </section> `;
