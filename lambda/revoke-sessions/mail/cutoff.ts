import type { Revoked } from "../incident";

/** A cut-off of this function lies half a minute ahead of the write; clocks differ a little. */
const MARGIN_MILLISECONDS = 60_000;

/** Whether sessions yet to come are denied too: somebody else has written a policy that the function leaves alone. */
export const deniesAhead = ({ cutoff, handledAt }: Revoked): boolean =>
  cutoff.getTime() > handledAt.getTime() + MARGIN_MILLISECONDS;
