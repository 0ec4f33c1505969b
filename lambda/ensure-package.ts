import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

const PROJECT = dirname(__dirname);

/**
 * Makes sure that the zip is what the sources say, building it only where they have changed since: bundling takes longer
 * than everything else in a synthesis.
 */
export function ensureFunctionPackage(zipFile: string): void {
  // Beside the folder that is published, not in it.
  const madeFrom = join(dirname(dirname(zipFile)), `${basename(zipFile)}.made-from`);
  const made = () => `${digestOfSources()} ${digestOf([zipFile])}\n`;
  if (existsSync(zipFile) && existsSync(madeFrom) && readFileSync(madeFrom, "utf8") === made()) return;
  // The bundler is loaded where it is needed only.
  const { buildFunctionPackage } = require("./build-package") as typeof import("./build-package");
  buildFunctionPackage(zipFile);
  writeFileSync(madeFrom, made());
}

/** Everything that decides the bytes of the zip: our sources, and the versions of all that is bundled with them. */
function digestOfSources(): string {
  const lambda = readdirSync(__dirname, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const shared = ["src/finding-types.ts", "src/function-environment.ts", "package-lock.json"].map((file) =>
    join(PROJECT, file),
  );
  return digestOf([...lambda.sort(), ...shared]);
}

/** Of the contents of files, and where in the project they lie. */
function digestOf(files: readonly string[]): string {
  const digest = createHash("sha256");
  for (const file of files) digest.update(relative(PROJECT, file)).update(readFileSync(file));
  return digest.digest("hex");
}
