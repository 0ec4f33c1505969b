import type { StackJson } from "./synthesized-output";

/** What is broken in what was synthesized, and which claim then does not hold, and why. */
export type Mistake = [what: string, change: (stack: StackJson) => void, claim: RegExp, why: RegExp];

/** One mistake for each claim is enough to see that it can fail. */
export const oneOfEachClaim = (mistakes: readonly Mistake[]): Mistake[] =>
  mistakes.filter(
    ([, , claim], index) => mistakes.findIndex(([, , other]) => String(other) === String(claim)) === index,
  );
