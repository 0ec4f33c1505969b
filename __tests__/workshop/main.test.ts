import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { runApp } from "../support/app-process";

let directory: string;
beforeEach(() => void (directory = mkdtempSync(path.join(tmpdir(), "main-test-"))));
afterEach(() => rmSync(directory, { recursive: true }));

const stacksIn = (output: string) => readdirSync(path.join(output, "stacks")).sort();

/** The warnings that `cdktf synth` and `cdktf deploy` print. */
function warningsIn(output: string): string[] {
  const { stacks } = JSON.parse(readFileSync(path.join(output, "manifest.json"), "utf8")) as Manifest;
  return Object.values(stacks).flatMap(({ annotations }) => annotations.map(({ message }) => message));
}

interface Manifest {
  readonly stacks: Record<string, { readonly annotations: readonly { readonly message: string }[] }>;
}

test("the app synthesizes both stacks in an empty environment, and warns that nobody is mailed", async () => {
  // WHEN
  const { exitCode, stdout, stderr } = await runApp({ CDKTF_OUTDIR: directory });

  // THEN
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  expect(stacksIn(directory)).toEqual(["guardduty-lab", "guardduty-response"]);
  expect(warningsIn(directory)).toEqual([
    expect.stringContaining("no alertEmails: nobody is mailed about findings"),
    expect.stringContaining("no alertEmails: nobody is mailed about removed revocations"),
  ]);
});

test("the app takes its settings from the environment", async () => {
  // WHEN
  const environment = { GUARDDUTY_RESPONSE_REGION: "eu-north-1", GUARDDUTY_RESPONSE_ALERT_EMAILS: "a@example.com" };
  const { exitCode, stderr } = await runApp({ CDKTF_OUTDIR: directory, ...environment });

  // THEN
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const configuration = JSON.parse(readFileSync(path.join(directory, "stacks/guardduty-response/cdk.tf.json"), "utf8"));
  expect(configuration.provider.aws[0].region).toBe("eu-north-1");
  expect(warningsIn(directory)).toEqual([]);
});

test("rejects invalid settings with exit code 1 and one message, and synthesizes nothing", async () => {
  // WHEN
  const output = path.join(directory, "out");
  const environment = { GUARDDUTY_RESPONSE_REGION: "Oregon", GUARDDUTY_RESPONSE_ALERT_EMAILS: "nobody" };
  const { exitCode, stdout, stderr } = await runApp({ CDKTF_OUTDIR: output, ...environment });

  // THEN
  expect(exitCode).toBe(1);
  expect(stdout).toBe("");
  expect(stderr.trimEnd().split("\n")).toEqual([
    'invalid settings in cdktf.json ("context") or in GUARDDUTY_RESPONSE_… variables:',
    '  - region: must be the name of a region such as us-west-2; received "Oregon"',
    '  - alertEmails[0]: must be an e-mail address such as security@example.com; received "nobody"',
  ]);
  expect(existsSync(output)).toBe(false);
});
