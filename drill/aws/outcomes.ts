import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";

import { OUTCOME_MESSAGE, type OutcomeLine } from "../../src/contract/outcome-line";
import type { Clients } from "./clients";
import { CLOCK_MILLISECONDS } from "./clock";
import { unlessMissing } from "./errors";
import { allPages } from "./pages";

/** What the function has logged about the findings that it handled since a time; nothing if it has no log. */
export async function readOutcomes(clients: Clients, logGroupName: string, since: Date): Promise<OutcomeLine[]> {
  const events = await unlessMissing(
    allPages(async (nextToken) => {
      const command = new FilterLogEventsCommand({
        logGroupName,
        startTime: since.getTime(),
        filterPattern: `"${OUTCOME_MESSAGE}"`,
        nextToken,
      });
      const page = await clients.logs().send(command);
      return { items: page.events, next: page.nextToken };
    }),
  );
  return (events ?? []).flatMap(({ message = "" }) => outcomeLine(message) ?? []);
}

/** What the function has logged about one finding since a time; undefined if it has not yet. */
export async function lineAbout(
  clients: Clients,
  logGroupName: string,
  findingId: string,
  since: Date,
): Promise<OutcomeLine | undefined> {
  const lines = await readOutcomes(clients, logGroupName, new Date(since.getTime() - CLOCK_MILLISECONDS));
  return lines.find((line) => line.findingId === findingId);
}

function outcomeLine(message: string): OutcomeLine | undefined {
  try {
    const line = JSON.parse(message) as OutcomeLine;
    return line.message === OUTCOME_MESSAGE ? line : undefined;
  } catch {
    return undefined;
  }
}
