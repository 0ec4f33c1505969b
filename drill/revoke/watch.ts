import type { OutcomeLine } from "../../src/contract/outcome-line";
import { revokes } from "../check/judge/revocations";
import { until } from "../until";
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
  let isOver = false;
  const seen = async <Value>(
    every: number,
    look: () => Promise<Value | undefined>,
  ): Promise<Seen<Value> | undefined> => {
    const value = await until(
      look,
      () => secondsSince() < LIMIT_SECONDS && !isOver,
      () => account.wait(every),
    );
    return value === undefined ? undefined : { value, seconds: secondsSince() };
  };
  const { roleName, session, call, findingId } = drilled;
  try {
    const [policy, denied, outcome] = await Promise.all([
      seen(OFTEN_SECONDS, async () => (await account.policyNames(roleName)).find(revokes)),
      seen(OFTEN_SECONDS, async () => ((await session.attempt(call)) === "explicitly denied" ? true : undefined)),
      seen(SELDOM_SECONDS, async () => {
        const line = await account.outcomeOf(findingId, handedOver);
        if (line?.outcome === "not-revoked") isOver = true;
        return line;
      }),
    ]);
    return { policy, denied, outcome };
  } finally {
    // A look that fails ends the others too.
    isOver = true;
  }
}
