import type { KeyActivity } from "./activity";
import { messageOf } from "./enforce";
import type { Finding } from "./finding";
import type { Dependencies } from "./ports";
import type { Stolen } from "./stolen";
import { actsIn } from "./triage";

/** So much of the function's time is left for the mail. */
export const MAIL_SECONDS = 10;

/** The mail waits so long for what CloudTrail has, at most. */
const MAX_LOOK_UP_SECONDS = 15;

/**
 * What stolen credentials were used for; undefined if this deployment does not look, or has nothing to look for here. It never
 * throws, and always leaves time for the mail.
 *
 * @param stolen by default those of the finding.
 */
export async function activityInTime(
  finding: Finding,
  { configuration, accountOf, secondsLeft }: Dependencies,
  stolen?: Stolen,
): Promise<KeyActivity | undefined> {
  if (!configuration.activity || finding.sample || !actsIn(configuration, finding.accountId)) return undefined;
  const seconds = Math.min(MAX_LOOK_UP_SECONDS, secondsLeft() - MAIL_SECONDS);
  if (seconds <= 0) return { kind: "unknown", why: "no time was left" };
  return accountOf(finding)
    .then((account) => account.lookUpActivity(finding, seconds, stolen))
    .catch((error: unknown): KeyActivity => ({ kind: "unknown", why: messageOf(error) }));
}
