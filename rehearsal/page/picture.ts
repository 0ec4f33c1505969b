import { Scope } from "../../src/contract/environment";
import type { AccessChange } from "../measure/access";
import type { Measured } from "../measure/measure";
import { type Course, SIEGE_HOURS } from "../measure/siege";
import { THIEFS_CALL } from "../story/thief";
import { drawAccess } from "./access-picture";
import { html, type Html } from "./html";
import { drawPlot, summaryOf } from "./siege-plot";
import { styleSheet } from "./style-sheet";

/** The page's pictures as one SVG file, for documents: in the reader's colours, and the same for the same measurements. */
export function renderPicture({ access, siege }: Measured): string {
  const ofRole = siege.filter(({ scope }) => scope === Scope.ROLE);
  const figures = [...renderAccess(access), ...ofRole.map(renderCourse)];
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 840 540" font-family="system-ui, sans-serif">
    <title>Who may use the role before and after, and what ${SIEGE_HOURS} hours of thefts cost</title>
    <style>
      ${styleSheet("figures.css")}
    </style>
    <rect width="840" height="540" fill="var(--ground)" />
    ${figures.map(
      ({ title, drawing, height }, index) =>
        html`<svg
          x="${(index % 2) * 420 + 24}"
          y="${Math.floor(index / 2) * 326 + 12}"
          width="372"
          height="${height + 28}"
          overflow="visible"
        >
          <text class="name" x="1" y="14">${title}</text>
          <svg y="26" height="${height}">${drawing}</svg>
        </svg>`,
    )}
  </svg> `.source;
}

interface Figure {
  readonly title: string;
  readonly drawing: Html;
  readonly height: number;
}

const renderAccess = (access: readonly AccessChange[]): Figure[] => [
  { title: `${THIEFS_CALL} before the finding`, drawing: drawAccess("before", access), height: 278 },
  { title: `${THIEFS_CALL} after the finding`, drawing: drawAccess("after", access), height: 278 },
];

const renderCourse = (course: Course): Figure => ({ title: summaryOf(course), drawing: drawPlot(course), height: 160 });
