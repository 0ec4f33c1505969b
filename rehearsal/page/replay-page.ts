import type { Stage } from "../play/run";
import { waitNote } from "../play/verification-wait";
import type { UnusableInput } from "../replay/finding-input";
import type { Replay } from "../replay/replay";
import { summarize } from "../replay/summary";
import { renderInvocations } from "./calls";
import { renderPage } from "./document";
import { renderFigures } from "./figures";
import { html, type Html } from "./html";
import { renderMails } from "./mails";
import { dateAndTime } from "./moment";
import { renderPolicies } from "./policies";
import { renderFact } from "./timeline";

type Replayed = Replay | UnusableInput;

/** The page of replayed findings: what would have happened to each, first at a glance. */
export function replayPage(stage: Stage, replayed: readonly Replayed[]): string {
  const { scope, wait, startedAt } = stage;
  return renderPage({
    title: "GuardDuty findings, replayed",
    lead: html`<p class="lead">
        What the response would have done about ${count(replayed.length, "finding")}, as synthesized, scope
        <code>${scope}</code>: each was handed to it in the account that it names, with the role that it names.
      </p>
      ${renderFigures(outcomes(replayed).map(([meaning, value]) => ({ meaning, value })))}`,
    sections: [
      { id: "glance", title: "At a glance", body: renderTable(replayed) },
      { id: "findings", title: "Finding by finding", body: replayed.map(renderReplayed) },
      {
        id: "limits",
        title: "What this does not show",
        body: html`<ul>
          <li>Everything was played on one machine, against a local AWS: nothing was asked of the real account.</li>
          <li>The roles, their users and instances are supposed from the findings; each finding says what.</li>
          ${[waitNote(wait) ?? []].flat().map((note) => html`<li>${note}</li>`)}
        </ul>`,
      },
    ],
    footer: html`<p>
      Written by <code>npm run rehearse -- --finding … --html FILE</code> on ${dateAndTime(startedAt)}.
    </p>`,
  });
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;

/** How many ended in which way, the most frequent first. */
function outcomes(replayed: readonly Replayed[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const each of replayed) counts.set(outcomeOf(each), (counts.get(outcomeOf(each)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function outcomeOf(replayed: Replayed): string {
  if ("problem" in replayed) return "not usable";
  const { matched, outcome } = summarize(replayed);
  return matched ? outcome : "matched by no rule";
}

const renderTable = (replayed: readonly Replayed[]): Html =>
  html`<table class="pair">
    <thead>
      <tr>
        <th scope="col">Finding</th>
        <th scope="col">What the response does</th>
      </tr>
    </thead>
    <tbody>
      ${replayed.map(
        (each, index) =>
          html`<tr>
            <th scope="row">
              <a href="#finding-${index + 1}">${each.name}</a>
              <small>${"problem" in each ? undefined : text(each.event, "detail", "type")}</small>
            </th>
            <td>${"problem" in each ? renderProblem(each) : renderEnding(each)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

const renderProblem = ({ problem }: UnusableInput): Html =>
  html`<strong class="bad">✕ not usable</strong>: it ${problem}`;

function renderEnding(replay: Replay): Html {
  const { matched, outcome, reason, hint, mailSubject } = summarize(replay);
  if (!matched) {
    const why =
      reason === "detail.type" ? "no rule takes findings of its type" : `no rule takes it, because of its ${reason}`;
    return html`<strong>nothing</strong>: ${why}`;
  }
  const isDenied = outcome === "revoked" || outcome === "already-revoked";
  return html`${isDenied ? html`<strong class="good">✓ ${outcome}</strong>` : html`<strong>${outcome}</strong>`}${
    reason && `: ${reason}`
  }${[hint, mailSubject && `Mail: ${mailSubject}`].flatMap((line) => line ?? []).map((line) => html`<small>${line}</small>`)}`;
}

function renderReplayed(replayed: Replayed, index: number): Html {
  const heading = html`<h3 id="finding-${index + 1}">${replayed.name}</h3>`;
  if ("problem" in replayed) {
    return html`<article>
      ${heading}
      <p>${renderProblem(replayed)}</p>
    </article>`;
  }
  const { facts, assumptions } = replayed;
  return html`<article>
    ${heading}
    <dl class="pairs">
      ${aboutFinding(replayed).map(
        ([what, value]) =>
          html`<div>
            <dt>${what}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${facts.filter(({ kind }) => kind !== "mail").map(renderFact)}
    ${assumptions.length > 0 ? html`<p><small>Supposed: ${assumptions.join("; ")}.</small></p>` : undefined}
    ${renderMails(facts)} ${renderPolicies(facts)} ${renderInvocations(facts)}
  </article>`;
}

/** What a finding says of itself, as far as it says it. */
function aboutFinding({ event }: Replay): [what: string, value: string][] {
  const said: [what: string, value: string | undefined][] = [
    ["Type", text(event, "detail", "type")],
    ["Severity", text(event, "detail", "severity")],
    ["Account", text(event, "detail", "accountId")],
    ["Region", text(event, "detail", "region")],
    ["Role", text(event, "detail", "resource", "accessKeyDetails", "userName")],
    ["Updated", text(event, "detail", "updatedAt")],
  ];
  return said.flatMap(([what, value]): [string, string][] => (value === undefined ? [] : [[what, value]]));
}

/** A text or a number in an event; undefined if there is none. */
function text(event: unknown, ...keys: string[]): string | undefined {
  const value = keys.reduce<unknown>(
    (part, key) => (typeof part === "object" && part !== null ? (part as Record<string, unknown>)[key] : undefined),
    event,
  );
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
