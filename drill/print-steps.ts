import type { Printer } from "../rehearsal/print/printer";
import { holds, renderDrillStep, type Step } from "./step";

/**
 * Prints a drill, step by step as it goes on; for machines as one JSON document in the end.
 *
 * @returns whether all of it holds.
 */
export async function printSteps(steps: AsyncIterable<Step>, printer: Printer): Promise<boolean> {
  const all: Step[] = [];
  try {
    for await (const step of steps) {
      all.push(step);
      printer.text(renderDrillStep(step, all.length, printer.paint));
    }
  } catch (error) {
    if (all.length > 0) console.error("The drill has ended half-way. What it may have left: drill check names it.");
    throw error;
  }
  const allHold = all.every(holds);
  printer.text(printer.paint.strong(allHold ? "All of it holds." : "It does not hold."));
  printer.document({ holds: allHold, steps: all });
  return allHold;
}
