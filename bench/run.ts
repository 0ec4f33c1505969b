import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { byMemory, farFromIam } from "./as-deployed";
import { bundleSizes } from "./bundle-size";
import { coldStart } from "./cold-start";
import { firstApply } from "./deploy";
import type { Figure } from "./measure";
import { rehearsal } from "./rehearsal";
import { storm, stormOverOrganization } from "./storm";
import { synthesis } from "./synth";
import { memoryGrowth, warmHandling } from "./warm";

const RESULTS = join(dirname(__dirname), "dist", "bench.json");

/** Runs every measurement, prints them, and writes them to dist/bench.json. `--quick` takes fewer rounds. */
async function main(): Promise<void> {
  const quick = process.argv.includes("--quick");
  const results = {
    node: process.version,
    coldStart: print("Cold start: process start to the first accepted PutRolePolicy", await coldStart(quick ? 7 : 31)),
    warm: print("Warm: event to the accepted PutRolePolicy", await warmHandling(quick ? 100 : 500)),
    far: print("Cold start, 70 ms from IAM, over TLS", await farFromIam(quick ? 7 : 21)),
    byMemory: await byMemory(quick ? 7 : 21),
    memory: log("Memory of one warm process", await memoryGrowth(quick ? 2_000 : 10_000)),
    storm: log(
      "Storm: repeated findings, every fifth IAM call throttled",
      await storm({ findings: 1_000, roles: 100, members: 0 }),
    ),
    organization: table(
      "Storm over an organization, every fifth IAM and STS call throttled",
      await (quick
        ? stormOverOrganization(1_000, 100, [10, 100])
        : stormOverOrganization(10_000, 1_000, [10, 100, 1_000])),
    ),
    synth: await synthesis(quick ? 3 : 9),
    rehearsal: print("Rehearsal", await rehearsal(quick ? 3 : 9)),
    bundle: bundleSizes(),
    firstApply: await firstApply(quick ? 1 : 2),
  };
  if (results.byMemory) {
    print("First event of a new environment, over TLS, by the CPU that memory buys", results.byMemory.first);
    print("Warm event, the same", results.byMemory.warm);
  }
  print("Synth: tsx main.ts", results.synth.time);
  log("Synth: peak memory in MB", results.synth.peakMegabytes);
  if (results.firstApply) print("First apply on an emulator", results.firstApply);
  log("Package of the function, in bytes", results.bundle);
  mkdirSync(dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`written to ${RESULTS}`);
}

function print(title: string, figures: readonly Figure[]): readonly Figure[] {
  console.log(`\n${title}`);
  for (const { name, median, ratio } of figures) {
    console.log(`  ${name.padEnd(44)} ${median.toFixed(1).padStart(9)} ms ${ratio.toFixed(2).padStart(7)} x`);
  }
  return figures;
}

function table<Row extends object>(title: string, rows: readonly Row[]): readonly Row[] {
  console.log(`\n${title}`);
  console.table(rows);
  return rows;
}

function log<Value>(title: string, value: Value): Value {
  console.log(`\n${title}`);
  console.dir(value, { depth: 4 });
  return value;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
