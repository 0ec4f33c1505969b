/**
 * Everything until the policy is written: a file of its own in the package, loaded while the first connections are opened.
 */
import type { Agent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import type { Context } from "aws-lambda";

import type { Result } from "../../src/contract/outcome-line";
import { type Access, AccountAccess } from "./access";
import { iamCalls, instanceProfilesOf } from "./aws/iam";
import { readConfiguration } from "./configuration";
import { logLine } from "./log";
import type { Account } from "./ports";
import { respond } from "./respond";

/** Time reserved at the end of the invocation so that a timeout can still be reported as an error. */
const RESERVE_MILLISECONDS = 3_000;

/** Time limit for listing the affected instances; the report goes out without them if it is exceeded. */
const ENRICHMENT_MILLISECONDS = 10_000;

/** Time limit for an incident's event; it is logged if the bus has not taken it by then. */
const ANNOUNCEMENT_MILLISECONDS = 20_000;

/** The time to work with if the handler is run by hand, without Lambda's context. */
const BY_HAND_MILLISECONDS = 120_000;

export type Handler = (event: unknown, context?: Partial<Context>) => Promise<Result>;

/**
 * The handler of events over an agent's connections.
 *
 * @throws Error that names every variable of the environment that is not usable.
 */
export function handlerOver(agent: Agent): Handler {
  const configuration = readConfiguration(process.env);
  const access = new AccountAccess(configuration, agent);

  return async function handle(event, context) {
    const end = Date.now() + (context?.getRemainingTimeInMillis?.() ?? BY_HAND_MILLISECONDS) - RESERVE_MILLISECONDS;
    const millisecondsLeft = () => Math.max(0, end - Date.now());
    // Not AbortSignal.any(): a combined signal can be garbage-collected before it fires.
    const signalFor = (milliseconds = Infinity) => AbortSignal.timeout(Math.min(milliseconds, millisecondsLeft()));
    const deadline = signalFor();

    const accountWith = ({ credentials, iam }: Access): Account => ({
      ...iamCalls(iam, deadline),
      async findRoleUse(roleName, region) {
        const signal = signalFor(ENRICHMENT_MILLISECONDS);
        const profileArns = await instanceProfilesOf(iam, roleName, signal);
        if (profileArns.length === 0) return [];
        const { findInstances } = await import("./reporting");
        return findInstances(credentials, region, profileArns, signal);
      },
      async lookUpActivity(finding, seconds, stolen) {
        const { lookUpInCloudTrail } = await import("./reporting");
        return lookUpInCloudTrail(finding, configuration, credentials, seconds, stolen);
      },
    });
    const { others, ...worst } = await respond(event, {
      configuration,
      accountOf: async (finding) => accountWith(await access.to(finding, deadline)),
      async report(incident, otherIncidents) {
        const { publishReport } = await import("./reporting");
        return publishReport(incident, otherIncidents, deadline);
      },
      async announce(told) {
        const { announceIncident } = await import("./reporting");
        return announceIncident(told, signalFor(ANNOUNCEMENT_MILLISECONDS));
      },
      now: () => new Date(),
      wait: (seconds) => sleep(seconds * 1_000),
      secondsLeft: () => millisecondsLeft() / 1_000,
    }).catch((error: unknown) => {
      access.forget();
      throw error;
    });
    for (const { outcome, incident } of [worst, ...others]) {
      process.stdout.write(`${logLine(outcome, incident, new Date())}\n`);
    }
    return others.length === 0 ? worst.outcome : { ...worst.outcome, others: others.map(({ outcome }) => outcome) };
  };
}
