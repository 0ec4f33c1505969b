import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

import { terraformMissing } from "./terraform";

/** An emulator of AWS to deploy to. */
export interface AwsEmulator {
  readonly url: string;
  /** Whether somebody else started it: what is left in it stays. */
  readonly shared: boolean;
  stop(): Promise<void>;
}

/** Names the endpoint of an emulator that runs already; one is started if it is left out. */
export const ENDPOINT_VARIABLE = "E2E_AWS_ENDPOINT_URL";

const STARTING_MILLISECONDS = 60_000;

/** Why nothing can be deployed to an emulator here, in one line; undefined if it can. */
export function emulatorMissing(): string | undefined {
  const withoutTerraform = terraformMissing();
  if (withoutTerraform !== undefined || process.env[ENDPOINT_VARIABLE]) return withoutTerraform;
  const { error } = spawnSync("moto_server", ["--help"], { timeout: STARTING_MILLISECONDS });
  return error && `moto_server does not run (${error.message}), and ${ENDPOINT_VARIABLE} names no emulator`;
}

/** Uses the emulator that {@link ENDPOINT_VARIABLE} names, or starts moto's server on a free port of this machine. */
export async function startEmulator(): Promise<AwsEmulator> {
  const given = process.env[ENDPOINT_VARIABLE];
  if (given) return { url: given, shared: true, stop: async () => {} };

  const server = spawn("moto_server", ["-H", "127.0.0.1", "-p", "0"], { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(server, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    const giveUp = (why: string) => reject(new Error(`moto_server ${why}:\n${output.trim()}`));
    const timer = setTimeout(() => giveUp("does not say where it listens"), STARTING_MILLISECONDS);
    server.once("error", reject).once("exit", () => giveUp("ended"));
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        const [, listening] = /Running on (http:\/\/\S+)/.exec(output) ?? [];
        if (!listening) return;
        clearTimeout(timer);
        resolve(listening);
        // What follows is its log: read, so that the server never blocks on it, and forgotten.
        output = "";
      });
    }
  });
  return {
    url,
    shared: false,
    async stop() {
      server.kill();
      await exited;
    },
  };
}

/** The variables that lead Terraform, its AWS provider and the SDK to an emulator. */
export function emulatorEnvironment({ url }: AwsEmulator): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "testing",
    AWS_SECRET_ACCESS_KEY: "testing",
    AWS_REGION: "us-west-2",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
