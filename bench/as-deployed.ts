import { join } from "node:path";

import { coldStartOf } from "./cold-start";
import { type CpuShare, cpuShare, WHOLE_CPU_MEGABYTES } from "./cpu-share";
import { distantEndpoint } from "./distant-endpoint";
import { EnvironmentProcess } from "./environment-process";
import { nextPolicy, startIncident } from "./incident";
import { compare, type Contender, type Figure } from "./measure";
import { unpackOurs } from "./packages";

const MEMORY_MEGABYTES = [WHOLE_CPU_MEGABYTES, 1_024, 512, 256];

/** The round trip from us-west-2 to IAM's region, in milliseconds. */
const FAR_MILLISECONDS = 70;

/**
 * From the first event of a new environment, and from one that comes when it is warm, to the accepted PutRolePolicy: over TLS,
 * with the share of a CPU that each memory setting buys. Lambda loads a package with a whole CPU, whatever the setting.
 *
 * @returns undefined where this machine cannot limit a process's CPU.
 */
export async function byMemory(rounds: number): Promise<{ first: Figure[]; warm: Figure[] } | undefined> {
  const shares = MEMORY_MEGABYTES.map(cpuShare);
  if (!shares.every((share) => share !== undefined)) {
    console.error("no control groups of the CPU here: the memory settings are not compared");
    return undefined;
  }
  const incident = await startIncident();
  const distant = await distantEndpoint(incident.endpoint.url, 0);
  const ours = join(unpackOurs(), "index.js");
  const start = async (share: CpuShare, index: number) => {
    const started = await EnvironmentProcess.start(ours, {
      ...incident.environment,
      ...distant.environment,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: `${MEMORY_MEGABYTES[index]}`,
    });
    share.add(started.pid);
    return started;
  };
  const timeToWrite = async (environment: EnvironmentProcess) => {
    const written = nextPolicy(incident);
    const started = performance.now();
    const { error } = await environment.handle(incident.event());
    if (error) throw new Error(error);
    return (await written) - started;
  };
  const contenders = (run: (share: CpuShare, index: number) => Promise<number>) =>
    shares.map((share, index) => ({
      name: `${MEMORY_MEGABYTES[index]} MB`,
      run: () => run(share, index),
    })) as unknown as [Contender, ...Contender[]];
  const environments = await Promise.all(shares.map(start));
  try {
    const first = await compare(
      contenders(async (share, index) => {
        const environment = await start(share, index);
        try {
          return await timeToWrite(environment);
        } finally {
          await environment.stop();
        }
      }),
      rounds,
    );
    const warm = await compare(
      contenders((_, index) => timeToWrite(environments[index]!)),
      rounds * 5,
    );
    return { first, warm };
  } finally {
    await Promise.all(environments.map((environment) => environment.stop()));
    distant.close();
    await incident.endpoint.close();
    for (const share of shares) share.remove();
  }
}

/** The cold start of a function that is a continent away from IAM, against three requests that are signed by hand. */
export async function farFromIam(rounds: number): Promise<Figure[]> {
  const incident = await startIncident();
  const distant = await distantEndpoint(incident.endpoint.url, FAR_MILLISECONDS);
  const environment = { ...incident.environment, ...distant.environment };
  const peers = join(__dirname, "peers");
  try {
    return await compare(
      [
        coldStartOf("bare Node, hand-signed", { ...incident, environment }, "node", [join(peers, "hand-signed.cjs")]),
        coldStartOf("ours", { ...incident, environment }, "node", [join(peers, "invoke-once.cjs"), unpackOurs()]),
      ],
      rounds,
    );
  } finally {
    distant.close();
    await incident.endpoint.close();
  }
}

if (require.main === module) {
  const rounds = Number(process.argv[2] ?? 15);
  farFromIam(rounds)
    .then(console.table)
    .then(() => byMemory(rounds))
    .then((figures) => {
      console.table(figures?.first);
      console.table(figures?.warm);
    }, console.error);
}
