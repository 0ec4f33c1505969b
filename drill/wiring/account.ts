import { setTimeout as sleep } from "node:timers/promises";

import {
  CreateSampleFindingsCommand,
  type Finding,
  GetFindingsCommand,
  ListDetectorsCommand,
  ListFindingsCommand,
} from "@aws-sdk/client-guardduty";

import type { Clients } from "../aws/clients";
import { CLOCK_MILLISECONDS } from "../aws/clock";
import { lineAbout } from "../aws/outcomes";
import type { Deployed } from "../deployed";
import { DrillError } from "../drill-error";
import type { WiringAccount } from "./ports";

/**
 * The account that a drill of the wiring is run in, over AWS's SDK.
 *
 * @throws DrillError if GuardDuty is off.
 */
export async function wiringAccount(
  clients: Clients,
  { region, logGroupName }: Pick<Deployed, "region" | "logGroupName">,
): Promise<WiringAccount> {
  const guardDuty = clients.guardDuty();
  const { DetectorIds: [DetectorId] = [] } = await guardDuty.send(new ListDetectorsCommand({}));
  if (DetectorId === undefined) throw new DrillError(`GuardDuty is off in ${region}: drill check says more`);
  return {
    async createSample(type) {
      try {
        await guardDuty.send(new CreateSampleFindingsCommand({ DetectorId, FindingTypes: [type] }));
        return true;
      } catch (error) {
        if ((error as Error).name === "BadRequestException") return false;
        throw error;
      }
    },

    async sampleOf(type, since) {
      const updatedAt = { GreaterThanOrEqual: since.getTime() - CLOCK_MILLISECONDS };
      const FindingCriteria = { Criterion: { type: { Equals: [type] }, updatedAt } };
      const { FindingIds = [] } = await guardDuty.send(new ListFindingsCommand({ DetectorId, FindingCriteria }));
      if (FindingIds.length === 0) return undefined;
      const { Findings = [] } = await guardDuty.send(new GetFindingsCommand({ DetectorId, FindingIds }));
      return Findings.find(isSample)?.Id;
    },

    outcomeOf: (findingId, since) => lineAbout(clients, logGroupName, findingId, since),
    now: () => new Date(),
    wait: (seconds) => sleep(seconds * 1_000),
  };
}

/** The API has the mark in a text that holds JSON. */
const isSample = ({ Service }: Finding): boolean => /"sample":\s*"?true/.test(Service?.AdditionalInfo?.Value ?? "");
