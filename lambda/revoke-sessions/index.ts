import { setTimeout as sleep } from "node:timers/promises";

import type { Context } from "aws-lambda";

import { iamCalls, instanceProfilesOf } from "./aws/iam";
import { readConfiguration } from "./configuration";
import { logLine } from "./log";
import type { Result } from "./outcome";
import { respond } from "./respond";

const configuration = readConfiguration(process.env);

/** What is left to Lambda after the last call has been given up: enough to report the error. */
const RESERVE_MILLISECONDS = 3_000;

/** It only enriches a report that is waiting to be sent: what does not answer soon is left out. */
const ENRICHMENT_MILLISECONDS = 10_000;

/** The time to work with where the handler is run by hand, without Lambda's context. */
const BY_HAND_MILLISECONDS = 120_000;

/**
 * Answers one GuardDuty finding, as EventBridge invokes it: attaches the policy that denies the stolen sessions, and
 * mails what was done. Anything thrown makes Lambda try again and then hand the event to the queue.
 */
export async function handler(event: unknown, context?: Partial<Context>): Promise<Result> {
  const remaining = () => context?.getRemainingTimeInMillis?.() ?? BY_HAND_MILLISECONDS;
  // A signal of its own each time: one that combines others can be collected as garbage before it fires.
  const within = (milliseconds = Infinity) =>
    AbortSignal.timeout(Math.max(0, Math.min(milliseconds, remaining() - RESERVE_MILLISECONDS)));
  const deadline = within();
  const { result, incident } = await respond(event, {
    configuration,
    now: () => new Date(),
    wait: (seconds) => sleep(seconds * 1_000),
    aws: {
      ...iamCalls(deadline),
      async findRoleUse(roleName) {
        const soon = within(ENRICHMENT_MILLISECONDS);
        const profileArns = await instanceProfilesOf(roleName, soon);
        if (profileArns.length === 0) return [];
        const { findInstances } = await import("./reporting");
        return findInstances(profileArns, soon);
      },
      async notify(told) {
        const { publishReport } = await import("./reporting");
        return publishReport(told, deadline);
      },
    },
  });
  process.stdout.write(`${logLine(result, incident, new Date())}\n`);
  return result;
}
