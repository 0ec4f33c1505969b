import type { Revoked } from "../incident";

/** A cut-off of this function lies half a minute ahead of the write; clocks differ a little. */
const MARGIN_MILLISECONDS = 60_000;

/** Whether sessions yet to come are denied too by somebody else's policy, which the function leaves alone. */
export const deniesAhead = ({ plan, cutoff, handledAt }: Revoked): boolean =>
  plan.scope !== "instance" && cutoff.getTime() > handledAt.getTime() + MARGIN_MILLISECONDS;
