import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { otherVersion, typeCheck, versionOf } from "./other-version";
import { PROJECT } from "./project-files";

/**
 * Proves that the same sources synthesize the same configuration on CDK Terrain, CDKTF's successor: runs each app on both
 * and compares every file that they write. Only the version that each writes of itself may differ.
 *
 *     npm run check:successor             with the version that docs/successor.md names
 *     npm run check:successor -- 0.25.0   with another one
 */
const SUCCESSOR = { name: "cdktn", version: process.argv[2] ?? "0.24.0" };
const APPS = ["main.ts", "examples/larger-stack/main.ts"];

const successor = otherVersion(SUCCESSOR.name, SUCCESSOR.version);

console.log(
  `comparing cdktf ${versionOf(join(PROJECT, "node_modules", "cdktf"))} with ${SUCCESSOR.name} ${SUCCESSOR.version}`,
);
typeCheck("cdktf", successor);
console.log("type checks on both");
for (const app of APPS) compare(app);

function compare(app: string): void {
  const [ours, theirs] = [synthesize(app), synthesize(app, successor)];
  const files = [...new Set([...ours.keys(), ...theirs.keys()])];
  const different = files.filter((file) => ours.get(file) !== theirs.get(file));
  if (files.length === 0) different.push("nothing was synthesized");
  console.log(
    `${app}: ${files.length} files, ${different.length === 0 ? "the same" : `different: ${different.join(", ")}`}`,
  );
  if (different.length > 0) process.exitCode = 1;
}

/** What an app writes, by the file's path; documents without the library's version and the traces of warnings. */
function synthesize(app: string, library?: string): Map<string, string> {
  const directory = mkdtempSync(join(tmpdir(), "successor-"));
  try {
    const preload = library ? ["--require", join(__dirname, "successor-resolution.cjs")] : [];
    execFileSync(process.execPath, [...preload, "--require", require.resolve("tsx/cjs"), app], {
      cwd: PROJECT,
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, CDKTF_OUTDIR: directory, ...(library && { SUCCESSOR: library }) },
    });
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return new Map(
      files.map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return [file.slice(directory.length + 1), content(file)];
      }),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function content(file: string): string {
  if (!file.endsWith(".json")) return readFileSync(file, "base64");
  const document = JSON.parse(readFileSync(file, "utf8"), (key, value) => (key === "stacktrace" ? undefined : value));
  delete document["version"];
  delete document["//"]?.metadata?.version;
  return JSON.stringify(document, null, 2);
}
