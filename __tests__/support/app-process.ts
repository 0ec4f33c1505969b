import { spawn } from "node:child_process";
import path from "node:path";

/** The project's folder. */
export const PROJECT = path.dirname(path.dirname(__dirname));

/** How a run of the app ended. */
export interface AppRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `main.ts` in a process of its own, as `cdktf synth` does.
 *
 * @param environment all that the process sees, nothing of this one's is added.
 * @param project the folder to run it in, the project's own unless given.
 */
export async function runApp(environment: Readonly<Record<string, string>>, project = PROJECT): Promise<AppRun> {
  const app = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "main.ts"], {
    cwd: project,
    env: environment as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  app.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  app.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exitCode = await new Promise<number | null>((resolve, reject) =>
    app.once("error", reject).once("close", resolve),
  );
  return { exitCode, stdout, stderr };
}
