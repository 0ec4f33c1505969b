import type { Deployment } from "../../local-aws/terraform/deployment";
import { shortenWait, waitNote } from "../play/verification-wait";
import { factData } from "../print/machine-readable";
import type { Printer } from "../print/printer";
import { fold } from "../print/terminal";
import { renderFact } from "../print/timeline";
import type { FindingInput, ReplayedEvent, UnusableInput } from "./finding-input";
import { type Replay, replay } from "./replay";
import { renderTable, type TableRow } from "./replay-table";
import { summarize } from "./summary";

/**
 * Replays one event and prints all that would have happened.
 *
 * @param directory what `cdktf synth` wrote.
 */
export async function replayOne(
  directory: string,
  deployment: Deployment,
  event: ReplayedEvent,
  printer: Printer,
): Promise<Replay> {
  const { strong, faint } = printer.paint;
  const wait = shortenWait(deployment);
  const played = await replay(directory, event, wait.overrides);
  printer.text(strong(`Replay of ${played.name}`));
  for (const assumption of played.assumptions) {
    printer.text(fold(`assumed: ${assumption}`, "    ", "      ").map(faint).join("\n"));
  }
  for (const fact of played.facts) printer.text(`\n${renderFact(fact, printer.paint).join("\n")}`);
  const note = waitNote(wait);
  if (note) printer.text(`\n${fold(note, "").join("\n")}`);
  printer.document({ ...summarize(played), assumptions: played.assumptions, facts: played.facts.map(factData) });
  return played;
}

/** Replays several events, each in an account of its own, and prints a table. */
export async function replayAll(
  directory: string,
  deployment: Deployment,
  inputs: readonly FindingInput[],
  printer: Printer,
): Promise<(Replay | UnusableInput)[]> {
  const { overrides } = shortenWait(deployment);
  const replayed: (Replay | UnusableInput)[] = [];
  for (const input of inputs) {
    replayed.push("problem" in input ? input : await replay(directory, input, overrides));
  }
  const rows = replayed.map((each): TableRow =>
    "problem" in each ? { file: each.name, problem: each.problem } : summarize(each),
  );
  printer.text(renderTable(rows, printer.paint, printer.columns));
  printer.document({ findings: rows });
  return replayed;
}
