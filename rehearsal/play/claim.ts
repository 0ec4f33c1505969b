import type { Delivery } from "../../local-aws/deployment/local-deployment";
import type { Decision } from "../../local-aws/iam/simulator";

/** Something that must be true of what was synthesized. */
export interface Claim {
  readonly text: string;
  readonly holds: boolean;
  /** What stands against it. */
  readonly why?: string;
}

/** A claim with the reason why it does not hold; no reason means that it does. */
export function claim(text: string, why: string | undefined): Claim {
  return why === undefined ? { text, holds: true } : { text, holds: false, why };
}

/** Why IAM's decision is not the expected one; undefined if it is. */
export function unlessDecided({ effect, statements }: Decision, expected: Decision["effect"]): string | undefined {
  if (effect === expected) return undefined;
  const by = statements.map(({ policyName, statement }) => ` by ${policyName} ${JSON.stringify(statement)}`);
  return `it is ${effect}${by.join(",")}`;
}

/** Problems in one line; undefined if there are none. */
export const unlessAny = (problems: readonly string[]): string | undefined =>
  problems.length === 0 ? undefined : problems.join("; ");

/** Which parts a text lacks; undefined if it has them all. */
export function unlessContains(text: string, parts: readonly string[]): string | undefined {
  const missing = parts.filter((part) => !text.includes(part));
  return missing.length === 0 ? undefined : `it does not contain ${missing.join(" or ")}`;
}

/** Why the targets did not both mail people and invoke a function; undefined if they did. */
export function unlessDelivered(deliveries: readonly Delivery[]): string | undefined {
  const refused = deliveries.flatMap((delivery) => (delivery.kind === "refused" ? delivery.why : []));
  if (refused.length > 0) return refused.join("; ");
  if (!deliveries.some(({ kind }) => kind === "mailed")) return "no target mails people";
  return deliveries.some(({ kind }) => kind === "invoked") ? undefined : "no target is a function";
}
