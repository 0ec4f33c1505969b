import type { Claim } from "../rehearsal/play/claim";
import { renderStep } from "../rehearsal/print/frame";
import { fold, type Paint } from "../rehearsal/print/terminal";

/** One step of a drill: what happened, and what it was to prove. */
export interface Step {
  readonly title: string;
  readonly facts: readonly string[];
  /** What was measured, for machines. */
  readonly seconds?: Readonly<Record<string, number>>;
  /** What somebody may want to run now. */
  readonly command?: string;
  readonly claims: readonly Claim[];
}

export const holds = ({ claims }: Step): boolean => claims.every((each) => each.holds);

/** Writes a step for people, in the form of a rehearsal's scenes. */
export function renderDrillStep({ title, facts, command, claims }: Step, number: number, paint: Paint): string {
  const happened = facts.flatMap((fact) => fold(fact, INDENT, `${INDENT}  `));
  // Never folded: it is to be copied.
  const toRun = command === undefined ? [] : [`${INDENT}  ${command}`];
  return renderStep(number, title, [...happened, ...toRun], claims, paint);
}

const INDENT = "    ";
