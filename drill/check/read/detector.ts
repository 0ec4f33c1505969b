import { GetDetectorCommand, ListDetectorsCommand } from "@aws-sdk/client-guardduty";

import type { Clients } from "../../aws/clients";
import type { ReadDetector } from "../judge/detector";

/** The detector of the clients' region; undefined if there is none. */
export async function readDetector(clients: Clients): Promise<ReadDetector | undefined> {
  const guardDuty = clients.guardDuty();
  const { DetectorIds: [id] = [] } = await guardDuty.send(new ListDetectorsCommand({}));
  if (id === undefined) return undefined;
  const detector = await guardDuty.send(new GetDetectorCommand({ DetectorId: id }));
  return { id, status: detector.Status, frequency: detector.FindingPublishingFrequency };
}
