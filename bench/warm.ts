import { join } from "node:path";

import { EnvironmentProcess } from "./environment-process";
import { nextPolicy, startIncident } from "./incident";
import { compare, type Figure } from "./measure";
import { unpackOurs } from "./packages";

/** From the event to the accepted PutRolePolicy in a process that is warm. */
export async function warmHandling(rounds: number): Promise<Figure[]> {
  const incident = await startIncident();
  const floor = await EnvironmentProcess.start(join(__dirname, "peers", "hand-signed.cjs"), incident.environment);
  const ours = await EnvironmentProcess.start(join(unpackOurs(), "index.js"), incident.environment);
  const contender = (name: string, environment: EnvironmentProcess) => ({
    name,
    async run() {
      const event = incident.event();
      const written = nextPolicy(incident);
      const started = performance.now();
      const { error } = await environment.handle(event);
      if (error) throw new Error(`${name}: ${error}`);
      return (await written) - started;
    },
  });
  try {
    return await compare(
      [contender("three requests, hand-signed, kept alive", floor), contender("ours", ours)],
      rounds,
    );
  } finally {
    await Promise.all([floor.stop(), ours.stop(), incident.endpoint.close()]);
  }
}

/** How the heap of one process grows from its 1,000th finding to its last. */
export async function memoryGrowth(findings: number): Promise<{ findings: number; heapGrowthKilobytes: number }> {
  const incident = await startIncident();
  const ours = await EnvironmentProcess.start(join(unpackOurs(), "index.js"), incident.environment);
  const handle = async (count: number) => {
    for (let index = 0; index < count; index++) {
      const { error } = await ours.handle(incident.event());
      if (error) throw new Error(error);
      incident.endpoint.calls.length = 0;
      incident.endpoint.account.mails.length = 0;
    }
  };
  try {
    await handle(1_000);
    const early = await ours.heapUsed();
    await handle(findings - 1_000);
    return { findings, heapGrowthKilobytes: Math.round(((await ours.heapUsed()) - early) / 1024) };
  } finally {
    await Promise.all([ours.stop(), incident.endpoint.close()]);
  }
}

if (require.main === module) {
  warmHandling(Number(process.argv[2] ?? 200)).then(console.table, console.error);
}
