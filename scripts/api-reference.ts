import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { PROJECT } from "./project-files";

const reference = join(PROJECT, "docs", "api");

/** Generates the API reference into a directory. */
function generate(directory: string): void {
  const typedoc = join(PROJECT, "node_modules", "typedoc", "bin", "typedoc");
  execFileSync(process.execPath, [typedoc, "--options", "typedoc.json", "--out", directory, "--logLevel", "Warn"], {
    cwd: PROJECT,
    stdio: "inherit",
  });
}

/** The files of a directory and what is in them; empty if there is no directory. */
function contents(directory: string): Map<string, string> {
  try {
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return new Map(
      files.map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return [file.slice(directory.length + 1), readFileSync(file, "utf8")];
      }),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw error;
  }
}

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const directory = mkdtempSync(join(tmpdir(), "api-reference-"));
try {
  generate(directory);
  const [now, then] = [contents(directory), contents(reference)];
  const stale = [...new Set([...now.keys(), ...then.keys()])].filter((file) => now.get(file) !== then.get(file));
  if (!values.check) {
    rmSync(reference, { recursive: true, force: true });
    cpSync(directory, reference, { recursive: true });
  } else if (stale.length > 0) {
    console.error(`docs/api is not what the docstrings say: ${stale.join(", ")}. Run: npm run docs:api`);
    process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
