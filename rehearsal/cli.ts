import { EXAMPLE_ACCOUNT } from "../local-aws/api/account";
import { LocalAwsError } from "../local-aws/local-aws-error";
import type { Deployment } from "../local-aws/terraform/deployment";
import { readDeployment } from "../local-aws/terraform/read-deployment";
import { ResponseMode } from "../src/contract/environment";
import { measure } from "./measure/measure";
import { type Options, readOptions, USAGE } from "./options";
import { playOrganization } from "./organization/story";
import { replayPage } from "./page/replay-page";
import { storyPage } from "./page/story-page";
import { checkPageFile, writePage } from "./page/write-page";
import { functionVariable } from "./play/function-variable";
import { RehearsalError } from "./play/rehearsal-error";
import { holds, stageOf, type Telling } from "./play/run";
import { inBrief } from "./print/in-brief";
import { inFull } from "./print/in-full";
import { asDocument } from "./print/machine-readable";
import { type Printer, standardPrinter } from "./print/printer";
import { type FindingInput, isFolder, readFindings, readFolder } from "./replay/finding-input";
import { replayAll, replayOne } from "./replay/replay-findings";
import { playStory } from "./story/story";
import { tellStory } from "./story/tell-story";
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

  const printer = standardPrinter(options.json);
  const output = await outputOf(options);
  try {
    const deployment = readDeployment(output.directory, EXAMPLE_ACCOUNT);
    if (inputs) return await replayAndReport(output.directory, deployment, inputs, options, printer);
    return await playAndReport(revoking(deployment), output.milliseconds, options, printer);
  } finally {
    output.remove();
  }
}

async function playAndReport(
  deployment: Deployment,
  synthesisMilliseconds: number,
  options: Options,
  printer: Printer,
): Promise<number> {
  const play = options.organization ? playOrganization : playStory;
  const run = await tellStory(deployment, synthesisMilliseconds, tellingOf(options, printer), play);
  if (options.html !== undefined) {
    writePage(
      options.html,
      storyPage(run, holds(run) && !options.organization ? await measure(deployment) : undefined),
    );
    printer.text(`The page is ${options.html}.`);
  }
  return holds(run) ? 0 : 1;
}

async function replayAndReport(
  directory: string,
  deployment: Deployment,
  inputs: readonly FindingInput[],
  options: Options,
  printer: Printer,
): Promise<number> {
  const [first, ...others] = inputs;
  const isOne = first && !("problem" in first) && others.length === 0 && !options.brief;
  const replayed = isOne
    ? [await replayOne(directory, deployment, first, printer)]
    : await replayAll(directory, deployment, inputs, printer);
  if (options.html !== undefined) {
    writePage(options.html, replayPage(stageOf(deployment), replayed));
    printer.text(`The page is ${options.html}.`);
  }
  return replayed.some((each) => "problem" in each) ? 2 : 0;
}

function tellingOf({ brief, json }: Options, printer: Printer): Telling {
  if (json) return asDocument(printer);
  return brief ? inBrief(printer) : inFull(printer);
}

function readInputs(finding: string): FindingInput[] {
  return isFolder(finding) ? readFolder(finding, EXAMPLE_ACCOUNT) : readFindings(finding, EXAMPLE_ACCOUNT);
}

/** The deployment, if it revokes sessions; throws a `RehearsalError` if it only notifies, because the story is about a revocation. */
function revoking(deployment: Deployment): Deployment {
  if (deployment.functions.some((each) => functionVariable(each, "RESPONSE") === ResponseMode.NOTIFY_ONLY)) {
    throw new RehearsalError(
      `this deployment only notifies (response: ${ResponseMode.NOTIFY_ONLY}), so there is no revocation to play; see what it mails ` +
        "about a finding with --finding FILE, or rehearse with GUARDDUTY_RESPONSE_RESPONSE=revoke",
    );
  }
  return deployment;
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
