import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { type AwsEmulator, emulatorEnvironment, emulatorMissing, startEmulator } from "../support/aws-emulator";
import { copyProject } from "../support/project-copy";
import { describeWith, terraform } from "../support/terraform";

/** Another region than that of the other end-to-end test: both may run against the same emulator at the same time. */
const SETTINGS = { GUARDDUTY_RESPONSE_REGION: "eu-west-1", CHECKPOINT_DISABLE: "1" };

jest.setTimeout(400_000);

describeWith(emulatorMissing(), "the response, deployed by cdktf's own command", () => {
  let emulator: AwsEmulator;
  let directory: string;
  let project: string;

  const cdktf = (...parameters: readonly string[]) =>
    npx(project, ["cdktf", ...parameters], { ...emulatorEnvironment(emulator), ...SETTINGS });
  const TO_THE_END = ["--skip-provider-lock", "--auto-approve", "guardduty-response"];

  beforeAll(async () => {
    emulator = await startEmulator();
    directory = mkdtempSync(path.join(tmpdir(), "cdktf-deploy-"));
    project = path.join(directory, "a project");
    copyProject(project);
  });

  afterAll(async () => {
    await emulator?.stop();
    rmSync(directory, { recursive: true });
  });

  test("is deployed from a folder with a space in its name, the lab is not, and the state lies next to the project", async () => {
    // WHEN
    const output = await cdktf("deploy", ...TO_THE_END);

    // THEN
    expect(output).toContain("Apply complete!");
    expect(output).toContain("GuardDuty-Example-Remediation-InstanceCredentialExfiltration");
    expect(existsSync(path.join(project, "terraform.guardduty-response.tfstate"))).toBe(true);
    expect(existsSync(path.join(project, "terraform.guardduty-lab.tfstate"))).toBe(false);
  });

  test("is then what Terraform would deploy: nothing is left to change", async () => {
    // GIVEN
    const stack = path.join(project, "cdktf.out/stacks/guardduty-response");

    // THEN
    const { output } = await terraform(stack, ["plan", "-detailed-exitcode"], emulatorEnvironment(emulator), [0, 2]);
    expect(output).toContain("No changes.");
  });

  test("is what cdktf writes as HCL: nothing is left to change", async () => {
    // WHEN
    await cdktf("synth", "--hcl", "--output", "hcl.out");

    // THEN
    const stack = path.join(project, "hcl.out/stacks/guardduty-response");
    const environment = emulatorEnvironment(emulator);
    await terraform(stack, ["init"], environment);
    const { output } = await terraform(stack, ["plan", "-detailed-exitcode"], environment, [0, 2]);
    expect(output).toContain("No changes.");
  });

  test("is written as valid HCL with its lab", async () => {
    // GIVEN
    const lab = path.join(project, "hcl.out/stacks/guardduty-lab");

    // THEN
    await terraform(lab, ["init"]);
    await terraform(lab, ["validate"]);
  });

  test("is destroyed to nothing", async () => {
    // WHEN
    const output = await cdktf("destroy", ...TO_THE_END);

    // THEN
    expect(output).toMatch(/Destroy complete! Resources: \d{2} destroyed\./);
    const { output: left } = await terraform(path.join(project, "cdktf.out/stacks/guardduty-response"), [
      "state",
      "list",
    ]);
    expect(left.trim()).toBe("");
  });
});

/** Runs a command of an installed package; throws with all that it printed if it fails. */
async function npx(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const child = spawn("npx", args, { cwd, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const exitCode = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  if (exitCode !== 0) throw new Error(`npx ${args.join(" ")} ended with ${exitCode}:\n${output}`);
  return output;
}
