import fc from "fast-check";

import { PATIENT } from "./patience";

/** Where random cases begin unless somebody asks for others. */
const SEED = 20_261_125;

/** How many random cases a property is tried on: a few while somebody works on the code, all where there is time. */
export interface Cases {
  readonly quick: number;
  readonly full: number;
}

/**
 * Tries a property on random cases, the same ones in every run: `SEED=…` makes others, `CASES=…` more or fewer. A failure
 * prints the smallest case that shows it, and the seed.
 */
export async function onRandomCases<Case>(
  cases: fc.Arbitrary<Case>,
  { quick, full }: Cases,
  holds: (tried: Case) => Promise<void>,
): Promise<void> {
  const { SEED: seed = SEED, CASES: numRuns = PATIENT ? full : quick } = process.env;
  await fc.assert(fc.asyncProperty(cases, holds), { seed: Number(seed), numRuns: Number(numRuns) });
}
