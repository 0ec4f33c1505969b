import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

const PROJECT = join(__dirname, "../..");

/**
 * Builds the zip unless it is still what the sources say: bundling takes longer than everything else in a synthesis.
 *
 * @param zipFile path of the zip; beside its folder a record of what it was made from is kept.
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
 * Digest of everything that can decide the bytes of the zip: the function and its build, the contract that it shares with
 * the constructs, and the versions of all that is bundled with them. By folders, since one list of bundled modules more would
 * have to be kept; a file of them that is not bundled costs one build, whose bytes are the same.
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

/** Digest of files: of their contents and of their paths in the project. */
function digestOf(files: readonly string[]): string {
  const digest = createHash("sha256");
  for (const file of files) digest.update(relative(PROJECT, file)).update(readFileSync(file));
  return digest.digest("hex");
}
