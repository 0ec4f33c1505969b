import { readFileSync } from "node:fs";
import { join } from "node:path";

import { LocalDeployment } from "../../../local-aws/deployment/local-deployment";
import type { Deployment } from "../../../local-aws/terraform/deployment";
import { readDeployment } from "../../../local-aws/terraform/read-deployment";
import type { AccessChange } from "../../../rehearsal/measure/access";
import { measure, type Measured } from "../../../rehearsal/measure/measure";
import { playSieges } from "../../../rehearsal/measure/play-siege";
import { COMPARED, type Course, SIEGE } from "../../../rehearsal/measure/siege";
import { renderPicture } from "../../../rehearsal/page/picture";
import { PROJECT } from "../../../scripts/project-files";
import { SynthesizedOutputs } from "../support/synthesized-output";

jest.setTimeout(120_000);

let outputs: SynthesizedOutputs;
let deployment: Deployment;
let measured: Measured;
beforeAll(async () => {
  outputs = SynthesizedOutputs.create();
  deployment = readDeployment(outputs.original, "111122223333");
  measured = await measure(deployment);
});
afterAll(() => outputs.remove());

const effects = (changes: readonly AccessChange[], when: "before" | "after") =>
  changes.map((change) => [`${change.who} ${change.credentials}`, change[when].effect]);

test("everybody may call before the finding is handled, and afterwards those with new credentials", () => {
  expect(new Set(effects(measured.access, "before").map(([, effect]) => effect))).toEqual(new Set(["allowed"]));
  expect(effects(measured.access, "after")).toEqual([
    ["The thief with stolen credentials", "explicitly denied"],
    ["The robbed instance with the same credentials", "explicitly denied"],
    ["The robbed instance with new credentials", "allowed"],
    ["Another instance with credentials from before", "explicitly denied"],
    ["Another instance with new credentials", "allowed"],
  ]);
});

test("the picture in the documents shows what is measured", () => {
  expect(readFileSync(join(PROJECT, "docs", "rehearsal.svg"), "utf8")).toBe(renderPicture(measured));
});

describe("a siege", () => {
  const courseOf = (scope: string, repeatScope: string): Course =>
    measured.siege.find((each) => each.scope === scope && each.repeatScope === repeatScope)!;
  const denied = ({ calls }: Course, from = 0): number =>
    calls.filter(({ minute }) => minute >= from).reduce((sum, each) => sum + each.denied, 0);
  const worked = ({ thefts }: Course): number => thefts.filter((theft) => theft.worked).length;
  const allThefts = SIEGE.minutes / SIEGE.minutesBetweenThefts;

  test("is as long, and has as many thefts and calls, under all settings", () => {
    expect(measured.siege.map(({ scope, repeatScope }) => ({ scope, repeatScope }))).toEqual(COMPARED);
    for (const { thefts, calls } of measured.siege) {
      expect(thefts).toHaveLength(allThefts);
      expect(calls).toHaveLength(SIEGE.minutes / SIEGE.minutesBetweenCalls);
      expect(calls.every(({ made }) => made === SIEGE.healthyInstances)).toBe(true);
    }
  });

  test("of a role keeps all its instances down, for each theft cuts them again", () => {
    const course = courseOf("role", "role");
    expect(denied(course)).toBeGreaterThan(0.8 * SIEGE.healthyInstances * course.calls.length);
    expect([worked(course), course.writes, course.mails]).toEqual([allThefts, allThefts, allThefts]);
  });

  test("of a role whose repeats lock the instance ends with the second theft", () => {
    const course = courseOf("role", "instance");
    expect(denied(course)).toBeGreaterThan(0);
    expect(denied(course, SIEGE.minutesBetweenRenewals)).toBe(0);
    expect([worked(course), course.writes, course.mails]).toEqual([2, 2, 2]);
  });

  test("of a session denies nobody else, and every theft works until it is found", () => {
    const course = courseOf("session", "session");
    expect([denied(course), worked(course), course.writes]).toEqual([0, allThefts, allThefts]);
  });

  test("of an instance denies nobody else, and only the first theft works", () => {
    const course = courseOf("instance", "instance");
    expect([denied(course), worked(course), course.writes, course.mails]).toEqual([0, 1, 1, 1]);
  });

  test("ends what it started if there is nothing to rob", async () => {
    // GIVEN
    const close = jest.spyOn(LocalDeployment.prototype, "close");

    // WHEN
    const siege = playSieges({ ...deployment, instances: [] });

    // THEN
    await expect(siege).rejects.toThrow(/needs an instance with an instance profile to rob/);
    expect(close).toHaveBeenCalled();
    close.mockRestore();
  });

  test.each<[string, Partial<Deployment["functions"][number]>, RegExp]>([
    ["does not start", { handler: "index.gone" }, /^the siege, minute 0: .* it ended with \S+: .*index\.gone/],
    ["is not invoked", { permissions: [] }, /^the siege, minute 0: .* it was not invoked$/],
  ])("is not measured with a function that %s", async (_, change, message) => {
    const functions = deployment.functions.map((each) => ({ ...each, ...change }));
    await expect(playSieges({ ...deployment, functions })).rejects.toThrow(
      expect.objectContaining({ name: "RehearsalError", message: expect.stringMatching(message) }),
    );
  });
});
