import { buildSync } from "esbuild";
import { zipSync } from "fflate";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const PROJECT = dirname(__dirname);

/** The oldest time a zip can hold. Made of local parts on purpose: the format stores local time, without a zone. */
const ZIP_EPOCH = new Date(1980, 0, 1);

/** A regular file that everybody may read, in the upper half of a zip entry's external attributes; made on Unix. */
const READABLE_FILE = { os: 3, attrs: (0o100644 << 16) >>> 0 };

/**
 * Bundles the function into one readable file and zips it, byte for byte the same wherever and whenever it runs.
 *
 * - Readable, not minified: who audits what edits their roles must be able to read it, and minifying loads no faster.
 * - `mainFields` prefers the SDK's ES modules, of which esbuild leaves out what is never called.
 * - Without `absWorkingDir` the paths in the bundle's comments would depend on where the build was started.
 *
 * @param zipFile where to write; replaced in one step, so that builds side by side cannot see half a file.
 */
export function buildFunctionPackage(zipFile: string): void {
  const { outputFiles } = buildSync({
    absWorkingDir: PROJECT,
    entryPoints: ["lambda/revoke-sessions/index.ts"],
    outfile: "index.js",
    write: false,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["module", "main"],
    legalComments: "none",
    logLevel: "error",
  });
  const [bundle] = outputFiles;
  if (!bundle) throw new Error("esbuild made no bundle of lambda/revoke-sessions/index.ts");
  const zip = zipSync({ "index.js": [bundle.contents, READABLE_FILE] }, { level: 9, mtime: ZIP_EPOCH });
  mkdirSync(dirname(zipFile), { recursive: true });
  const unfinished = `${zipFile}.${process.pid}`;
  writeFileSync(unfinished, zip);
  renameSync(unfinished, zipFile);
}

if (require.main === module) {
  buildFunctionPackage(join(PROJECT, "dist", "function", "revoke-sessions.zip"));
}
