import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

const PROJECT = join(__dirname, "../..");

/**
 * Makes sure that the zip is what the sources say, building it only where they have changed since: bundling takes longer
 * than everything else in a synthesis.
 */
export function ensureFunctionPackage(zipFile: string): void {
  // Beside the folder that is published, not in it.
  const madeFrom = join(dirname(dirname(zipFile)), `${basename(zipFile)}.made-from`);
  const made = () => `${digestOfSources()} ${digestOf([zipFile])}\n`;
  if (existsSync(zipFile) && existsSync(madeFrom) && readFileSync(madeFrom, "utf8") === made()) return;
  // In a process of its own: a construct's constructor cannot wait for the bundler's promise.
  const script = join(__dirname, "build.ts");
  execFileSync(process.execPath, ["--import", "tsx", script, zipFile], { cwd: PROJECT, stdio: "inherit" });
  writeFileSync(madeFrom, made());
}

/**
 * Everything that can decide the bytes of the zip: the function and its build, the contract that it shares with the
 * constructs, and the versions of all that is bundled with them.
 */
function digestOfSources(): string {
  const folders = ["lambda", "src/contract"].map((folder) => join(PROJECT, folder));
  return digestOf([...folders.flatMap(filesIn), join(PROJECT, "package-lock.json")]);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Of the contents of files, and where in the project they lie. */
function digestOf(files: readonly string[]): string {
  const digest = createHash("sha256");
  for (const file of files) digest.update(relative(PROJECT, file)).update(readFileSync(file));
  return digest.digest("hex");
}
