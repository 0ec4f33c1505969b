import type { Scope } from "../../src/contract/environment";
import type { FunctionConfiguration } from "./configuration";
import type { Finding, Sighting } from "./finding";
import type { Plan } from "./incident";
import { isForever, latest, type Policy, readPolicy } from "./policy";
import { type Denying, isOwnEarlierAttempt, isRepeatedTheft, planRevocation, type Revocation } from "./revocation";
import { instanceTargets, roleTargets, type Target } from "./target";
import type { ClaimedRole, Role } from "./triage";
import { mayAssumeItself } from "./trust";

/** What one policy has to become. */
export interface Step {
  readonly target: Target;
  /** As it was attached before. */
  readonly before: Policy;
  readonly revocation: Revocation;
}

/** What is to be done about a finding, policy by policy. */
export interface Decision extends Steps {
  /** The scope that the deployment asks for, which finding or role may not allow. */
  readonly asked: Scope;
}

/** The steps of one plan. */
export interface Steps {
  readonly plan: Plan;
  readonly steps: readonly Step[];
}

/** The documents of a role's policies, by their names; undefined if a policy is not attached. */
export type Documents = ReadonlyMap<string, string | undefined>;

/** What was found in IAM, and when. */
export interface Situation {
  readonly role: Role;
  readonly documents: Documents;
  readonly sighting: Sighting;
  readonly now: Date;
}

/** The plans that a finding allows, by their scope. */
export type Plans = Readonly<Partial<Record<Scope, Plan>>> & { readonly role: Plan };

/** The plans for the whole role and for the scopes that a deployment asks for, as far as the finding allows them. */
export function plansFor(finding: Finding, claimed: ClaimedRole, scopes: readonly Scope[]): Plans {
  const { roleName } = claimed;
  const planFor = (scope: "session" | "instance"): Plan | undefined => {
    const targets = scopes.includes(scope) ? instanceTargets(finding, claimed, scope) : undefined;
    return targets && { ...targets, roleName };
  };
  return {
    role: { ...roleTargets(finding, claimed), roleName },
    session: planFor("session"),
    instance: planFor("instance"),
  };
}

/**
 * Decides in which scope a finding is handled, and what each policy must become.
 *
 * - Instances that are locked stay locked: what was stolen from them is dead.
 * - A role that may assume itself is cut whole: its stolen sessions can have others under other names.
 * - From the second theft of one instance on, the scope for repeats counts.
 */
export function decide(
  plans: Plans,
  { scope, repeatScope }: Pick<FunctionConfiguration, "scope" | "repeatScope">,
  situation: Situation,
): Decision {
  const { role, sighting, now } = situation;
  const locks = plans.instance ? decideFor(plans.instance, [], situation).steps.filter(isLocked) : [];
  if (plans.instance && locks.length === plans.instance.targets.length) {
    return { asked: "instance", plan: plans.instance, steps: locks };
  }

  const attached = policiesOf(plans.role, situation);
  const wholeRole = decideFor(plans.role, [rememberingAll(locks, now)], situation);
  const inScope = (asked: Scope): Decision => {
    const plan = plans[asked] ?? plans.role;
    const isNarrow = plan !== plans.role && writes(wholeRole) && !mayAssumeItself(role.trust, role);
    return { asked, ...(isNarrow ? leastChange(decideFor(plan, attached, situation), wholeRole) : wholeRole) };
  };
  const decision = inScope(scope);
  const known = [...attached, ...(plans.session ? policiesOf(plans.session, situation) : [])];
  const isRepeat = cuts(decision) && isRepeatedTheft(plans.role.targets[0], known, sighting, now);
  return isRepeat && repeatScope ? inScope(repeatScope) : decision;
}

/**
 * Decides what each policy of a plan must become.
 *
 * @param wider policies that deny the plan's sessions among others.
 */
export function decideFor(plan: Plan, wider: readonly Denying[], situation: Situation): Steps {
  const { sighting, now } = situation;
  const policies = policiesOf(plan, situation);
  const steps = plan.targets.map((target, index): Step => {
    const before = policies[index]!;
    return { target, before, revocation: planRevocation(target, before, wider, sighting, now) };
  });
  return { plan, steps };
}

const policiesOf = ({ targets }: Plan, { documents, now }: Situation): Policy[] =>
  targets.map(({ policyName, userId }) => readPolicy(documents.get(policyName), userId, now));

const isLocked = ({ before }: Step): boolean => isForever(before.deniedBefore);

/** What counts as remembered now because locks deny it. */
function rememberingAll(locks: readonly Step[], now: Date): Denying {
  return {
    own: { cutoff: now, memory: new Map(locks.flatMap(({ target }) => target.stolen.map((digest) => [digest, now]))) },
  };
}

/** Whether the cut-off moves for any of the sessions. */
export const cuts = ({ steps }: Pick<Steps, "steps">): boolean =>
  steps.some(({ revocation }) => revocation.kind === "cut");

/** Whether anything is written. */
export const writes = ({ steps }: Pick<Steps, "steps">): boolean =>
  steps.some(({ revocation }) => revocation.kind !== "covered");

/** Of a narrow and a wider decision, the one that changes less; the narrow one if both move a cut-off. */
const leastChange = (narrow: Steps, wider: Steps): Steps => (writes(narrow) && !cuts(wider) ? wider : narrow);

/** Whether this very event was handled before, in an attempt whose mail may never have left. */
export const wasHandledBefore = ({ steps }: Steps): boolean =>
  steps.some(({ target, before }) => isOwnEarlierAttempt(target, before));

/** The latest cut-off in force. */
export const cutoffOf = (steps: readonly Step[]): Date => latest(steps.map(({ revocation }) => revocation.cutoff))!;

/** The policy as it stands after a step. */
export const policyAfter = ({ before, revocation }: Step): Policy =>
  revocation.kind === "covered" ? before : revocation.policy;

/** A step that makes something else of the policy. */
export const withPolicy = (step: Step, policy: Policy): Step =>
  step.revocation.kind === "covered" ? step : { ...step, revocation: { ...step.revocation, policy } };
