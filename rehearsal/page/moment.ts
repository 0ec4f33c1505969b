/** A time of day in UTC, to the second. */
export const timeOfDay = (date: Date): string => date.toISOString().slice(11, 19);

/** A time in UTC, to the second. */
export const dateAndTime = (date: Date): string => `${date.toISOString().slice(0, 10)} ${timeOfDay(date)} UTC`;

/** How long after the beginning something was, in seconds. */
export const secondsAfter = (date: Date, begin: Date): string =>
  `${((date.getTime() - begin.getTime()) / 1_000).toFixed(2)} s`;

/** A part of a whole in percent. */
export const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);
