/** A clock of this machine may be ahead of AWS's by so much. */
export const CLOCK_MILLISECONDS = 60_000;
