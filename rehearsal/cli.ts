import { ResponseMode } from "../src/contract/environment";
import { REHEARSAL_ACCOUNT } from "../local-aws/api/account";
import { EventPatternError } from "../local-aws/eventbridge/matchers";
import { type Options, readOptions, USAGE } from "./options";
import { standardPrinter } from "./print/printer";
import { LocalAwsError } from "../local-aws/local-aws-error";
import { RehearsalError } from "./rehearsal-error";
import { isFolder, readEvent, readFolder } from "./replay/finding-input";
import { replayFolder, replayOne } from "./replay/replay-findings";
import { tellStory } from "./story/tell-story";
import { type SynthesizedOutput, synthesize } from "./synthesize";
import { ExpressionError } from "../local-aws/terraform/expression";
import { type Deployment, readDeployment } from "../local-aws/terraform/deployment";

/** Runs the command and returns its exit code: 1 where a claim of the story does not hold, 2 where a file is not usable. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  // Read before anything is synthesized: who names a wrong file should not have to wait.
  const { finding } = options;
  const folder = finding !== undefined && isFolder(finding) ? readFolder(finding, REHEARSAL_ACCOUNT) : undefined;
  const single = finding !== undefined && folder === undefined ? readEvent(finding, REHEARSAL_ACCOUNT) : undefined;

  const printer = standardPrinter(options.json);
  const output = await outputOf(options);
  try {
    const deployment = readDeployment(output.directory, REHEARSAL_ACCOUNT);
    if (folder) return (await replayFolder(output, deployment, folder, printer)) ? 0 : 2;
    if (!single) return (await tellStory(output, revoking(deployment), printer)) ? 0 : 1;
    await replayOne(output, deployment, single, printer);
    return 0;
  } finally {
    output.remove();
  }
}

/** @throws RehearsalError where the deployment revokes nothing: the story would be of somebody else's. */
function revoking(deployment: Deployment): Deployment {
  if (deployment.functions.some(({ environment }) => environment["RESPONSE"] === ResponseMode.NOTIFY_ONLY)) {
    throw new RehearsalError(
      `this deployment only notifies (response: ${ResponseMode.NOTIFY_ONLY}), so there is no revocation to play; see what it mails ` +
        "about a finding with --finding FILE, or rehearse with GUARDDUTY_RESPONSE_RESPONSE=revoke",
    );
  }
  return deployment;
}

async function outputOf({ synthesized, scope }: Options): Promise<SynthesizedOutput> {
  if (synthesized !== undefined) return { directory: synthesized, milliseconds: 0, remove: () => {} };
  return synthesize(scope === undefined ? {} : { GUARDDUTY_RESPONSE_SCOPE: scope });
}

/** Says what went wrong: in its own words where it is for the user to change, with its trace where it is a mistake of ours. */
function report(error: unknown): number {
  if (error instanceof RehearsalError || error instanceof LocalAwsError) {
    console.error(error.message);
    return 2;
  }
  const ofTheDeployment = error instanceof EventPatternError || error instanceof ExpressionError;
  console.error(ofTheDeployment ? `The rehearsal fails: ${error.message}` : error);
  return 1;
}

// Whoever reads only the first lines closes the pipe: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

void main()
  .catch(report)
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
