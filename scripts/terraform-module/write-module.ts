import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { functionPackage } from "../../src/revocation/function-package";
import { moduleConfiguration, ZIP_NAME } from "./module-configuration";
import { moduleReadme } from "./readme";

const PROJECT = join(__dirname, "..", "..");
const EXAMPLE = join(PROJECT, "examples", "hcl-root", "main.tf");

/** The example's path to the module: in the project, and inside of the module itself. */
const SOURCES = { project: '"../../dist/terraform-module"', module: '"../.."' };

/**
 * Writes the module: configuration, zip, README, example, tests, licence.
 *
 * @param directory replaced, whatever is in it.
 */
export function writeTerraformModule(directory: string): void {
  const configuration = moduleConfiguration();
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, "examples", "root"), { recursive: true });
  writeFileSync(join(directory, "main.tf.json"), `${JSON.stringify(configuration, null, 2)}\n`);
  writeFileSync(join(directory, "README.md"), moduleReadme(configuration));
  writeFileSync(join(directory, "examples", "root", "main.tf"), example());
  copyFileSync(functionPackage().path, join(directory, ZIP_NAME));
  copyFileSync(join(PROJECT, "LICENSE"), join(directory, "LICENSE"));
  cpSync(join(__dirname, "tests"), join(directory, "tests"), { recursive: true });
}

function example(): string {
  const text = readFileSync(EXAMPLE, "utf8");
  if (!text.includes(SOURCES.project)) throw new Error(`${EXAMPLE} must name the module as ${SOURCES.project}`);
  return text.replaceAll(SOURCES.project, SOURCES.module);
}
