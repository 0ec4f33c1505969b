import { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import type { Deployment } from "../../local-aws/terraform/deployment";
import { Scope } from "../../src/contract/environment";
import type { Claim } from "../play/claim";
import { functionVariable } from "../play/function-variable";
import type { Scene } from "../play/scene";
import { shortenWait, waitNote } from "../play/verification-wait";
import { sceneData } from "../print/machine-readable";
import type { Printer } from "../print/printer";
import { fold } from "../print/terminal";
import { renderScene } from "../print/timeline";
import { playStory } from "./story";

/**
 * Plays the story and prints it, scene by scene or as one JSON document.
 *
 * @param synthesisMilliseconds how long synthesizing took; 0 if the output was there already.
 * @returns whether every claim holds.
 */
export async function tellStory(
  deployment: Deployment,
  synthesisMilliseconds: number,
  printer: Printer,
): Promise<boolean> {
  const started = performance.now();
  const { accountId, region, functions } = deployment;
  const scope = (functions[0] && functionVariable(functions[0], "SCOPE")) ?? Scope.ROLE;
  const wait = shortenWait(deployment);
  const local = await LocalDeployment.start(deployment, wait.overrides);
  const scenes: Scene[] = [];
  printer.text(`${printer.paint.strong(`Rehearsal in account ${accountId}, ${region}, scope ${scope}`)}\n`);
  try {
    for await (const scene of playStory(local)) {
      scenes.push(scene);
      printer.text(renderScene(scene, scenes.length, printer.paint));
    }
  } finally {
    await local.close();
  }

  const claims = scenes.flatMap((scene) => scene.claims);
  const milliseconds = performance.now() - started;
  const holds = claims.every((claim) => claim.holds);
  printVerdict(claims, synthesisMilliseconds, milliseconds, printer);
  for (const note of ["Sessions and events are dated, not waited for.", waitNote(wait)]) {
    if (note) printer.text(fold(note, "").join("\n"));
  }
  printer.document({
    holds,
    accountId,
    region,
    scope,
    verifyAfterSeconds: { deployed: wait.deployedSeconds, rehearsed: wait.rehearsedSeconds },
    synthesisMilliseconds: Math.round(synthesisMilliseconds),
    milliseconds: Math.round(milliseconds),
    scenes: scenes.map(sceneData),
  });
  return holds;
}

function printVerdict(claims: readonly Claim[], synthesisMilliseconds: number, milliseconds: number, printer: Printer) {
  const { good, bad } = printer.paint;
  const broken = claims.filter(({ holds }) => !holds);
  const seconds = (duration: number) => (duration / 1_000).toFixed(1);
  const times =
    synthesisMilliseconds > 0
      ? `Synthesized in ${seconds(synthesisMilliseconds)} s, played in ${seconds(milliseconds)} s.`
      : `Played in ${seconds(milliseconds)} s.`;
  if (broken.length === 0) printer.text(good(`All ${claims.length} claims hold. ${times}`));
  for (const { text, why } of broken) {
    printer.text(fold(`FAILED: ${text}: ${why}`, "", "  ").map(bad).join("\n"));
  }
}
