import { column, fold, type Paint } from "../print/terminal";
import type { ReplaySummary } from "./summary";

/** A row of the table: a replay, or something that could not be replayed. */
export type TableRow = ReplaySummary | { readonly file: string; readonly problem: string };

const WIDTHS = { matched: 8, outcome: 15, reason: 22 };

/**
 * Writes replays as a table: file, whether a rule matched, outcome, reason; below it the setting that decided, and the
 * mail's subject.
 *
 * @param columns the width of the terminal: in a narrow one, long names are cut. Undefined cuts none.
 */
export function renderTable(rows: readonly TableRow[], paint: Paint, columns: number | undefined): string {
  const longest = Math.max(...rows.map(({ file }) => file.length), "file".length);
  const room = (columns ?? Infinity) - WIDTHS.matched - WIDTHS.outcome - WIDTHS.reason - 3;
  const width = Math.min(longest, Math.max(room, 12));
  const cells = (file: string, matched: string, outcome: string, reason: string): string =>
    `${column(file, width)} ${column(matched, WIDTHS.matched)} ${column(outcome, WIDTHS.outcome)} ${reason}`.trimEnd();

  const lines = rows.flatMap((row) => {
    if ("problem" in row) {
      return [cells(row.file, "-", "not usable", ""), ...fold(row.problem, "    ").map(paint.bad)];
    }
    const { file, matched, outcome, reason, hint, mailSubject } = row;
    const isShort = reason.length <= WIDTHS.reason;
    return [
      cells(file, matched ? "yes" : "no", outcome, isShort ? reason : ""),
      ...(isShort ? [] : fold(reason, "    ")),
      ...(hint === undefined ? [] : fold(hint, "    ")),
      ...(mailSubject === undefined ? [] : fold(`mail: ${mailSubject}`, "    ").map(paint.faint)),
    ];
  });
  return [paint.strong(cells("file", "matched", "outcome", "reason")), ...lines, "", total(rows)].join("\n");
}

function total(rows: readonly TableRow[]): string {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const kind = "problem" in row ? "not usable" : row.matched ? row.outcome : "matched by no rule";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return `${rows.length} findings: ${[...counts].map(([kind, number]) => `${number} ${kind}`).join(", ")}`;
}
