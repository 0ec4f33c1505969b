import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { PROJECT, projectFiles } from "./project-files";

/**
 * Runs ShellCheck over the project's shell scripts. If it is not installed the check is skipped with a line that says
 * so; with REQUIRE_SHELLCHECK=1, as in CI, it fails.
 */
const isShellScript = (name: string): boolean =>
  /^#!.*\b(ba|da)?sh\b/.test(readFileSync(join(PROJECT, name), "utf8").slice(0, 80));
const candidates = projectFiles().filter((name) => /(^|\/)[^.]*$|\.sh$/.test(name));
const scripts = candidates.filter(isShellScript);

if (scripts.length === 0) {
  console.log("no shell scripts");
} else if (spawnSync("shellcheck", ["--version"]).error) {
  const required = process.env["REQUIRE_SHELLCHECK"] === "1";
  console.log(`${required ? "failed" : "skipped"}: shellcheck is not installed, ${scripts.join(", ")} not checked`);
  if (required) process.exitCode = 1;
} else {
  process.exitCode = spawnSync("shellcheck", scripts, { cwd: PROJECT, stdio: "inherit" }).status ?? 1;
  if (process.exitCode === 0) console.log(`${scripts.length} shell scripts, nothing found`);
}
