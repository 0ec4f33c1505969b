import type { ReplaySummary } from "./replay";
import { column, fold, type Paint } from "../print/terminal";

/** A row of the table: a replay, or a file that could not be replayed. */
export type TableRow = ReplaySummary | { readonly file: string; readonly problem: string };

const WIDTHS = { file: 34, matched: 8, outcome: 15 };

/** Writes replays as a table of 80 columns: file, whether a rule matched, outcome, reason; below it the mail's subject. */
export function renderTable(rows: readonly TableRow[], paint: Paint): string {
  const counts = new Map<string, number>();
  const lines = rows.flatMap((row) => {
    if ("problem" in row) {
      count(counts, "not usable");
      return [cells(row.file, "-", "not usable", ""), ...fold(row.problem, "    ").map(paint.bad)];
    }
    const { file, matched, outcome, reason, mailSubject } = row;
    count(counts, matched ? outcome : "matched by no rule");
    const isShort = reason.length <= 80 - WIDTHS.file - WIDTHS.matched - WIDTHS.outcome - 3;
    return [
      cells(file, matched ? "yes" : "no", outcome, isShort ? reason : ""),
      ...(isShort ? [] : fold(reason, "    ")),
      ...(mailSubject === undefined ? [] : fold(`mail: ${mailSubject}`, "    ").map(paint.faint)),
    ];
  });
  const total = [...counts].map(([outcome, number]) => `${number} ${outcome}`).join(", ");
  return [
    paint.strong(cells("file", "matched", "outcome", "reason")),
    ...lines,
    "",
    `${rows.length} files: ${total}`,
  ].join("\n");
}

function cells(file: string, matched: string, outcome: string, reason: string): string {
  return `${column(file, WIDTHS.file)} ${column(matched, WIDTHS.matched)} ${column(outcome, WIDTHS.outcome)} ${reason}`.trimEnd();
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
