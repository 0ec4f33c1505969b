import { setTimeout as sleep } from "node:timers/promises";

import { invokedIn, resultOf } from "../play/function-result";
import type { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import { claim, unlessDecided } from "../play/claim";
import { findingEvent, type Theft } from "./finding-event";
import type { Scene } from "../play/scene";
import { instanceSession, type Robbed, tryCall } from "./thief";

/** The thief robs the instance once more; the new credentials are younger than the cut-off. */
export async function theftAgain(
  local: LocalDeployment,
  robbed: Robbed,
  theft: Theft,
  firstCutoff: Date,
): Promise<Scene> {
  const who = "the thief, with newly stolen credentials";
  const stolen = instanceSession(robbed, firstCutoff, "stolen again");
  const working = await tryCall(local, who, stolen);

  // Cut-offs are whole seconds: one that was computed within the same second could not be seen to move.
  await sleep(1_010 - (Date.now() % 1_000));
  const again: Theft = { ...theft, stolen, count: 3, lastSeen: firstCutoff, publishedAt: new Date() };
  const outcomes = await local.send(findingEvent(local.account, again));
  const invoked = invokedIn(outcomes.flatMap((outcome) => outcome.deliveries));
  const cutoff = (invoked && resultOf(invoked)?.cutoff) ?? "nowhere";
  const moved = Date.parse(cutoff) > firstCutoff.getTime();
  const denied = await tryCall(local, who, stolen);

  return {
    title: "The thief robs the instance again, and GuardDuty sees the new key",
    facts: [working.fact, ...(invoked ? [{ kind: "invocation" as const, invoked }] : []), denied.fact],
    claims: [
      claim("newer credentials work at first", unlessDecided(working.decision, "allowed")),
      claim("the cut-off moves forward", moved ? undefined : `it went from ${firstCutoff.toISOString()} to ${cutoff}`),
      claim(
        "the newly stolen credentials are explicitly denied too",
        unlessDecided(denied.decision, "explicitly denied"),
      ),
    ],
  };
}
