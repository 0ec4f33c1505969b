import type { Outcome } from "../../src/contract/outcome-line";
import { isNews, refusedAfter, revokedAfter } from "./aftermath";
import { parseFindings } from "./finding";
import type { Incident } from "./incident";
import { notRevokedOutcome, repeatedOutcome, revokedOutcome } from "./outcome";
import type { Dependencies } from "./ports";
import { type Answer, revoke } from "./revoke";

/** What became of what a finding says of one role: the logged outcome, and the incident that is reported, if any. */
export interface Handled {
  readonly outcome: Outcome;
  readonly incident?: Incident;
}

/** What `respond` returns: of an attack sequence with several roles the worst, and the others. */
export interface Responded extends Handled {
  readonly others: readonly Handled[];
}

/**
 * Handles one event: finding, triage, revocation, report. Each role of an attack sequence is handled by itself, and all are
 * reported in one mail.
 *
 * @returns what became of it, after everybody who asked for it has been told.
 * @throws InvalidEventError for anything but a finding in EventBridge's envelope; whatever AWS still answers with after
 * the retries. In both cases the event has to come back, or end in the queue.
 */
export async function respond(event: unknown, dependencies: Dependencies): Promise<Responded> {
  // Nothing else is looked at before every role is answered for: it would keep the processor from the last write.
  const answers = await all(parseFindings(event).map((finding) => revoke(finding, dependencies)));
  const handled = await all(answers.map((answer) => handle(answer, dependencies)));
  const [worst, ...others] = handled.sort((a, b) => urgency(a) - urgency(b));
  const [incident, ...otherIncidents] = [worst!, ...others].flatMap((each) => each.incident ?? []);
  if (incident) await dependencies.report(incident, otherIncidents);
  const [first, ...rest] = await Promise.all([worst!, ...others].map((each) => announced(each, dependencies)));
  return { ...first!, others: rest };
}

/** Looks at what there is to tell about what was done. */
async function handle(answer: Answer, dependencies: Dependencies): Promise<Handled> {
  if (answer.kind === "not-denied") {
    const incident = await refusedAfter(answer, dependencies);
    return { outcome: notRevokedOutcome(incident), incident };
  }
  if (answer.isRepeat && !dependencies.configuration.followSessions) return { outcome: repeatedOutcome(answer) };
  const incident = await revokedAfter(answer, dependencies);
  if (!isNews(incident)) return { outcome: repeatedOutcome(answer, incident.cutoff) };
  return { outcome: revokedOutcome(answer, incident), incident };
}

/**
 * Tells a machine of an incident that people have been told of, if there is one to tell.
 *
 * @returns the outcome with what became of that: nobody but a person can tell a machine what it missed.
 */
async function announced(handled: Handled, { configuration, announce }: Dependencies): Promise<Handled> {
  const { outcome, incident } = handled;
  if (incident === undefined || configuration.eventBusArn === undefined) return handled;
  return (await announce(incident))
    ? { ...handled, outcome: { ...outcome, event: "sent" } }
    : { ...handled, outcome: { ...outcome, event: "not-sent", needsPerson: true } };
}

/** Waits for all, so that no error interrupts another role's revocation, and then throws the first error. */
async function all<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** The place of an outcome among those of one finding: the smaller, the worse. */
function urgency({ outcome: { outcome, needsPerson } }: Handled): number {
  if (needsPerson) return outcome === "not-revoked" ? 0 : 1;
  return outcome === "already-revoked" ? 3 : 2;
}
