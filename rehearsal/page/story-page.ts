import type { Measured } from "../measure/measure";
import { SIEGE_HOURS } from "../measure/siege";
import { claimsOf, type Run } from "../play/run";
import type { InvocationFact, RuleFact } from "../play/scene";
import { waitNote } from "../play/verification-wait";
import { renderAccess } from "./access-picture";
import { renderInvocations } from "./calls";
import { renderPage, type Section } from "./document";
import { type Figure, renderFigures } from "./figures";
import { html, type Html } from "./html";
import { renderMails } from "./mails";
import { dateAndTime } from "./moment";
import { renderPolicies } from "./policies";
import { renderSiege } from "./siege-plot";
import { renderTimeline } from "./timeline";

/**
 * The page of a rehearsal: the same run that the terminal prints, for people who would rather look.
 *
 * @param measured undefined if nothing was: for a run with a claim that does not hold, and for that of an organization.
 */
export function storyPage(run: Run, measured: Measured | undefined): string {
  const facts = run.scenes.flatMap((scene) => scene.facts);
  const sections: (Section | undefined)[] = [
    sectionOf("access", "Who may do what", measured && renderAccess(measured.access)),
    sectionOf("siege", `${SIEGE_HOURS} hours of siege`, measured && renderSiege(measured.siege, run)),
    { id: "timeline", title: "What happened", body: renderTimeline(run.scenes, run.startedAt) },
    sectionOf("mails", "The mails, as they arrive", renderMails(facts)),
    sectionOf("policy", "The policy", renderPolicies(facts)),
    sectionOf("calls", "The function's calls to AWS", renderInvocations(facts)),
    { id: "limits", title: "What this does not show", body: renderLimits(run, measured) },
  ];
  return renderPage({
    title: "Stolen credentials, rehearsed",
    lead: renderLead(run),
    sections: sections.flatMap((section) => section ?? []),
    footer: html`<p>Written by <code>npm run rehearse -- --html FILE</code> on ${dateAndTime(run.startedAt)}.</p>`,
  });
}

const sectionOf = (id: string, title: string, body: Html | undefined): Section | undefined =>
  body && { id, title, body };

function renderLead(run: Run): Html {
  const { accountId, region, scope, repeatScope } = run;
  const claims = claimsOf(run);
  const broken = claims.filter((claim) => !claim.holds);
  return html`<p class="lead">
      A thief takes the credentials of a machine in AWS and uses them elsewhere. GuardDuty, AWS's service that watches
      accounts for attacks, reports it, and the response denies the stolen sessions. This page shows it with what was
      synthesized for account ${accountId}, ${region}, scope <code>${scope}</code>${
        repeatScope === scope ? undefined : html`, for repeats <code>${repeatScope}</code>`
      }.
    </p>
    <p class="verdict">
      ${
        broken.length === 0
          ? html`<strong class="good">✓ All ${claims.length} claims hold.</strong>`
          : html`<strong class="bad">✕ ${broken.length} of ${claims.length} claims do not hold.</strong> ${broken.map(
                ({ text, why }) => html`${text}: ${why} `,
              )}`
      }
    </p>
    ${renderFigures(figuresOf(run))}`;
}

/** What is worth a glance, as far as the run came to it. */
function figuresOf({ scenes }: Run): Figure[] {
  const facts = scenes.flatMap((scene) => scene.facts);
  const rule = facts.find((fact): fact is RuleFact => fact.kind === "rule");
  const invocation = facts.find((fact): fact is InvocationFact => fact.kind === "invocation");
  const write = invocation?.invoked.calls.find(({ action, status }) => action === "PutRolePolicy" && status === 200);
  const taken = write && write.receivedAt.getTime() + (write.milliseconds ?? 0);
  const mails = facts.filter((fact) => fact.kind === "mail").length;
  return [
    ...(rule && taken !== undefined
      ? [
          {
            value: `${taken - rule.outcome.receivedAt.getTime()} ms`,
            meaning: "from the finding to the policy on the role, on this machine, cold",
          },
        ]
      : []),
    ...(invocation
      ? [{ value: invocation.invoked.calls.length, meaning: "calls to AWS that the function makes for it" }]
      : []),
    { value: mails, meaning: "mails that tell people what happened" },
  ];
}

function renderLimits({ wait }: Run, measured: Measured | undefined): Html {
  const note = waitNote(wait);
  return html`<ul>
    <li>
      Everything was played on one machine, against a local AWS. On AWS the function has less of a CPU, and IAM takes
      about four seconds to enforce a change.
    </li>
    <li>Sessions and events are dated, not waited for.</li>
    ${note && html`<li>${note}</li>`}
    ${
      measured &&
      html`<li>
        In the siege GuardDuty loses no time, and every instance renews its credentials each hour. Software that keeps
        running may use the old ones for up to six hours.
      </li>`
    }
  </ul>`;
}
