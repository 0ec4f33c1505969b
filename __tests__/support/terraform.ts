import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** How a run of Terraform ended. */
export interface TerraformRun {
  readonly exitCode: number;
  /** Everything it printed. */
  readonly output: string;
}

/**
 * Runs Terraform in a folder.
 *
 * @param environment variables on top of this process's.
 * @throws Error with everything that Terraform printed if it ends with another exit code than `expected`.
 */
export async function terraform(
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  expected: readonly number[] = [0],
): Promise<TerraformRun> {
  const child = spawn("terraform", args, {
    cwd: directory,
    env: { ...process.env, ...SILENT, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve(code ?? -1));
  });
  if (!expected.includes(exitCode)) {
    throw new Error(`terraform ${args.join(" ")} ended with ${exitCode} in ${directory}:\n${output.trim()}`);
  }
  return { exitCode, output };
}

const SILENT = { TF_IN_AUTOMATION: "1", TF_INPUT: "0", TF_CLI_ARGS: "-no-color", CHECKPOINT_DISABLE: "1" };

// Every folder that is initialized would otherwise fetch the provider again: several hundred megabytes.
process.env["TF_PLUGIN_CACHE_DIR"] ??= path.join(tmpdir(), "terraform-plugin-cache");
process.env["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"] ??= "1";
mkdirSync(process.env["TF_PLUGIN_CACHE_DIR"], { recursive: true });

/** What a Terraform that cannot find its provider may take to say so. */
const PROBE_MILLISECONDS = 120_000;

/** Tests that need Terraform and the AWS provider. If one is missing, see {@link describeWith}. */
export function describeWithTerraform(name: string, tests: () => void): void {
  describeWith(terraformMissing(), name, tests);
}

/**
 * Tests that need something of the machine. If it is missing they are skipped, and the end of the run says why; with
 * `REQUIRE_TERRAFORM=1`, which CI sets, they fail instead.
 *
 * @param missing what is missing; undefined if nothing is.
 */
export function describeWith(missing: string | undefined, name: string, tests: () => void): void {
  if (missing === undefined) {
    describe(name, tests);
  } else if (process.env["REQUIRE_TERRAFORM"] === "1") {
    test(`needs what is missing here, since REQUIRE_TERRAFORM=1: ${name}`, () => {
      throw new Error(`REQUIRE_TERRAFORM=1, but ${missing}`);
    });
  } else {
    describe.skip(`${name} (skipped: ${missing})`, tests);
  }
}

let probed: { readonly missing?: string } | undefined;

/** Why Terraform cannot be used here, in one line; undefined if it can. */
export function terraformMissing(): string | undefined {
  probed ??= { missing: probe() };
  return probed.missing;
}

function probe(): string | undefined {
  const directory = mkdtempSync(path.join(tmpdir(), "terraform-probe-"));
  try {
    const aws = { source: "hashicorp/aws", version: ">= 5.100.0, < 7.0.0" };
    writeFileSync(path.join(directory, "main.tf.json"), JSON.stringify({ terraform: { required_providers: { aws } } }));
    const { error, status, stdout, stderr } = spawnSync("terraform", ["init", "-backend=false"], {
      cwd: directory,
      env: { ...process.env, ...SILENT },
      encoding: "utf8",
      timeout: PROBE_MILLISECONDS,
    });
    if (error) return `terraform does not run: ${error.message}`;
    if (status === 0) return undefined;
    const said = `${stdout}${stderr}`.replace(/[╷│╵]/g, "");
    const reason = /Error: ([^]*?)(\n\s*\n\s*\n|To see which|$)/.exec(said)?.[1] ?? said;
    return `the AWS provider cannot be installed: ${reason.replace(/\s+/g, " ").trim()}`;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
