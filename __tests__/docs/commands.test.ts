import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { markdownFiles, PROJECT } from "../../scripts/project-files";
import { shellBlocks } from "./shell-commands";

const DOCUMENTS = markdownFiles().map((name) => [name, readFileSync(join(PROJECT, name), "utf8")] as const);
const COMMANDS = DOCUMENTS.map(([name, text]) => [name, shellBlocks(text)] as const).filter(
  ([, blocks]) => blocks.length > 0,
);
const hasShellCheck = spawnSync("shellcheck", ["--version"]).error === undefined;

test.each(COMMANDS)("a shell can read the commands of %s", (_, blocks) => {
  for (const block of blocks) {
    const { status, stderr } = spawnSync("sh", ["-n"], { input: block, encoding: "utf8" });
    expect({ block, status, stderr }).toEqual({ block, status: 0, stderr: "" });
  }
});

// Not looked at: variables that the reader sets (SC2154) or that later commands use (SC2034), and what follows the workshop's
// "exit", which leaves another machine (SC2317).
const mustCheck = hasShellCheck || process.env["REQUIRE_SHELLCHECK"] === "1";
const withShellCheck = mustCheck ? test.each(COMMANDS) : test.skip.each(COMMANDS);
withShellCheck("ShellCheck finds nothing in the commands of %s", (_, blocks) => {
  const { status, stdout } = spawnSync("shellcheck", ["--shell=sh", "--exclude=SC2154,SC2034,SC2317", "-"], {
    input: blocks.join("\n"),
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
});

test("each block of JSON in a document is JSON", () => {
  const blocks = DOCUMENTS.flatMap(([name, text]) =>
    [...text.matchAll(/^([ \t]*)```json\n([\s\S]*?)^\1```$/gm)].map(([, , json]) => ({ name, json: json! })),
  );
  expect(blocks.length).toBeGreaterThan(3);
  const unreadable = blocks.filter(({ json }) => {
    try {
      return JSON.parse(json) === undefined;
    } catch {
      return true;
    }
  });
  expect(unreadable).toEqual([]);
});
