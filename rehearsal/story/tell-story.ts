import { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import type { Deployment } from "../../local-aws/terraform/deployment";
import { type Run, stageOf, type Telling } from "../play/run";
import type { Scene } from "../play/scene";

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
  const stage = stageOf(deployment);
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
