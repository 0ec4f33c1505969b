import type { Telling } from "../play/run";
import type { Printer } from "./printer";
import { renderScene } from "./timeline";
import { renderVerdict } from "./verdict";

/** For people who have never heard of the service. */
const INTRODUCTION = `GuardDuty is AWS's service that watches accounts for attacks. In one of them a
thief takes the credentials of a machine in AWS, and uses them elsewhere. Here
that is played with what was synthesized; "ok" marks what has to hold.`;

/** Prints every scene with all that was computed about it. */
export const inFull = ({ paint, text }: Printer): Telling => ({
  begin({ accountId, region, scope }) {
    text(`${paint.strong(`Rehearsal in account ${accountId}, ${region}, scope ${scope}`)}\n\n${INTRODUCTION}\n`);
  },
  scene(scene, number) {
    text(renderScene(scene, number, paint));
  },
  end(run) {
    for (const line of renderVerdict(run, paint)) text(line);
  },
});
