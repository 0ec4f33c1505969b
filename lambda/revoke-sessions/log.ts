import type { Result } from "./outcome";
import type { Incident, Revoked } from "./respond";

/**
 * The log's line about a finding that was handled: one line of JSON, which Lambda passes on as it is and of which metric
 * filters read the fields. Beside the result it holds `secondsToRevoke`, from when GuardDuty last saw the credentials
 * used to the write that denies them, and `verification`, how far the policy is known to be in place.
 *
 * @param incident what people were told; undefined where nobody had to be.
 */
export function logLine(result: Result, incident: Incident | undefined, now: Date): string {
  return JSON.stringify({
    level: "INFO",
    timestamp: now.toISOString(),
    message: "finding handled",
    ...result,
    ...(incident && "verification" in incident
      ? { secondsToRevoke: secondsToRevoke(incident), verification: incident.verification.state }
      : {}),
  });
}

/** Undefined where nothing was written, or the finding does not say when the credentials were last seen. */
function secondsToRevoke({ finding, writtenAt }: Revoked): number | undefined {
  const lastSeen = Date.parse(finding.activity.lastSeen ?? "");
  if (writtenAt === undefined || Number.isNaN(lastSeen)) return undefined;
  return Math.max(0, Math.round((writtenAt.getTime() - lastSeen) / 1_000));
}
