import { logLine } from "../../lambda/revoke-sessions/log";
import type { Revoked } from "../../lambda/revoke-sessions/incident";
import type { Outcome } from "../../src/contract/outcome-line";
import { NOT_REVOKED, NOT_REVOKED_REASONS } from "../../src/contract/reasons";

/** The line that the function logs for a finding. */
export function outcomeLine(
  outcome: object,
  written: { readonly lastSeen?: string; readonly writtenAt?: string; readonly verification?: string } = {},
): string {
  const { lastSeen, writtenAt, verification } = written;
  const revoked = {
    kind: "revoked",
    moved: true,
    finding: { activity: { lastSeen } },
    writtenAt: writtenAt && new Date(writtenAt),
    verification: { state: verification },
  } as unknown as Revoked;
  return logLine(outcome as Outcome, verification ? revoked : undefined, new Date("2026-03-01T12:10:41Z"));
}

/** Lines as the function logs them: one of each outcome, and one for each reason. */
export const OUTCOME_LINES = {
  revoked: outcomeLine(
    { outcome: "revoked" },
    { lastSeen: "2026-03-01T12:00:00Z", writtenAt: "2026-03-01T12:10:30Z", verification: "verified" },
  ),
  notKept: outcomeLine(
    { outcome: "revoked", needsPerson: true },
    { writtenAt: "2026-03-01T12:10:30Z", verification: "not-kept" },
  ),
  alreadyRevoked: outcomeLine({ outcome: "already-revoked" }),
  notRevoked: NOT_REVOKED_REASONS.map((reason) =>
    outcomeLine({ outcome: "not-revoked", reason, needsPerson: NOT_REVOKED[reason] !== "routine" }),
  ),
};
