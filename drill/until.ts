/**
 * Looks again and again until something is there.
 *
 * @param goesOn whether it is worth another look.
 * @param wait what comes between two looks.
 * @returns undefined if it is not worth looking any more.
 */
export async function until<Value>(
  look: () => Promise<Value | undefined>,
  goesOn: () => boolean,
  wait: () => Promise<void>,
): Promise<Value | undefined> {
  while (goesOn()) {
    const value = await look();
    if (value !== undefined) return value;
    await wait();
  }
  return undefined;
}
