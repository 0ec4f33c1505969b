import { claimsOf, type Run } from "../play/run";
import { waitNote } from "../play/verification-wait";
import { fold, type Paint } from "./terminal";

/** Whether every claim holds or which do not, how long it took, and what was not as it is on AWS. */
export function renderVerdict(run: Run, paint: Paint): string[] {
  return [...renderClaims(run, paint), ...notesOn(run).flatMap((note) => fold(note, ""))];
}

/** What the rehearsal does in another way than AWS does it. */
const notesOn = ({ wait }: Run): string[] =>
  ["Sessions and events are dated, not waited for.", waitNote(wait) ?? []].flat();

function renderClaims(run: Run, paint: Paint): string[] {
  const { synthesisMilliseconds, milliseconds } = run;
  const claims = claimsOf(run);
  const broken = claims.filter((claim) => !claim.holds);
  const times =
    synthesisMilliseconds > 0
      ? `Synthesized in ${seconds(synthesisMilliseconds)} s, played in ${seconds(milliseconds)} s.`
      : `Played in ${seconds(milliseconds)} s.`;
  return broken.length === 0
    ? [paint.good(`All ${claims.length} claims hold. ${times}`)]
    : broken.flatMap(({ text, why }) => fold(`FAILED: ${text}: ${why}`, "", "  ").map(paint.bad));
}

/** A duration in seconds, as people read it. */
export const seconds = (milliseconds: number): string => (milliseconds / 1_000).toFixed(1);
