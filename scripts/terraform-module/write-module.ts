import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { functionPackage } from "../../src/revocation/function-package";
import type { TerraformModule } from "./assemble";
import { findingForwarderModule } from "./finding-forwarder/module";
import { FINDING_FORWARDER_README } from "./finding-forwarder/readme";
import { memberRoleModule } from "./member-role/module";
import { MEMBER_ROLE_README } from "./member-role/readme";
import { moduleFiles } from "./module-files";
import { moduleReadme, type ReadmeTexts } from "./readme";
import { responseModule, ZIP_NAME } from "./response/module";
import { RESPONSE_README } from "./response/readme";

const PROJECT = join(__dirname, "..", "..");

/** The folder of the repository that holds the module, for those who use it without Node. */
export const MODULE = join(PROJECT, "terraform-module");

/** A submodule: everything that it makes is in one file. */
const submodule = (folder: string, module: TerraformModule, readme: ReadmeTexts): [string, string][] =>
  [...moduleFiles(module, () => "main.tf"), ["README.md", moduleReadme(module.configuration, readme)] as const].map(
    ([name, text]) => [`modules/${folder}/${name}`, text],
  );

/**
 * Writes what is generated of the module: configuration, zip, README, licence, submodules. Examples and tests lie in its folder
 * already, and stay.
 */
export function writeTerraformModule(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    if (/^(modules\/[^/]+\/)?[^/]+\.tf$/.test(name)) rmSync(join(directory, name));
  }
  for (const [name, text] of generatedTexts()) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  copyFileSync(functionPackage().path, join(directory, ZIP_NAME));
  copyFileSync(join(PROJECT, "LICENSE"), join(directory, "LICENSE"));
}

/** Every generated text of the module and of its submodules, by the file's name. */
export function generatedTexts(): ReadonlyMap<string, string> {
  const module = responseModule();
  return new Map([
    ...moduleFiles(module),
    ["README.md", moduleReadme(module.configuration, RESPONSE_README)],
    ...submodule("member-role", memberRoleModule(), MEMBER_ROLE_README),
    ...submodule("finding-forwarder", findingForwarderModule(), FINDING_FORWARDER_README),
  ]);
}
