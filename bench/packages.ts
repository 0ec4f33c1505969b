import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { buildSync } from "esbuild";
import { unzipSync } from "fflate";

import { functionPackage } from "../src/revocation/function-package";

const PROJECT = dirname(__dirname);

/** Unpacks the zip that is deployed; returns the folder. */
export function unpackOurs(): string {
  const folder = mkdtempSync(join(tmpdir(), "bench-ours-"));
  for (const [name, content] of Object.entries(unzipSync(readFileSync(functionPackage().path)))) {
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Bundles the same handler the way esbuild does unless told otherwise, minified; returns the folder. */
export function bundleWithDefaults(folder: string): string {
  buildSync({
    absWorkingDir: PROJECT,
    entryPoints: ["lambda/revoke-sessions/index.ts"],
    outfile: join(folder, "index.js"),
    bundle: true,
    platform: "node",
    minify: true,
    logLevel: "error",
  });
  return folder;
}
