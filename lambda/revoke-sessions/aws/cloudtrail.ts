import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";

import type { Trail } from "../look-up";
import { readTrailEvent } from "../trail-event";
import { clientConfiguration, type CredentialSource } from "./client";

/** CloudTrail throttles early, and whoever asks page by page knows better when to ask again. */
const ATTEMPTS = 2;

/** The event history of a region, in the account that the credentials are for. */
export function eventHistory(credentials: CredentialSource, region: string, abortSignal: AbortSignal): Trail {
  const cloudTrail = new CloudTrailClient({ ...clientConfiguration(credentials, region), maxAttempts: ATTEMPTS });
  return {
    async lookUp({ attribute, since, nextToken, pageSize }) {
      const command = new LookupEventsCommand({
        LookupAttributes: attribute && [{ AttributeKey: attribute.key, AttributeValue: attribute.value }],
        StartTime: since,
        NextToken: nextToken,
        MaxResults: pageSize,
      });
      const { Events = [], NextToken } = await cloudTrail.send(command, { abortSignal });
      return { events: Events.flatMap((event) => readTrailEvent(event) ?? []), nextToken: NextToken };
    },
  };
}
