import type { Printer } from "../../rehearsal/print/printer";
import { fold } from "../../rehearsal/print/terminal";
import type { Result } from "./result";

/** Prints what the checks have found, and what to do; for machines as one JSON document. */
export function printResults(results: readonly Result[], printer: Printer): void {
  const { good, bad, strong } = printer.paint;
  for (const result of results) {
    const line = `${result.holds ? "ok  " : "NOT "} ${result.check}: ${result.what}`;
    printer.text(
      fold(line, "", "     ")
        .map(result.holds ? good : bad)
        .join("\n"),
    );
    // Never folded: it is to be copied.
    if (!result.holds) printer.text(`       ${result.mend}`);
  }
  const wrong = results.filter(({ holds }) => !holds).length;
  printer.text("");
  printer.text(strong(wrong === 0 ? "All of it holds." : `${wrong} of ${results.length} do not hold.`));
  printer.document({ holds: wrong === 0, results });
}
