import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { PROJECT } from "../../scripts/project-files";

/** What stands in for npm: ends with STATUS_<command>, and writes the tests' results, if there are any. */
const NPM = `#!/bin/sh
case "$1" in
  ci) exit "\${STATUS_ci:-0}" ;;
  run) [ "$3" = "\${FAILING_CHECK:-}" ] && { echo "3 problems"; exit 1; }; exit 0 ;;
  test) [ -n "\${TESTS:-}" ] && echo "$TESTS" > "\${4#--outputFile=}"; exit "\${STATUS_test:-0}" ;;
esac
`;
const CHECKS = 4;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ci run-"));
  writeFileSync(join(folder, "npm"), NPM, { mode: 0o755 });
  writeFileSync(join(folder, "shellcheck"), "#!/bin/sh\n", { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(environment: Record<string, string>) {
  const { status, stdout } = spawnSync("bash", [join(PROJECT, ".ci", "run")], {
    encoding: "utf8",
    // With a configuration of Terraform's the script looks for no other one, which would take seconds.
    env: {
      ...process.env,
      TF_CLI_CONFIG_FILE: devNull,
      PATH: `${folder}${delimiter}${process.env["PATH"]}`,
      ...environment,
    },
  });
  return { status, stdout, last: stdout.trim().split("\n").at(-1) };
}

const results = (passed: number, failed: number, unloadable = 0): string =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: unloadable });

test("counts checks and tests that pass", () => {
  expect(run({ TESTS: results(600, 0) })).toMatchObject({ status: 0, last: `${600 + CHECKS} passed, 0 failed` });
});

test("counts a check that fails as a failure, and shows what it said", () => {
  const { status, stdout, last } = run({ TESTS: results(600, 0), FAILING_CHECK: "lint" });
  expect({ status, last }).toEqual({ status: 1, last: `${600 + CHECKS - 1} passed, 1 failed` });
  expect(stdout).toContain("lint: failed\n3 problems\n");
});

test("counts tests that fail, and files of tests that cannot be loaded", () => {
  expect(run({ TESTS: results(600, 2, 1), STATUS_test: "1" })).toMatchObject({
    status: 1,
    last: `${600 + CHECKS} passed, 3 failed`,
  });
});

test("counts types that do not check as a failure, although no test has run then", () => {
  expect(run({ STATUS_test: "2" })).toMatchObject({ status: 1, last: `${CHECKS} passed, 1 failed` });
});

test("counts an installation that fails as a failure, and runs nothing after it", () => {
  expect(run({ STATUS_ci: "1", TESTS: results(600, 0) })).toMatchObject({ status: 1, last: "0 passed, 1 failed" });
});
