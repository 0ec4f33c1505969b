import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { COMPILER } from "./compiler";
import { PROJECT } from "./project-files";

/** The folder of a package in a version that the project does not use itself; npm fetches it if it is not there yet. */
export function otherVersion(name: string, version: string): string {
  const cache = join(PROJECT, "node_modules", ".cache", `${name.replace("/", "+")}@${version}`);
  const directory = join(cache, "node_modules", name);
  if (existsSync(directory) && versionOf(directory) === version) return directory;
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, "package.json"), JSON.stringify({ name: "cache", version: "1.0.0", private: true }));
  // Without its peers: two copies of "constructs" would not know each other's constructs.
  const parameters = [
    "install",
    "--legacy-peer-deps",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    `${name}@${version}`,
  ];
  execFileSync("npm", parameters, { cwd: cache, stdio: "inherit", shell: process.platform === "win32" });
  return directory;
}

export function versionOf(directory: string): string {
  return (JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { version: string }).version;
}

/** Type checks what is published, the apps and the examples with another package in the place of one of the project's. */
export function typeCheck(replaced: string, replacement: string): void {
  const settings = join(replacement, "..", "tsconfig.json");
  const at = (...parts: string[]) => join(PROJECT, ...parts);
  writeFileSync(
    settings,
    JSON.stringify({
      extends: at("tsconfig.build.json"),
      compilerOptions: {
        noEmit: true,
        rootDir: PROJECT,
        typeRoots: [at("node_modules", "@types")],
        paths: { [replaced]: [replacement], [`${replaced}/*`]: [`${replacement}/*`] },
      },
      files: [at("src", "index.ts"), at("main.ts"), at("examples", "larger-stack", "main.ts")],
    }),
  );
  execFileSync(process.execPath, [COMPILER, "--project", settings], { stdio: "inherit" });
}
