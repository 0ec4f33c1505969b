import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A share of one CPU that processes can be put under, as Lambda does by a function's memory. */
export interface CpuShare {
  add(pid: number): void;
  /** Ends the share; its processes must have ended. */
  remove(): void;
}

/**
 * The memory that buys one whole CPU.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const WHOLE_CPU_MEGABYTES = 1_769;

const PERIOD_MICROSECONDS = 20_000;

/** The folders of cgroup's first and second version, and the files that hold the limit. */
const VERSIONS = [
  {
    parent: "/sys/fs/cgroup/cpu",
    limit: (quota: number) => ({ "cpu.cfs_period_us": `${PERIOD_MICROSECONDS}`, "cpu.cfs_quota_us": `${quota}` }),
  },
  { parent: "/sys/fs/cgroup", limit: (quota: number) => ({ "cpu.max": `${quota} ${PERIOD_MICROSECONDS}` }) },
];

/**
 * The share of a CPU that a function of so much memory gets.
 *
 * @returns undefined where this machine lets nobody make a control group.
 */
export function cpuShare(megabytes: number): CpuShare | undefined {
  const quota = Math.round((PERIOD_MICROSECONDS * megabytes) / WHOLE_CPU_MEGABYTES);
  for (const { parent, limit } of VERSIONS) {
    const group = join(parent, `bench-${process.pid}-${megabytes}`);
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    try {
      for (const [file, value] of Object.entries(limit(quota))) {
        // A plain folder would take any file.
        if (!existsSync(join(group, file))) throw new Error(`${file} is missing`);
        writeFileSync(join(group, file), value);
      }
      return {
        add: (pid) => writeFileSync(join(group, "cgroup.procs"), `${pid}`),
        remove: () => rmdirSync(group),
      };
    } catch {
      rmdirSync(group);
    }
  }
  return undefined;
}
