/**
 * Chooses what comes next, out of several. Undefined means that from this state on everything was tried before: the run can
 * end here.
 *
 * @param state all on which anything that is still to come depends.
 */
export type Choose = (state: string, options: number) => number | undefined;

/**
 * Runs something once for each way in which its choices can fall, but no state twice.
 *
 * @param run starts anew each time; apart from its choices it must always do the same.
 * @returns how many runs there were.
 */
export async function inEveryOrder(run: (choose: Choose) => Promise<void>): Promise<number> {
  const seen = new Set<string>();
  const path: { chosen: number; readonly options: number }[] = [];
  let runs = 0;
  do {
    let depth = 0;
    await run((state, options) => {
      if (depth === path.length) {
        if (seen.has(state)) return undefined;
        seen.add(state);
        path.push({ chosen: 0, options });
      }
      return path[depth++]!.chosen;
    });
    runs++;
    while (path.length > 0 && path.at(-1)!.chosen === path.at(-1)!.options - 1) path.pop();
    if (path.length > 0) path.at(-1)!.chosen++;
  } while (path.length > 0);
  return runs;
}
