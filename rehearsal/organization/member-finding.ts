import type { AwsAccount, Mail } from "../../local-aws/api/account";
import type { InvokedFunction, RuleOutcome } from "../../local-aws/deployment/local-deployment";
import { invokedIn } from "../play/function-result";
import { findingEvent, type Theft } from "../story/finding-event";
import type { Organization } from "./organization";

/** What became of a finding: at the rules of both regions, in mails of EventBridge, and in the function. */
export interface Handled {
  readonly outcomes: readonly RuleOutcome[];
  readonly alerts: readonly Mail[];
  readonly invoked?: InvokedFunction;
}

/** GuardDuty hands a member's finding to the administrator's account, in the region that it arose in. */
export async function publish({ local, security }: Organization, member: AwsAccount, theft: Theft): Promise<Handled> {
  const outcomes = await local.send({ ...findingEvent(member, theft), account: security.accountId });
  const deliveries = outcomes.flatMap((outcome) => outcome.deliveries);
  return {
    outcomes,
    alerts: deliveries.flatMap((delivery) => (delivery.kind === "mailed" ? delivery.mail : [])),
    invoked: invokedIn(deliveries),
  };
}

/** The same theft, as GuardDuty tells of it again. */
export const repeated = (theft: Theft): Theft => ({ ...theft, count: theft.count + 1, publishedAt: new Date() });
