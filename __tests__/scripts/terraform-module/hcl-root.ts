import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { MODULE, writeTerraformModule } from "../../../scripts/terraform-module/write-module";
import { terraform, type TerraformRun } from "../../support/terraform";

/** Source of the module, as a root module names it. */
export const SOURCE = "./terraform-module";

/** Somebody's root module, outside of the repository, in a folder with a space, with the Terraform module in it. */
export class HclRoot {
  readonly directory = mkdtempSync(path.join(tmpdir(), "hcl root "));

  /**
   * @param configuration the root's `main.tf`.
   * @param environment variables for Terraform.
   */
  static async create(configuration: string, environment: Readonly<Record<string, string>> = {}): Promise<HclRoot> {
    const root = new HclRoot(environment);
    const module = path.join(root.directory, SOURCE);
    // What Terraform leaves behind in the folder is no part of the module.
    cpSync(MODULE, module, { recursive: true, filter: (file) => !path.basename(file).startsWith(".terraform") });
    writeTerraformModule(module);
    root.write("main.tf", configuration);
    await root.terraform(["init"]);
    return root;
  }

  private constructor(readonly environment: Readonly<Record<string, string>>) {}

  terraform(args: readonly string[], expected?: readonly number[]): Promise<TerraformRun> {
    return terraform(this.directory, args, this.environment, expected);
  }

  read(file: string): string {
    return readFileSync(path.join(this.directory, file), "utf8");
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.directory, file)), { recursive: true });
    writeFileSync(path.join(this.directory, file), text);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
