import { type Printer, standardPrinter } from "../rehearsal/print/printer";
// Beside the bundle in the published package, as it is beside this file here.
import { functionPackage } from "../src/revocation/function-package";
import { Clients } from "./aws/clients";
import { isDenied, oneLine } from "./aws/errors";
import { check } from "./check/check";
import { printResults } from "./check/print-results";
import { DrillError } from "./drill-error";
import { type Options, readOptions, USAGE } from "./options";
import { printSteps } from "./print-steps";
import { runRevoke } from "./revoke/run";
import { runWiring } from "./wiring/run";

/** Runs the command and returns its exit code: 1 if something does not hold. */
async function main([word, ...parameters]: readonly string[]): Promise<number> {
  if (word !== "drill") throw new DrillError(`the first word must be drill; received ${word ?? "nothing"}\n\n${USAGE}`);
  const options = readOptions(parameters);
  if (options === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  return (await run(options, standardPrinter(options.json))) ? 0 : 1;
}

async function run(options: Options, printer: Printer): Promise<boolean> {
  const clients = new Clients(options);
  switch (options.command) {
    case "check": {
      const results = await check(clients, options, functionPackage().sha256);
      printResults(results, printer);
      return results.every(({ holds }) => holds);
    }
    case "wiring":
      return printSteps(runWiring(clients, options), printer);
    case "revoke":
      return printSteps(runRevoke(clients, options), printer);
  }
}

/** Says what went wrong: in one line if the user can mend it, with its stack trace if it is a bug. */
function report(error: unknown): number {
  if (error instanceof DrillError) console.error(error.message);
  else if (isDenied(error)) console.error(`these credentials lack a permission of docs/drill.md: ${oneLine(error)}`);
  else console.error(error);
  return 2;
}

// `drill | head` closes the pipe early; that is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 2));

void main(process.argv.slice(2))
  .catch(report)
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
