import type { Context } from "aws-lambda";

import type { Result } from "../../src/contract/outcome-line";
import { EarlyAgent, iamAddress } from "./aws/early-connections";

const { env } = process;

/** The memory that buys a whole CPU. Lambda loads with one whatever the memory, but only what is loaded at once. */
const WHOLE_CPU_MEGABYTES = 1_769;

const agent = new EarlyAgent(iamAddress(env));
const opened = agent.open();
const hasLessThanOneCpu = Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) < WHOLE_CPU_MEGABYTES;

// Loading holds up everything else: it begins when the connections are on their way, and goes on while they are opened.
const loaded = (hasLessThanOneCpu ? Promise.resolve() : opened).then(async () => {
  const { handlerOver } = await import("./handling");
  return handlerOver(agent);
});
// What cannot be loaded fails every invocation, and so every finding ends in the queue.
loaded.catch(() => undefined);

/**
 * Handles one GuardDuty finding, as EventBridge invokes it: attaches the policy that denies the stolen sessions, and
 * mails what was done. Anything thrown makes Lambda try again and then hand the event to the queue.
 */
export async function handler(event: unknown, context?: Partial<Context>): Promise<Result> {
  const handle = await loaded;
  return handle(event, context);
}
