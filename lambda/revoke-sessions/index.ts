import { setTimeout as sleep } from "node:timers/promises";

import type { Context } from "aws-lambda";

import { iamCalls } from "./aws/iam";
import { readConfiguration } from "./configuration";
import type { Result } from "./outcome";
import { respond } from "./respond";

const configuration = readConfiguration(process.env);

/** What is left to Lambda after the last call has been given up: enough to report the error. */
const RESERVE_MILLISECONDS = 3_000;

/** The time to work with where the handler is run by hand, without Lambda's context. */
const UNLIMITED_MILLISECONDS = 120_000;

/**
 * Answers one GuardDuty finding, as EventBridge invokes it: attaches the policy that denies the stolen sessions, and
 * mails what was done. Anything thrown makes Lambda try again and then hand the event to the queue.
 */
export async function handler(event: unknown, context?: Partial<Context>): Promise<Result> {
  const remaining = context?.getRemainingTimeInMillis?.() ?? UNLIMITED_MILLISECONDS;
  const deadline = AbortSignal.timeout(Math.max(0, remaining - RESERVE_MILLISECONDS));
  const result = await respond(event, {
    configuration,
    now: () => new Date(),
    wait: (seconds) => sleep(seconds * 1_000),
    aws: {
      ...iamCalls(deadline),
      // Loaded only now: what reports must not delay what revokes.
      findRoleUse: async (roleName) => (await import("./aws/ec2")).findRoleUse(roleName, deadline),
      notify: async (incident) => (await import("./aws/sns")).publishReport(incident, deadline),
    },
  });
  log(result);
  return result;
}

/** One line of JSON: Lambda passes it on as it is, and metric filters read its fields. */
function log(result: Result): void {
  const line = { level: "INFO", timestamp: new Date().toISOString(), message: "finding handled", ...result };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
