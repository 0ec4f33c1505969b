import { appendFileSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { ensureFunctionPackage } from "../../../lambda/package/ensure";
import { copyProject } from "../../support/project-copy";

jest.setTimeout(60_000);

/** A copy of the project, whose files may be changed. */
const copy = mkdtempSync(path.join(tmpdir(), "rebuilt when needed "));
const at = (file: string): string => path.join(copy, file);
const ZIP = at("dist/function/revoke-sessions.zip");

beforeAll(() => copyProject(copy));
afterAll(() => rmSync(copy, { recursive: true }));

function ensure(): void {
  const ensurer = require(at("lambda/package/ensure")) as { ensureFunctionPackage: typeof ensureFunctionPackage };
  ensurer.ensureFunctionPackage(ZIP);
}

const append = (file: string) => (): void => appendFileSync(at(file), "\n// changed\n");
const touch = (file: string) => (): void => utimesSync(at(file), new Date(), new Date());

test.each<[string, string, () => void]>([
  ["stays", "nothing has changed", () => {}],
  ["stays", "a construct has changed", append("src/monitoring/failure-alarms.ts")],
  ["stays", "the workshop has changed", append("workshop/settings.ts")],
  ["stays", "a file of the function was touched", touch("lambda/revoke-sessions/triage.ts")],
  ["is built again", "a file of the function has changed", append("lambda/revoke-sessions/triage.ts")],
  ["is built again", "a file of the contract has changed", append("src/contract/reasons.ts")],
  ["is built again", "its build has changed", append("lambda/package/build.ts")],
  ["is built again", "a dependency's version has changed", append("package-lock.json")],
  ["is built again", "somebody else has written it", () => writeFileSync(ZIP, "not a zip")],
])("the zip %s if %s", (expected, _, change) => {
  // GIVEN
  ensure();
  const { mtimeNs: before } = statSync(ZIP, { bigint: true });

  // WHEN
  change();
  ensure();

  // THEN
  const { mtimeNs: after, size } = statSync(ZIP, { bigint: true });
  expect(after === before ? "stays" : "is built again").toBe(expected);
  expect(size).toBeGreaterThan(10_000n);
});
