import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { functionPackage } from "../../src/revocation/function-package";
import { responseModule, ZIP_NAME } from "./module-configuration";
import { moduleFiles } from "./module-files";
import { moduleReadme } from "./readme";

const PROJECT = join(__dirname, "..", "..");

/** The folder of the repository that holds the module, for those who use it without Node. */
export const MODULE = join(PROJECT, "terraform-module");

/**
 * Writes what is generated of the module: configuration, zip, README, licence. Examples and tests lie in its folder already, and
 * stay.
 */
export function writeTerraformModule(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) if (name.endsWith(".tf")) rmSync(join(directory, name));
  for (const [name, text] of generatedTexts()) writeFileSync(join(directory, name), text);
  copyFileSync(functionPackage().path, join(directory, ZIP_NAME));
  copyFileSync(join(PROJECT, "LICENSE"), join(directory, "LICENSE"));
}

/** Every generated text of the module, by the file's name. */
export function generatedTexts(): ReadonlyMap<string, string> {
  const module = responseModule();
  return new Map([...moduleFiles(module), ["README.md", moduleReadme(module.configuration)]]);
}
