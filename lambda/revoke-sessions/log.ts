import type { IncidentEvent } from "../../src/contract/incident-event";
import {
  type ActivityCounts,
  type FollowedCounts,
  type Outcome,
  OUTCOME_MESSAGE,
  type OutcomeLine,
} from "../../src/contract/outcome-line";
import type { LookedUp } from "./activity";
import type { Following } from "./followed";
import type { Incident, Revoked } from "./incident";

/**
 * The log's line about a finding that was handled: one line of JSON, which Lambda passes on as it is.
 *
 * @param incident what people were told; undefined if nobody had to be.
 */
export function logLine(outcome: Outcome, incident: Incident | undefined, now: Date): string {
  const line: OutcomeLine = {
    level: "INFO",
    timestamp: now.toISOString(),
    message: OUTCOME_MESSAGE,
    ...outcome,
    ...(incident?.kind === "revoked" && {
      secondsToRevoke: secondsToRevoke(incident),
      verification: incident.verification.state,
    }),
    ...(incident?.activity?.kind === "looked-up" && { activity: countsOf(incident.activity) }),
    ...(incident?.kind === "revoked" && incident.following && { followed: followedCountsOf(incident.following) }),
  };
  return JSON.stringify(line);
}

/** The log's line about an incident's event that the bus did not take: all of it, so that it can be put there by hand. */
export function lostEventLine(event: IncidentEvent, error: unknown, now: Date): string {
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return JSON.stringify({ level: "ERROR", timestamp: now.toISOString(), message: "event not sent", why, event });
}

/** Undefined if nothing was written, or the finding does not say when the credentials were last seen. */
function secondsToRevoke({ finding, moved, writtenAt }: Revoked): number | undefined {
  const lastSeen = Date.parse(String(finding.activity.lastSeen));
  if (!moved || writtenAt === undefined || Number.isNaN(lastSeen)) return undefined;
  return Math.max(0, Math.round((writtenAt.getTime() - lastSeen) / 1_000));
}

function countsOf({ calls, denied, changed, sessions, regions }: LookedUp): ActivityCounts {
  return {
    calls,
    denied: denied.reduce((sum, { count }) => sum + count, 0),
    changes: changed.reduce((sum, { count }) => sum + count, 0),
    sessions: sessions.length,
    complete: regions.every(({ shortfall }) => shortfall === undefined),
  };
}

const followedCountsOf = ({ sessions }: Following): FollowedCounts => ({
  denied: sessions.filter(({ end }) => end.kind === "denied").length,
  notDenied: sessions.filter(({ end }) => end.kind === "open").length,
});
