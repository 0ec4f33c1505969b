import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { LocalBackend, Testing } from "cdktf";

import { CredentialExfiltrationResponse, RevocableRoles } from "../../src";
import { type AwsEmulator, emulatorEnvironment, emulatorMissing, startEmulator } from "../support/aws-emulator";
import { testStack } from "../support/template";
import { describeWith, terraform } from "../support/terraform";

jest.setTimeout(300_000);

/** Other names than those of the tests that may deploy to the same emulator at the same time. */
const PREFIX = "Taken-Over";

describeWith(emulatorMissing(), "a second deployment of the same names, with a state of its own", () => {
  let emulator: AwsEmulator;
  let directory: string;

  /** Runs Terraform for one of the deployments. */
  const run = (deployment: "first" | "second", args: readonly string[], expected?: readonly number[]) =>
    terraform(path.join(directory, deployment), args, emulatorEnvironment(emulator), expected);

  beforeAll(async () => {
    emulator = await startEmulator();
    directory = mkdtempSync(path.join(tmpdir(), "take-over-"));
    const stack = testStack();
    new LocalBackend(stack, { path: "terraform.tfstate" });
    new CredentialExfiltrationResponse(stack, "response", {
      prefix: PREFIX,
      alertEmails: ["security@example.com"],
      revocableRoles: RevocableRoles.anyOfAccount(),
      alertSeverity: 4,
      dashboard: true,
    });
    const synthesized = path.join(Testing.fullSynth(stack), "stacks", "test");
    for (const deployment of ["first", "second"] as const) {
      cpSync(synthesized, path.join(directory, deployment), { recursive: true });
      await run(deployment, ["init"]);
    }
    await run("first", ["apply", "-auto-approve"]);
  });

  afterAll(async () => {
    if (emulator?.shared) await run("first", ["destroy", "-auto-approve"]);
    await emulator?.stop();
    if (directory) rmSync(directory, { recursive: true });
  });

  test("is refused because of the role, before it has made or changed anything", async () => {
    // WHEN
    const { output } = await run("second", ["apply", "-auto-approve"], [1]);

    // THEN
    expect(output.match(/^(│ )?Error: .*/gm)).toEqual([
      expect.stringContaining(`creating IAM Role (${PREFIX}-Revoke-us-west-2)`),
    ]);
    const { output: made } = await run("second", ["state", "list"]);
    expect(made.split("\n").filter((address) => address !== "" && !address.startsWith("data."))).toEqual([]);
    expect((await run("first", ["plan"])).output).toContain("No changes.");
  });

  test("takes nothing away when it is destroyed", async () => {
    // WHEN
    await run("second", ["destroy", "-auto-approve"]);

    // THEN
    expect((await run("first", ["plan"])).output).toContain("No changes.");
  });
});
