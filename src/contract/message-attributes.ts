import type { Outcome } from "./outcome-line";
import type { NotRevokedReason } from "./reasons";

/**
 * The attributes of each report that the topic delivers. A subscription's filter policy chooses by them; it passes over what has
 * none, which are the alerts that EventBridge mails, the alarms, and the mails of a {@link RevocationGuard}.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
 */
export interface MessageAttributes {
  /** `revoked` if the mail is about new credentials; `already-revoked` if what the finding names was denied before. */
  readonly outcome: Outcome["outcome"];
  /** Why nothing was revoked; left out if something was. */
  readonly reason?: NotRevokedReason;
  /** GuardDuty's severity of the finding, or the one that the deployment sets for its type; left out if neither is known. */
  readonly severity?: number;
  /** Id of the account that the finding is about; `unknown` if the finding does not say it. */
  readonly account: string;
  /** Whether a person has to act: `true` or `false`. */
  readonly "needs-a-person": "true" | "false";
}
