import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";

import { INCIDENT_DETAIL_TYPE, INCIDENT_SOURCE, type IncidentEvent } from "../../../src/contract/incident-event";
import { clientConfiguration, ownCredentials } from "./client";

const eventBridge = new EventBridgeClient(clientConfiguration(ownCredentials));

/** Puts the event about an incident on a bus. */
export async function putEvent(busArn: string, event: IncidentEvent, abortSignal: AbortSignal): Promise<void> {
  const entry = {
    EventBusName: busArn,
    Source: INCIDENT_SOURCE,
    DetailType: INCIDENT_DETAIL_TYPE,
    Detail: JSON.stringify(event),
    Time: new Date(event.handledAt),
    Resources: event.role?.arn ? [event.role.arn] : [],
  };
  const { FailedEntryCount, Entries } = await eventBridge.send(new PutEventsCommand({ Entries: [entry] }), {
    abortSignal,
  });
  const [result] = Entries ?? [];
  if (FailedEntryCount === 0 && result?.EventId) return;
  throw Object.assign(new Error(result?.ErrorMessage ?? `EventBridge did not say that ${busArn} took the event`), {
    name: result?.ErrorCode ?? "EventNotTaken",
  });
}
