import { readFileSync } from "node:fs";
import { join } from "node:path";

import { PROJECT, projectFiles } from "../../scripts/project-files";

const read = (...path: string[]): string => readFileSync(join(PROJECT, ...path), "utf8");
const GUIDE = read("CONTRIBUTING.md");
const WORKFLOW = read(".github", "workflows", "ci.yml");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

/** The npm scripts that a text runs. */
const scriptsIn = (text: string): string[] => [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script!);

/** The checks that `.ci/run` runs before the tests. */
const checks = (/^checks=\((.*)\)$/m.exec(read(".ci", "run"))?.[1] ?? "").split(" ");

test("the guide and the workflow name only scripts that there are", () => {
  const named = [...scriptsIn(GUIDE), ...scriptsIn(WORKFLOW), ...checks];
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
});

test("what CI runs is what the guide tells a contributor to run", () => {
  expect(scriptsIn(GUIDE)).toEqual(expect.arrayContaining(scriptsIn(WORKFLOW)));
});

test("what lands has passed every check of the workflow that needs no network", () => {
  const others = ["check:oldest-bindings", "check:successor", "rehearse"];
  const needed = new Set(scriptsIn(WORKFLOW).filter((script) => !others.includes(script)));
  expect(new Set(checks)).toEqual(needed);
});

test("each folder with code has a row in the guide's table", () => {
  const folders = new Set(projectFiles().flatMap((path) => /^(\w[\w-]*)\/.*\.ts$/.exec(path)?.[1] ?? []));
  const rows = [...GUIDE.matchAll(/^\| `(\w[\w-]*)\//gm)].map(([, folder]) => folder!);
  expect(rows).toEqual(expect.arrayContaining([...folders]));
});
