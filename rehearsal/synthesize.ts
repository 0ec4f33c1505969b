import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { RehearsalError } from "./play/rehearsal-error";

const PROJECT = path.dirname(__dirname);

/** The app that the story of an organization plays. */
export const ORGANIZATION_APP = path.join("rehearsal", "organization", "app", "main.ts");

/** What was synthesized, in a temporary directory until it is removed. */
export interface SynthesizedOutput {
  readonly directory: string;
  readonly milliseconds: number;
  remove(): void;
}

/**
 * Runs an app, as `cdktf synth` would, with the settings of cdktf.json and of the environment.
 *
 * @param environment variables that win over those of this process.
 * @param program the app, as a path from the project's folder.
 */
export async function synthesize(
  environment: Readonly<Record<string, string>>,
  program = "main.ts",
): Promise<SynthesizedOutput> {
  const started = performance.now();
  const directory = mkdtempSync(path.join(tmpdir(), "rehearsal-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const app = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), program], {
    cwd: PROJECT,
    env: { ...process.env, ...environment, CDKTF_OUTDIR: directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [app.stdout, app.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const exitCode = await new Promise((resolve, reject) => app.once("error", reject).once("close", resolve));
  if (exitCode !== 0) {
    remove();
    throw new RehearsalError(`the app cannot be synthesized:\n${output.trim()}`);
  }
  return { directory, milliseconds: performance.now() - started, remove };
}
