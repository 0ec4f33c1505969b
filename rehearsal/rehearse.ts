import { EXAMPLE_ACCOUNT } from "../local-aws/api/account";
import type { Deployment } from "../local-aws/terraform/deployment";
import { readDeployment } from "../local-aws/terraform/read-deployment";
import { ResponseMode } from "../src/contract/environment";
import { measure } from "./measure/measure";
import type { Options } from "./options";
import { playOrganization } from "./organization/story";
import { replayPage } from "./page/replay-page";
import { storyPage } from "./page/story-page";
import { writePage } from "./page/write-page";
import { functionVariable } from "./play/function-variable";
import { RehearsalError } from "./play/rehearsal-error";
import { holds, stageOf, type Telling } from "./play/run";
import { inBrief } from "./print/in-brief";
import { inFull } from "./print/in-full";
import { asDocument } from "./print/machine-readable";
import { type Printer, standardPrinter } from "./print/printer";
import type { FindingInput } from "./replay/finding-input";
import { replayAll, replayOne } from "./replay/replay-findings";
import { playStory } from "./story/story";
import { tellStory } from "./story/tell-story";
import type { SynthesizedOutput } from "./synthesize";

/**
 * Plays the story on what was synthesized, or replays findings, prints it, and writes a page if one is asked for.
 *
 * @param inputs findings to replay in place of the story.
 * @returns the exit code: 1 if a claim of the story does not hold, 2 if a finding is not usable.
 */
export async function rehearse(
  { directory, milliseconds }: SynthesizedOutput,
  options: Options,
  inputs: readonly FindingInput[] | undefined,
): Promise<number> {
  const printer = standardPrinter(options.json);
  const deployment = readDeployment(directory, EXAMPLE_ACCOUNT);
  return inputs
    ? replayAndReport(directory, deployment, inputs, options, printer)
    : playAndReport(revoking(deployment), milliseconds, options, printer);
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
