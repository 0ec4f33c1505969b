import { join } from "node:path";

import { faults } from "../local-aws/api/fault";
import { EnvironmentProcess } from "./environment-process";
import { startIncident } from "./incident";
import { unpackOurs } from "./packages";

export interface StormFigures {
  readonly findings: number;
  readonly roles: number;
  /** Calls that the endpoint throttled. */
  readonly throttled: number;
  readonly writes: number;
  /** Findings that were not handled even after Lambda's two retries, and roles without a policy at the end. */
  readonly lost: number;
  readonly medianMilliseconds: number;
  readonly p99Milliseconds: number;
}

const ENVIRONMENTS = 8;
const THROTTLED_SHARE = 0.2;
const ATTEMPTS = 3;

/** A thief who goes on: findings repeated over many roles, handled side by side, while IAM throttles every fifth call. */
export async function storm(findings = 1_000, roles = 100): Promise<StormFigures> {
  const incident = await startIncident(roles);
  const { endpoint } = incident;
  let calls = 0;
  let throttled = 0;
  let writes = 0;
  endpoint.hooks.fault = (call) => {
    if (call.service === "iam" && ++calls % Math.round(1 / THROTTLED_SHARE) === 0) {
      throttled++;
      return faults.throttled("iam");
    }
    if (call.action === "PutRolePolicy") writes++;
    return undefined;
  };
  const firsts = Array.from({ length: roles }, (_, index) => incident.event(`compromised-${index}`));
  const queue = Array.from({ length: findings }, (_, index) => firsts[index % roles]!);
  const package_ = unpackOurs();
  const milliseconds: number[] = [];
  let unhandled = 0;
  await Promise.all(
    Array.from({ length: ENVIRONMENTS }, async () => {
      const environment = await EnvironmentProcess.start(join(package_, "index.js"), incident.environment);
      for (let event = queue.shift(); event; event = queue.shift()) {
        const started = performance.now();
        let handled = false;
        for (let attempt = 0; attempt < ATTEMPTS && !handled; attempt++) {
          handled = (await environment.handle(event)).error === undefined;
        }
        if (!handled) unhandled++;
        milliseconds.push(performance.now() - started);
      }
      await environment.stop();
    }),
  );
  const unrevoked = [...endpoint.account.roles.values()].filter(({ policies }) => policies.size === 0).length;
  await endpoint.close();
  milliseconds.sort((a, b) => a - b);
  const percentile = (share: number) => Math.round(milliseconds[Math.ceil(milliseconds.length * share) - 1]!);
  return {
    findings,
    roles,
    throttled,
    writes,
    lost: unhandled + unrevoked,
    medianMilliseconds: percentile(0.5),
    p99Milliseconds: percentile(0.99),
  };
}

if (require.main === module) {
  storm().then(console.log, console.error);
}
