/** Something to measure, and its name in the table. */
export interface Contender {
  readonly name: string;
  /** Runs once; resolves with the measurement, in the unit of the comparison. */
  readonly run: () => Promise<number>;
}

/** The measurements of one contender, summed up. */
export interface Figure {
  readonly name: string;
  readonly median: number;
  /** The median over the rounds of this contender's figure divided by the first contender's in the same round. */
  readonly ratio: number;
}

/**
 * Measures contenders in turn, round by round, so that whatever else the machine does hits all of them alike.
 *
 * Absolute figures mean nothing on a shared machine: only the ratios to the first contender, the floor, are quoted.
 *
 * @param rounds how often each runs; one more round before them is not counted.
 */
export async function compare(contenders: readonly [Contender, ...Contender[]], rounds: number): Promise<Figure[]> {
  const samples = contenders.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const measured = await contender.run();
      if (round > 0) samples[index]!.push(measured);
    }
  }
  return contenders.map(({ name }, index) => ({
    name,
    median: median(samples[index]!),
    ratio: median(samples[index]!.map((sample, round) => sample / samples[0]![round]!)),
  }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
