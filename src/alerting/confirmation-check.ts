import type { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { TerraformElement } from "cdktf";
import type { Construct } from "constructs";

/**
 * A check of Terraform that names, at every plan and apply, the addresses that nobody has confirmed and that are therefore mailed
 * nothing. It warns, and stops nothing. `cdktf synth --hcl` cannot write checks and leaves it out.
 *
 * @see https://developer.hashicorp.com/terraform/language/checks
 */
export class ConfirmationCheck extends TerraformElement {
  private readonly subscriptions: SnsTopicSubscription[] = [];

  constructor(scope: Construct, id: string) {
    super(scope, id, "check");
  }

  /** Looks at one more subscription. */
  add(subscription: SnsTopicSubscription): void {
    this.subscriptions.push(subscription);
  }

  override toTerraform(): object {
    if (this.subscriptions.length === 0) return {};
    const addresses = this.subscriptions.map(
      ({ terraformResourceType, friendlyUniqueId }) => `${terraformResourceType}.${friendlyUniqueId}`,
    );
    return { check: { [this.friendlyUniqueId]: { assert: [everybodyHasConfirmed(`[${addresses.join(", ")}]`)] } } };
  }
}

/**
 * The assertion that all subscriptions of a list are confirmed.
 *
 * @param subscriptions an expression of Terraform: a list of `aws_sns_topic_subscription`.
 */
export function everybodyHasConfirmed(subscriptions: string): { condition: string; error_message: string } {
  const unconfirmed = `[for subscription in ${subscriptions} : subscription.endpoint if subscription.pending_confirmation]`;
  return {
    condition: `\${length(${unconfirmed}) == 0}`,
    error_message:
      `Nobody has confirmed the subscription of \${join(", ", ${unconfirmed})}, so no alert, report or alarm is mailed there. Confirm it ` +
      "with the token of AWS's mail: aws sns confirm-subscription --topic-arn TOPIC_ARN --token TOKEN " +
      "--authenticate-on-unsubscribe true. If the token has expired, replace the subscription to get a new mail.",
  };
}
