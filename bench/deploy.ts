import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { compare, type Figure } from "./measure";

const PROJECT = dirname(__dirname);

/** The resource that takes longest alone: the provider waits for a queue's attributes to settle. */
const SLOWEST = {
  terraform: { required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.100.0, < 7.0.0" } } },
  provider: { aws: [{ region: "us-west-2" }] },
  resource: { aws_sqs_queue: { slowest: { name: "slowest" } } },
};

/**
 * The first apply of the response on an emulator, against applying its slowest single resource alone; undefined, with a
 * line that says so, if Terraform or the emulator is missing.
 */
export async function firstApply(rounds: number): Promise<Figure[] | undefined> {
  for (const tool of ["terraform", "moto_server"]) {
    if (spawnSync(tool, ["--version"]).error) {
      console.error(`${tool} is not installed: the first apply is not measured`);
      return undefined;
    }
  }
  const floor = mkdtempSync(join(tmpdir(), "bench-floor-"));
  writeFileSync(join(floor, "main.tf.json"), JSON.stringify(SLOWEST));
  const output = mkdtempSync(join(tmpdir(), "bench-out-"));
  await run(join(PROJECT, "node_modules", ".bin", "tsx"), ["main.ts"], PROJECT, { CDKTF_OUTDIR: output });
  return compare(
    [
      { name: "its slowest resource alone", run: () => applyFresh(floor) },
      { name: "the response", run: () => applyFresh(join(output, "stacks", "guardduty-response")) },
    ],
    rounds,
  );
}

/** Applies a folder to an emulator that has just been started; resolves with the milliseconds of the apply. */
async function applyFresh(configuration: string): Promise<number> {
  const folder = join(mkdtempSync(join(tmpdir(), "bench-apply-")), "stacks", "stack", "here");
  mkdirSync(folder, { recursive: true });
  cpSync(configuration, folder, { recursive: true });
  const { emulator, url } = await startEmulator();
  const account = { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: "bench", AWS_SECRET_ACCESS_KEY: "bench" };
  try {
    await run("terraform", ["init", "-input=false"], folder, account);
    const started = performance.now();
    await run("terraform", ["apply", "-auto-approve", "-input=false"], folder, account);
    return performance.now() - started;
  } finally {
    emulator.kill();
    await once(emulator, "exit");
  }
}

async function startEmulator(): Promise<{ emulator: ChildProcess; url: string }> {
  const port = await freePort();
  const emulator = spawn("moto_server", ["-p", String(port)], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  const isUp = () => fetch(url).then(Boolean, () => false);
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await isUp()) return { emulator, url };
    await sleep(100);
  }
  emulator.kill();
  throw new Error("moto_server did not answer within ten seconds");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function run(
  command: string,
  parameters: string[],
  cwd: string,
  environment: Record<string, string>,
): Promise<void> {
  const child = spawn(command, parameters, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${command} ${parameters.join(" ")} ended with ${code}`);
}

if (require.main === module) {
  firstApply(Number(process.argv[2] ?? 1)).then(console.table, console.error);
}
