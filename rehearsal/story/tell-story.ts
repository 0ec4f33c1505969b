import { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import type { Deployment } from "../../local-aws/terraform/deployment";
import { Scope } from "../../src/contract/environment";
import { functionVariable } from "../play/function-variable";
import type { Run, Stage, Telling } from "../play/run";
import type { Scene } from "../play/scene";
import { shortenWait } from "../play/verification-wait";

/**
 * Plays a story, and tells of it scene by scene.
 *
 * @param synthesisMilliseconds how long synthesizing took; 0 if the output was there already.
 */
export async function tellStory(
  deployment: Deployment,
  synthesisMilliseconds: number,
  telling: Telling,
  play: (local: LocalDeployment) => AsyncGenerator<Scene>,
): Promise<Run> {
  const started = performance.now();
  const { accountId, region, functions } = deployment;
  const scope = (functions[0] && functionVariable(functions[0], "SCOPE")) ?? Scope.ROLE;
  const stage: Stage = { accountId, region, scope, wait: shortenWait(deployment), startedAt: new Date() };
  const local = await LocalDeployment.start(deployment, stage.wait.overrides);
  const scenes: Scene[] = [];
  telling.begin(stage);
  try {
    for await (const scene of play(local)) {
      scenes.push(scene);
      telling.scene(scene, scenes.length);
    }
  } finally {
    await local.close();
  }
  const run: Run = { ...stage, scenes, synthesisMilliseconds, milliseconds: performance.now() - started };
  telling.end(run);
  return run;
}
