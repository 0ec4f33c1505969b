import { EXAMPLE_ACCOUNT } from "../local-aws/api/account";
import { LocalAwsError } from "../local-aws/local-aws-error";
import { type Options, readOptions, USAGE } from "./options";
import { checkPageFile } from "./page/write-page";
import { RehearsalError } from "./play/rehearsal-error";
import { type FindingInput, isFolder, readFindings, readFolder } from "./replay/finding-input";
import { ORGANIZATION_APP, type SynthesizedOutput, synthesize } from "./synthesize";

/** Runs the command and returns its exit code: 1 if a claim of the story does not hold, 2 if a finding is not usable. */
async function main(): Promise<number> {
  // npm starts the command in the project's folder. Relative paths are meant from where its user stands.
  process.chdir(process.env["INIT_CWD"] ?? process.cwd());
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  // Before anything is synthesized: a wrong file is reported at once.
  if (options.html !== undefined) checkPageFile(options.html);
  const inputs = options.finding === undefined ? undefined : readInputs(options.finding);

  const synthesis = outputOf(options);
  // Loaded while a process of its own synthesizes.
  const [{ rehearse }, output] = await Promise.all([import("./rehearse"), synthesis]);
  try {
    return await rehearse(output, options, inputs);
  } finally {
    output.remove();
  }
}

function readInputs(finding: string): FindingInput[] {
  return isFolder(finding) ? readFolder(finding, EXAMPLE_ACCOUNT) : readFindings(finding, EXAMPLE_ACCOUNT);
}

async function outputOf({ organization, synthesized, scope }: Options): Promise<SynthesizedOutput> {
  if (organization) return synthesize({}, ORGANIZATION_APP);
  if (synthesized !== undefined) return { directory: synthesized, milliseconds: 0, remove: () => {} };
  return synthesize(scope === undefined ? {} : { GUARDDUTY_RESPONSE_SCOPE: scope });
}

/** Says what went wrong: in one line if the user can mend it, with its stack trace if it is a bug. Returns the exit code. */
function report(error: unknown): number {
  const canBeMended = error instanceof RehearsalError || error instanceof LocalAwsError;
  console.error(canBeMended ? error.message : error);
  return 2;
}

// `rehearse | head` closes the pipe early; that is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 2));

void main()
  .catch(report)
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
