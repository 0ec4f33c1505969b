import { standardPrinter } from "../rehearsal/print/printer";
// Beside the bundle in the published package, as it is beside this file here.
import { functionPackage } from "../src/revocation/function-package";
import { Clients } from "./aws/clients";
import { check } from "./check/check";
import { printResults } from "./check/print-results";
import { DrillError } from "./drill-error";
import { readOptions, USAGE } from "./options";

/** Runs the command and returns its exit code: 1 if something does not hold. */
async function main([word, ...parameters]: readonly string[]): Promise<number> {
  if (word !== "drill") throw new DrillError(`the first word must be drill; received ${word ?? "nothing"}\n\n${USAGE}`);
  const options = readOptions(parameters);
  if (options === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  const results = await check(new Clients(options), options, functionPackage().sha256);
  printResults(results, standardPrinter(options.json));
  return results.every(({ holds }) => holds) ? 0 : 1;
}

/** Says what went wrong: in one line if the user can mend it, with its stack trace if it is a bug. */
function report(error: unknown): number {
  console.error(error instanceof DrillError ? error.message : error);
  return 2;
}

// `drill | head` closes the pipe early; that is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

void main(process.argv.slice(2))
  .catch(report)
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
