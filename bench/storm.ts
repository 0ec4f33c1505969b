import { join } from "node:path";

import type { AwsCall } from "../local-aws/api/endpoint";
import { faults } from "../local-aws/api/fault";
import type { Outcome } from "../src/contract/outcome-line";
import { EnvironmentProcess } from "./environment-process";
import { type BenchIncident, startIncident } from "./incident";
import { unpackOurs } from "./packages";

/** Findings that come all at once. */
export interface Storm {
  readonly findings: number;
  /** How many roles are robbed in all, of as many in each account; each is robbed once, and told of again and again. */
  readonly roles: number;
  /** Member accounts that have the roles; 0 for the function's own account. */
  readonly members: number;
  /** How many environments handle them side by side. @default - 16 */
  readonly environments?: number;
}

export interface StormFigures extends Storm {
  /** Calls to IAM and STS that the endpoint throttled. */
  readonly throttled: number;
  /** Sessions of members that were made. */
  readonly assumed: number;
  /** Policies that IAM accepted. */
  readonly writes: number;
  /** Findings that were not handled even after Lambda's two retries, or ended in another way, and roles without a policy at the end. */
  readonly lost: number;
  readonly medianMilliseconds: number;
  readonly p99Milliseconds: number;
  /** What survives a collection, of the environment that has most, in MB. */
  readonly heapMegabytes: number;
}

const THROTTLED_SHARE = 0.2;
const ATTEMPTS = 3;

/** A thief who goes on: findings repeated over many roles, handled side by side, while every fifth call to IAM or STS is throttled. */
export async function storm({ findings, roles, members, environments = 16 }: Storm): Promise<StormFigures> {
  const perAccount = Math.ceil(roles / Math.max(1, members));
  const incident = await startIncident(perAccount, members);
  const { endpoint, accounts } = incident;
  const count = { throttled: 0, assumed: 0, writes: 0 };
  endpoint.hooks.fault = (call) => {
    // Nobody looks at them, and there are hundreds of thousands.
    endpoint.calls.length = 0;
    if (isThrottled(call)) {
      count.throttled++;
      return faults.throttled(call.service as "iam" | "sts");
    }
    if (call.action === "PutRolePolicy") count.writes++;
    if (call.action === "AssumeRole") count.assumed++;
    return undefined;
  };
  try {
    const { milliseconds, unhandled, heapMegabytes } = await handleAll(
      incident,
      eventsOf(incident, findings, perAccount),
      environments,
    );
    const robbed = accounts.flatMap((account) => [...account.roles.values()]).filter(isRobbed);
    const unrevoked = robbed.filter(({ policies }) => policies.size === 0).length;
    const percentile = (share: number) => Math.round(milliseconds[Math.ceil(milliseconds.length * share) - 1]!);
    return {
      findings,
      roles: robbed.length,
      members,
      ...count,
      lost: unhandled + unrevoked,
      medianMilliseconds: percentile(0.5),
      p99Milliseconds: percentile(0.99),
      heapMegabytes,
    };
  } finally {
    await endpoint.close();
  }
}

/** The same storm over ever more accounts. */
export async function stormOverOrganization(findings: number, roles: number, sizes: readonly number[]) {
  const figures: StormFigures[] = [];
  for (const members of sizes) figures.push(await storm({ findings, roles, members }));
  return figures;
}

let calls = 0;
const isThrottled = ({ service }: AwsCall): boolean =>
  (service === "iam" || service === "sts") && ++calls % Math.round(1 / THROTTLED_SHARE) === 0;

const isRobbed = ({ name }: { readonly name: string }): boolean => name.startsWith("compromised-");

/** Account after account, and role after role: findings of one account are as far apart as they can be. */
function eventsOf({ accounts, event }: BenchIncident, findings: number, perAccount: number): object[] {
  const firsts = Array.from({ length: perAccount }, (_, index) =>
    accounts.map((account) => event(`compromised-${index}`, account)),
  ).flat();
  return Array.from({ length: findings }, (_, index) => firsts[index % firsts.length]!);
}

/** Handles events in several environments at once, each as often as Lambda tries, without the minutes between the attempts. */
async function handleAll({ environment }: BenchIncident, events: readonly object[], environments: number) {
  const queue = events.values();
  const package_ = unpackOurs();
  const milliseconds: number[] = [];
  let unhandled = 0;
  const heaps = await Promise.all(
    Array.from({ length: environments }, async () => {
      const started = await EnvironmentProcess.start(join(package_, "index.js"), environment);
      for (const event of queue) {
        const begun = performance.now();
        if (!(await isHandled(started, event))) unhandled++;
        milliseconds.push(performance.now() - begun);
      }
      const heap = await started.heapUsed();
      await started.stop();
      return heap;
    }),
  );
  milliseconds.sort((a, b) => a - b);
  return { milliseconds, unhandled, heapMegabytes: Math.round(Math.max(...heaps) / 1e5) / 10 };
}

async function isHandled(environment: EnvironmentProcess, event: object): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { result } = await environment.handle(event);
    if (result) return HANDLED.includes(result.outcome);
  }
  return false;
}

const HANDLED: readonly string[] = ["revoked", "already-revoked"] satisfies Outcome["outcome"][];

if (require.main === module) {
  const [findings = 10_000, ...sizes] = process.argv.slice(2).map(Number);
  stormOverOrganization(findings, 1_000, sizes.length > 0 ? sizes : [10, 100, 1_000]).then(
    console.table,
    console.error,
  );
}
