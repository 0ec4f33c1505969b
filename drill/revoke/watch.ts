import type { OutcomeLine } from "../../src/contract/outcome-line";
import { revokes } from "../check/judge/revocations";
import type { DrillAccount, DrillSession } from "./ports";

/** As long as Lambda's first attempt and its second, a minute later, may take. */
export const LIMIT_SECONDS = 240;

/** How often it is looked whether the session is denied, and the policy there: what is measured is as exact. */
const OFTEN_SECONDS = 0.25;
/** CloudWatch lets an account look into its logs a few times a second. */
const SELDOM_SECONDS = 1;

/** What a drill waits for, and when it is seen, in seconds from when the function was handed the finding. */
export interface Watched {
  /** The policy that is on the role. */
  readonly policy?: Seen<string>;
  /** The session's call is explicitly denied. */
  readonly denied?: Seen<true>;
  /** The function's line in its log, which it writes when the mail is sent. */
  readonly outcome?: Seen<OutcomeLine>;
}

export interface Seen<Value> {
  readonly value: Value;
  readonly seconds: number;
}

/** Watches what becomes of a drill's finding, until all of it is seen, or cannot come any more. */
export async function watch(
  account: DrillAccount,
  drilled: {
    readonly roleName: string;
    readonly session: DrillSession;
    readonly call: string;
    readonly findingId: string;
  },
  handedOver: Date,
): Promise<Watched> {
  const secondsSince = () => (account.now().getTime() - handedOver.getTime()) / 1_000;
  let isRefused = false;
  const until = async <Value>(
    every: number,
    look: () => Promise<Value | undefined>,
  ): Promise<Seen<Value> | undefined> => {
    while (secondsSince() < LIMIT_SECONDS && !isRefused) {
      const value = await look();
      if (value !== undefined) return { value, seconds: secondsSince() };
      await account.wait(every);
    }
    return undefined;
  };
  const { roleName, session, call, findingId } = drilled;
  const [policy, denied, outcome] = await Promise.all([
    until(OFTEN_SECONDS, async () => (await account.policyNames(roleName)).find(revokes)),
    until(OFTEN_SECONDS, async () => ((await session.attempt(call)) === "explicitly denied" ? true : undefined)),
    until(SELDOM_SECONDS, async () => {
      const line = await account.outcomeOf(findingId, handedOver);
      isRefused = line?.outcome === "not-revoked";
      return line;
    }),
  ]);
  return { policy, denied, outcome };
}
