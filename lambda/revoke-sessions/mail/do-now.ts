import type { Incident, Verification } from "../incident";
import { startedByThief } from "../started-session";
import { ADVICE } from "./advice";
import { deniesAhead } from "./cutoff";
import { numbered, type Step } from "./step";
import { type StepName, STEPS } from "./steps";
import { printable, wrap } from "./text";

/** So many blocks of commands can be run by somebody who has just been woken. */
const MAX_STEPS = 3;

/** Whether it is over, by how far the policy is known to hold. */
const STATES: Readonly<Record<Verification["state"], string>> = {
  verified: "The stolen sessions are denied. What they did before is not undone, and the hole is still open.",
  restored:
    "The stolen sessions are denied, but somebody removed the policy once. What they did before is not undone, and the hole is " +
    "still open.",
  "not-kept": "NOT over: somebody removes the policy as fast as it is written.",
  "role-gone": "The stolen sessions are dead with their role. What they did before is not undone.",
  unverified: "The policy was written, but nobody has seen it in place since. See yourself.",
  "not-asked": "The policy was written, and not looked at since: this deployment does not. See yourself.",
};

/** What to do after a revocation, the most urgent first, by how far the policy is known to hold. */
const REVOKED_STEPS: Readonly<Record<Verification["state"], readonly StepName[]>> = {
  verified: ["others", "sessions", "isolate", "activity", "policy"],
  restored: ["others", "sessions", "policy", "isolate", "activity"],
  "not-kept": ["denyAll", "remover", "others", "sessions", "isolate"],
  "role-gone": ["others", "sessions", "deleter", "isolate", "activity"],
  unverified: ["others", "sessions", "policy", "isolate", "activity"],
  "not-asked": ["others", "sessions", "policy", "isolate", "activity"],
};

/** Whether it is over, and the first commands to run. */
export function doNow(incident: Incident): string[] {
  const { finding, configuration } = incident;
  const steps = stepsToDo(incident);
  const accountId = printable(finding.accountId ?? configuration.accountId, 20);
  return [
    ...wrap(state(incident)),
    ...(steps.length > 0 ? wrap(`Run with credentials of account ${accountId}, each block as a whole:`) : []),
    ...numbered(steps),
    `Runbook: ${configuration.runbook}`,
  ];
}

/** The first steps, the most urgent first. */
export const stepsToDo = (incident: Incident): Step[] =>
  stepNames(incident)
    .flatMap((name) => STEPS[name](incident) ?? [])
    .filter(({ commands }) => commands.length > 0)
    .slice(0, MAX_STEPS);

function stepNames(incident: Incident): readonly StepName[] {
  const names =
    incident.kind === "refused" ? ADVICE[incident.refusal.reason].steps : REVOKED_STEPS[incident.verification.state];
  // What was looked up has a section of its own, with the command.
  return incident.activity === undefined ? names : names.filter((name) => name !== "activity");
}

function state(incident: Incident): string {
  if (incident.kind === "refused") {
    return incident.attached.length > 0
      ? "NOT over: only some of the stolen sessions are denied."
      : ADVICE[incident.refusal.reason].state;
  }
  const others =
    incident.plan.foreign.length > 0 ? "NOT over: other principals' credentials are in the finding too. " : "";
  const started =
    startedByThief(incident).length > 0
      ? "NOT over: the thief started sessions of other roles, which still work. "
      : "";
  const ahead = deniesAhead(incident) ? " New sessions are denied as well: see WHAT WAS DONE." : "";
  return others + started + STATES[incident.verification.state] + ahead;
}
