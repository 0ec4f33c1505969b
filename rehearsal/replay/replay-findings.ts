import { factData } from "../print/machine-readable";
import type { Printer } from "../print/printer";
import { fold } from "../print/terminal";
import { renderFact } from "../print/timeline";
import type { Deployment } from "../../local-aws/terraform/deployment";
import { shortenWait, waitNote } from "../play/verification-wait";
import type { ReplayedEvent, UnusableFile } from "./finding-input";
import { replay, summarize } from "./replay";
import { renderTable, type TableRow } from "./replay-table";

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
): Promise<void> {
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
}

/**
 * Replays every event of a folder, each in an account of its own, and prints a table.
 *
 * @returns whether every file could be replayed.
 */
export async function replayFolder(
  directory: string,
  deployment: Deployment,
  files: readonly (ReplayedEvent | UnusableFile)[],
  printer: Printer,
): Promise<boolean> {
  const { overrides } = shortenWait(deployment);
  const rows: TableRow[] = [];
  for (const file of files) {
    if ("problem" in file) rows.push({ file: file.name, problem: file.problem });
    else rows.push(summarize(await replay(directory, file, overrides)));
  }
  printer.text(renderTable(rows, printer.paint));
  printer.document({ findings: rows });
  return !files.some((file) => "problem" in file);
}
