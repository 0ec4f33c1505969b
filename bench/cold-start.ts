import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BenchIncident, MEMBERS, nextPolicy, startIncident } from "./incident";
import { compare, type Contender, type Figure } from "./measure";
import { bundleWithDefaults, unpackOurs } from "./packages";

const PEERS = join(__dirname, "peers");

/** The time from the start of a process to the first accepted PutRolePolicy: what a cold start leaves to a thief. */
export async function coldStart(rounds: number, { withBoto3 = true } = {}): Promise<Figure[]> {
  const incident = await startIncident();
  const ours = unpackOurs();
  const defaults = bundleWithDefaults(mkdtempSync(join(tmpdir(), "bench-")));
  const invoke = join(PEERS, "invoke-once.cjs");
  // No event is about them: what they cost the function's own account.
  const environment = { ...incident.environment, MEMBERS: JSON.stringify(MEMBERS) };
  const withMembers = { ...incident, environment };
  const contenders: [Contender, ...Contender[]] = [
    coldStartOf("bare Node, hand-signed", incident, "node", [join(PEERS, "hand-signed.cjs")]),
    coldStartOf("ours", incident, "node", [invoke, ours]),
    coldStartOf("ours, bundled with esbuild's defaults", incident, "node", [invoke, defaults]),
    coldStartOf("ours, with members configured", withMembers, "node", [invoke, ours]),
  ];
  if (withBoto3 && hasBoto3()) {
    contenders.push(coldStartOf("boto3", incident, "python3", [join(PEERS, "boto3_calls.py")]));
  }
  try {
    return await compare(contenders, rounds);
  } finally {
    await incident.endpoint.close();
  }
}

function hasBoto3(): boolean {
  const isInstalled = spawnSync("python3", ["-c", "import boto3"]).status === 0;
  if (!isInstalled) console.error("boto3 is not installed: the cold start is measured without it");
  return isInstalled;
}

/** A process that is started for one event, measured until its first policy is accepted. */
export function coldStartOf(
  name: string,
  incident: BenchIncident,
  command: string,
  parameters: readonly string[],
): Contender {
  return {
    name,
    async run() {
      const EVENT = JSON.stringify(incident.event());
      const written = nextPolicy(incident);
      const started = performance.now();
      const child = spawn(command, parameters, {
        env: { ...incident.environment, EVENT },
        stdio: ["ignore", "ignore", "inherit"],
      });
      const exit = once(child, "exit");
      const failed = exit.then(([code]) => {
        if (code !== 0) throw new Error(`${name} ended with ${code}`);
      });
      await Promise.race([written, failed]);
      const milliseconds = (await written) - started;
      await failed;
      return milliseconds;
    },
  };
}

if (require.main === module) {
  coldStart(Number(process.argv[2] ?? 20)).then(console.table, console.error);
}
