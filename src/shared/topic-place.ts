import { Fn } from "cdktf";

import type { Place } from "./place";

/**
 * The precondition that a topic lies where a provider deploys to: SNS answers only in the topic's region, and EventBridge
 * publishes only to topics of the rule's region.
 *
 * @param what stands there: `the function`.
 */
export function topicIsWhere(
  what: string,
  topicArn: string,
  { partition, region, accountId }: Place,
): { readonly condition: string; readonly errorMessage: string } {
  return {
    condition: Fn.startswith(topicArn, `arn:${partition}:sns:${region}:${accountId}:`).toString(),
    errorMessage: `The topic must be in region ${region} of account ${accountId}, like ${what}; received ${topicArn}.`,
  };
}
