import { type Course, SIEGE, SIEGE_HOURS } from "../measure/siege";
import type { Stage } from "../play/run";
import { html, type Html } from "./html";
import { percent } from "./moment";

const PLOT = { left: 40, top: 22, width: 290, height: 110, bottom: 22 };

/** Plots the siege: one diagram for each of the compared settings, all to one scale. */
export function renderSiege(courses: readonly Course[], stage: Stage): Html {
  const { minutesBetweenThefts, healthyInstances, minutesBetweenCalls, minutesBetweenRenewals } = SIEGE;
  return html`<p>
      For ${SIEGE_HOURS} hours a thief steals new credentials of one instance every ${minutesBetweenThefts} minutes, and
      GuardDuty reports each of them at once. ${healthyInstances} other instances with the role are healthy: each calls
      AWS every ${minutesBetweenCalls} minutes and renews its credentials every ${minutesBetweenRenewals} minutes. How
      many of their calls are denied is the price of the response.
    </p>
    <figure>
      <ul class="plots">
        ${courses.map((course) => renderCourse(course, stage))}
      </ul>
      <figcaption>
        Share of the healthy instances' calls that are denied, over ${SIEGE_HOURS} hours. The marks above are the
        thefts: <span class="bad">✕</span> the stolen credentials worked until they were found,
        <span class="good">○</span> they were dead on arrival. The function's package handles each finding with its
        clock set to it, and IAM decides each call. The robbed instance is not among the healthy ones: its own software
        is denied with the thief, under a lock until a person acts.
      </figcaption>
    </figure>`;
}

function renderCourse(course: Course, stage: Stage): Html {
  const { scope, repeatScope, thefts, writes, mails } = course;
  const { denied, made, share } = deniedCalls(course);
  const worked = thefts.filter((theft) => theft.worked).length;
  const isDeployed = scope === stage.scope && repeatScope === stage.repeatScope;
  return html`<li>
    <h3>
      Scope <code>${scope}</code>${repeatScope === scope ? undefined : html`, repeats <code>${repeatScope}</code>`}${
        isDeployed ? html` <small class="tag">as deployed</small>` : undefined
      }
    </h3>
    ${drawPlot(course)}
    <dl>
      <div>
        <dt>Healthy calls denied</dt>
        <dd>${denied} of ${made} (${share})</dd>
      </div>
      <div>
        <dt>Stolen credentials that worked</dt>
        <dd>${worked} of ${thefts.length}</dd>
      </div>
      <div>
        <dt>Policies written</dt>
        <dd>${writes}</dd>
      </div>
      <div>
        <dt>Mails of the function</dt>
        <dd>${mails}</dd>
      </div>
    </dl>
  </li>`;
}

/** How many of the healthy instances' calls are denied, and their share of all. */
function deniedCalls({ calls }: Course) {
  const made = sum(calls.map((each) => each.made));
  const denied = sum(calls.map((each) => each.denied));
  return { denied, made, share: `${Math.round(percent(denied, made))} %` };
}

/** What a course of the siege comes to, in one line. */
export function summaryOf(course: Course): string {
  const { scope, repeatScope } = course;
  const name = repeatScope === scope ? scope : `${scope}, repeats ${repeatScope}`;
  return `Scope ${name}: ${deniedCalls(course).share} of healthy calls denied`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Plots the share of denied calls over time, and the thefts above it. */
export function drawPlot(course: Course): Html {
  const { calls, thefts } = course;
  const { left, top, width, height, bottom } = PLOT;
  const x = (minute: number) => left + (width * minute) / SIEGE.minutes;
  const y = (share: number) => top + height * (1 - share / 100);
  const steps = calls.map(
    ({ minute, made, denied }) => `V${round(y(percent(denied, made)))}H${round(x(minute + SIEGE.minutesBetweenCalls))}`,
  );
  const area = `M${left} ${y(0)}${steps.join("")}V${y(0)}Z`;
  return html`<svg class="plot" viewBox="0 0 340 ${top + height + bottom}" role="img" aria-label="${summaryOf(course)}">
    ${[0, 50, 100].map(
      (share) =>
        html`<path class="grid" d="M${left} ${y(share)}h${width}" /><text
            x="${left - 6}"
            y="${y(share) + 4}"
            text-anchor="end"
            >${share} %</text
          >`,
    )}
    <path class="area" d="${area}" />
    ${Array.from({ length: SIEGE_HOURS + 1 }, (_, hour) => hour).map(
      (hour) => html`<text x="${round(x(hour * 60))}" y="${top + height + 16}" text-anchor="middle">${hour} h</text>`,
    )}
    ${thefts.map(({ minute, worked }) => renderTheft(round(x(minute) + 3), 8, worked))}
  </svg>`;
}

const renderTheft = (x: number, y: number, worked: boolean): Html =>
  worked
    ? html`<path class="line bad thin" d="M${x - 2.5} ${y - 2.5}l5 5m0 -5l-5 5" />`
    : html`<circle class="line good thin" cx="${x}" cy="${y}" r="2.4" />`;

const round = (value: number): number => Math.round(value * 10) / 10;
