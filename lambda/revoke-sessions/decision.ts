import type { Sighting } from "./finding";
import type { Plan } from "./incident";
import { latest, type Policy, readPolicy } from "./policy";
import { isOwnEarlierAttempt, planRevocation, type Revocation } from "./revocation";
import type { Target } from "./target";

/** What one policy has to become. */
export interface Step {
  readonly target: Target;
  /** As it was attached before. */
  readonly before: Policy;
  readonly revocation: Revocation;
}

/** What is to be done about a finding, policy by policy. */
export interface Decision {
  readonly plan: Plan;
  readonly steps: readonly Step[];
}

/** The documents of a role's policies, by their names; undefined if a policy is not attached. */
export type Documents = ReadonlyMap<string, string | undefined>;

/**
 * Decides what each policy of a plan must become.
 *
 * @param wider names of policies that deny the plan's sessions among others.
 */
export function decide(
  plan: Plan,
  documents: Documents,
  wider: readonly string[],
  sighting: Sighting,
  now: Date,
): Decision {
  const others = wider.map((name) => readPolicy(documents.get(name), undefined, now));
  const steps = plan.targets.map((target): Step => {
    const before = readPolicy(documents.get(target.policyName), target.userId, now);
    return { target, before, revocation: planRevocation(target, before, others, sighting, now) };
  });
  return { plan, steps };
}

/** Whether the cut-off moves for any of the sessions. */
export const cuts = ({ steps }: Decision): boolean => steps.some(({ revocation }) => revocation.kind === "cut");

/** Whether anything is written. */
export const writes = ({ steps }: Decision): boolean => steps.some(({ revocation }) => revocation.kind !== "covered");

/** Of a narrow and a wider decision, the one that changes less; the narrow one if both move a cut-off. */
export function leastChange(narrow: Decision, wider: Decision): Decision {
  if (!writes(wider)) return wider;
  return writes(narrow) && !cuts(wider) ? wider : narrow;
}

/** Whether this very event was handled before, in an attempt whose mail may never have left. */
export const wasHandledBefore = ({ steps }: Decision): boolean =>
  steps.some(({ target, before }) => isOwnEarlierAttempt(target, [before]));

/** The latest cut-off in force. */
export const cutoffOf = (steps: readonly Step[]): Date => latest(steps.map(({ revocation }) => revocation.cutoff))!;

/** The policy as it stands after a step. */
export const policyAfter = ({ before, revocation }: Step): Policy =>
  revocation.kind === "covered" ? before : revocation.policy;
