import { claim } from "../../rehearsal/play/claim";
import { CREDENTIAL_EXFILTRATION_TYPES } from "../../src/contract/finding-kinds";
import type { OutcomeLine } from "../../src/contract/outcome-line";
import type { Deployed } from "../deployed";
import type { Step } from "../step";
import { until } from "../until";
import type { WiringAccount } from "./ports";

/**
 * GuardDuty passes on a new finding within five minutes; one that it has made before, as often as its detector says: every fifteen
 * minutes in a deployment that `check` finds right.
 */
const LIMIT_SECONDS = 20 * 60;

/** How often it is looked. */
const EVERY_SECONDS = 2;

/** The types of which a deployment gets findings. */
export const typesOf = (further: readonly string[]): string[] => [
  ...CREDENTIAL_EXFILTRATION_TYPES.map((prefix) => `${prefix}.OutsideAWS`),
  ...further,
];

/** A type of which GuardDuty was asked for a sample. */
interface Asked {
  readonly type: string;
  readonly at: Date;
  readonly isMade: boolean;
}

/** What was seen of a sample, in seconds from when GuardDuty was asked for it. */
interface Arrival {
  readonly made?: { readonly id: string; readonly seconds: number };
  readonly handled?: { readonly line: OutcomeLine; readonly seconds: number };
}

/** Has GuardDuty make samples, and waits for what the function says about each; nothing is revoked. */
export async function* wiring(
  account: WiringAccount,
  deployed: Deployed,
  types: readonly string[],
): AsyncGenerator<Step> {
  const asked: Asked[] = [];
  // One by one: a type that GuardDuty does not know must not keep it from making the others.
  for (const type of types) asked.push({ type, at: account.now(), isMade: await account.createSample(type) });
  const made = asked.filter(({ isMade }) => isMade);
  yield {
    title: "GuardDuty is asked for its samples",
    facts: [
      ...asked.map(({ type, isMade }) => `${type}${isMade ? "" : ": GuardDuty makes no sample of it"}`),
      "They come within about five minutes; if they were made before, within a quarter of an hour.",
    ],
    claims: [claim("it makes at least one", made.length > 0 ? undefined : "it makes none of these types")],
  };
  const arrivals = made.map((each) => ({ ...each, arrival: arrivalOf(account, each) }));
  // Whichever fails first is thrown below; the others must not end the process.
  void Promise.allSettled(arrivals.map(({ arrival }) => arrival));
  for (const { type, arrival } of arrivals) yield stepOf(type, await arrival, deployed);
}

async function arrivalOf(account: WiringAccount, { type, at }: Asked): Promise<Arrival> {
  const secondsSince = () => (account.now().getTime() - at.getTime()) / 1_000;
  const seen = <Value>(look: () => Promise<Value | undefined>): Promise<Value | undefined> =>
    until(
      look,
      () => secondsSince() < LIMIT_SECONDS,
      () => account.wait(EVERY_SECONDS),
    );
  const id = await seen(() => account.sampleOf(type, at));
  if (id === undefined) return {};
  const made = { id, seconds: secondsSince() };
  const line = await seen(() => account.outcomeOf(id, at));
  return line ? { made, handled: { line, seconds: secondsSince() } } : { made };
}

function stepOf(type: string, { made, handled }: Arrival, { logGroupName, region }: Deployed): Step {
  const reason = handled?.line.outcome === "not-revoked" ? ` (${handled.line.reason})` : "";
  const outcome = handled && `${handled.line.outcome}${reason}`;
  const late =
    `not within ${LIMIT_SECONDS / 60} minutes: if drill check finds detector, rule and function right, try again; ` +
    `aws logs tail ${logGroupName} --region ${region}`;
  return {
    title: `The sample of ${type} reaches the function`,
    facts: [
      ...(made ? [`${seconds(made.seconds)}  GuardDuty has made the finding ${made.id}`] : []),
      ...(handled ? [`${seconds(handled.seconds)}  outcome in the log, mail sent: ${outcome}`] : []),
      ...(made && handled
        ? [`${(handled.seconds - made.seconds).toFixed(1)} s from the finding to the mail, through EventBridge`]
        : []),
    ],
    claims: [
      claim("GuardDuty makes the finding", made ? undefined : late),
      ...(made ? [claim("the function handles it", handled ? undefined : late)] : []),
      ...(handled
        ? [claim("nothing is revoked", handled.line.outcome === "not-revoked" ? undefined : `it is ${outcome}`)]
        : []),
    ],
  };
}

const seconds = (value: number): string => `${value.toFixed(1).padStart(6)} s`;
