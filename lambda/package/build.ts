import { build } from "esbuild";
import { strToU8, type Zippable, zipSync } from "fflate";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { thirdPartyLicences } from "./licences";
import { usedSchemasOnly } from "./used-schemas";

const PROJECT = join(__dirname, "../..");

/** The oldest time a zip can hold. Made of local parts on purpose: the format stores local time, without a zone. */
const ZIP_EPOCH = new Date(1980, 0, 1);

/** A regular file that everybody may read, in the upper half of a zip entry's external attributes; made on Unix. */
const READABLE_FILE = { os: 3, attrs: (0o100644 << 16) >>> 0 };

type ZipEntry = [name: string, content: Zippable[string]];

/** Modules that replace, in the bundle, parts of the SDK that the function never uses. */
const STAND_INS = {
  "@aws-sdk/credential-provider-node": join(__dirname, "stand-ins", "credential-search.ts"),
  "@smithy/core/event-streams": join(__dirname, "stand-ins", "event-streams.ts"),
};

/**
 * Bundles the function into four readable files and zips them, byte for byte the same wherever and whenever it runs:
 * `index.js` opens connections, `handling.js` decides and revokes meanwhile, `reporting.js` is loaded after that, and
 * `member-session.js` for findings of other accounts only.
 *
 * - Readable, not minified: auditors must be able to read what edits their roles, and minified code loads no faster.
 * - `mainFields` prefers the SDK's ES modules, of which esbuild leaves out what is never called.
 * - Without `absWorkingDir` the paths in the bundles' comments would depend on where the build was started, and without
 *   `preserveSymlinks` on where a linked `node_modules` really lies.
 *
 * @param zipFile path of the zip; replaced in one step, so that builds side by side cannot see half a file.
 */
async function buildFunctionPackage(zipFile: string): Promise<void> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: PROJECT,
    preserveSymlinks: true,
    entryPoints: ["index", "handling", "reporting", "member-session"].map(
      (name) => `lambda/revoke-sessions/${name}.ts`,
    ),
    outdir: ".",
    write: false,
    metafile: true,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["module", "main"],
    alias: STAND_INS,
    plugins: [usedSchemasOnly],
    external: ["./handling", "./reporting", "./member-session"],
    supported: { "dynamic-import": false },
    legalComments: "none",
    logLevel: "error",
  });
  const entries = outputFiles.map(({ path, contents }): ZipEntry => [basename(path), [contents, READABLE_FILE]]);
  const licences = thirdPartyLicences(Object.keys(metafile.inputs), "The function");
  entries.push(["THIRD-PARTY-LICENCES.txt", [strToU8(licences), READABLE_FILE]]);
  const zip = zipSync(Object.fromEntries(entries), { level: 9, mtime: ZIP_EPOCH });
  mkdirSync(dirname(zipFile), { recursive: true });
  const unfinished = `${zipFile}.${process.pid}`;
  writeFileSync(unfinished, zip);
  renameSync(unfinished, zipFile);
}

const [, , zipFile] = process.argv;
if (zipFile === undefined) throw new Error("the first argument must be the zip to write, as ensure.ts passes it");
void buildFunctionPackage(zipFile);
