import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const PROJECT = dirname(dirname(__dirname));
const README = join(PROJECT, "README.md");

/** Stands in the README before the fenced block that shows the rehearsal. */
const MARK = "<!-- What npm run rehearse prints; a test compares it. -->";

/** What differs from run to run: times, durations. */
const mask = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z/g, "<time>")
    .replace(/\b\d+ ms\b/g, "<n> ms")
    .replace(/\b\d+\.\d s\b/g, "<n> s");

test("the README shows what the rehearsal really prints", () => {
  const [, after] = readFileSync(README, "utf8").split(MARK);
  const block = /^\s*```\w*\n(.*?)\n```/s.exec(after ?? "")?.[1];
  expect({ mark: MARK, block }).toEqual({ mark: MARK, block: expect.any(String) });

  const cli = ["--require", require.resolve("tsx/cjs"), join(PROJECT, "rehearsal", "cli.ts")];
  const printed = mask(execFileSync(process.execPath, cli, { encoding: "utf8" })).split("\n");
  // Three dots stand for what is left out. Where a line stands is not looked at: calls that are made at the same time
  // arrive in either order.
  const shown = mask(block ?? "")
    .split("\n")
    .filter((line) => !["", "..."].includes(line.trim()));
  const missing = shown.filter((line) => !printed.includes(line));
  expect(missing).toEqual([]);
});
