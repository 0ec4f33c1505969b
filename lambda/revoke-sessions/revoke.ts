import {
  type Decision,
  decide,
  decideFor,
  type Documents,
  plansFor,
  type Step,
  wasHandledBefore,
  writes,
} from "./decision";
import { attachInRoom, isFull } from "./enforce";
import type { Finding } from "./finding";
import type { Plan, Refused } from "./incident";
import { outlastingPropagation } from "./permission";
import type { Account, Dependencies, Roles } from "./ports";
import { type Refusal, RefusalError } from "./refusal";
import { roleTargets, type Target } from "./target";
import { claimedRole, memberRoleFor, type Role, triageFinding, triageRole } from "./triage";

/** What was done about the credentials of one role, before anything else is looked at. */
export type Answer = Denied | NotDenied;

/** Policies deny every stolen session of the role. */
export interface Denied {
  readonly kind: "denied";
  readonly finding: Finding;
  readonly role: Role;
  readonly account: Account;
  readonly memberRole?: string;
  readonly decision: Decision;
  /** What was decided, as IAM took it. */
  readonly steps: readonly Step[];
  /** Whether nothing about the stolen credentials is new. */
  readonly isRepeat: boolean;
  /** When IAM had taken the policies; undefined if nothing was written. */
  readonly writtenAt?: Date;
}

/** At least one stolen session of the role is not denied. */
export interface NotDenied extends Pick<Refused, "refusal" | "plan" | "attached" | "memberRole"> {
  readonly kind: "not-denied";
  readonly finding: Finding;
}

/**
 * Triage and revocation: whether the role may be revoked, and if so, the policies that do it.
 *
 * @throws whatever AWS still answers with after the retries.
 */
export async function revoke(finding: Finding, dependencies: Dependencies): Promise<Answer> {
  const { configuration, accountOf, now, wait } = dependencies;
  const claimed = triageFinding(finding, configuration);
  if ("reason" in claimed) {
    return { kind: "not-denied", finding, refusal: claimed, plan: manualPlan(finding), attached: [] };
  }

  const memberRole = memberRoleFor(configuration, finding.accountId);
  const refuse = (refusal: Refusal, plan: Plan, attached: readonly Target[] = []): NotDenied => {
    return { kind: "not-denied", finding, refusal, plan, attached, memberRole };
  };
  const { roleName } = claimed;
  const plans = plansFor(finding, claimed, [configuration.scope, configuration.repeatScope ?? configuration.scope]);
  const wanted = plans[configuration.scope] ?? plans.role;

  let account: Account, roles: Roles, role: Role | undefined, documents: Documents;
  try {
    account = await accountOf(finding);
    roles = outlastingPropagation(account, wait);
    [role, documents] = await look(roles, roleName, Object.values(plans));
  } catch (error) {
    if (error instanceof RefusalError) return refuse(error.refusal, wanted);
    throw error;
  }
  const refusal = triageRole(claimed, role, configuration);
  if (refusal || !role) return refuse(refusal!, wanted);

  const situation = { role, documents, sighting: finding.sighting, now: now() };
  let decision = decide(plans, configuration, situation);
  let written = await attachInRoom(roles, roleName, decision.steps, now);
  if (isFull(written) && decision.plan !== plans.role) {
    decision = { ...decideFor(plans.role, [], situation), asked: decision.asked };
    written = await attachInRoom(roles, roleName, decision.steps, now);
  }
  const refused = written.find((each) => each.kind === "refused");
  if (refused) {
    const taken = written.filter(({ kind }) => kind === "taken");
    return refuse(
      refused.refusal,
      decision.plan,
      taken.map(({ step }) => step.target),
    );
  }
  const steps = written.map(({ step }) => step);
  const isRepeat = !writes(decision) && !wasHandledBefore(decision);
  const writtenAt = writes({ steps }) ? now() : undefined;
  return { kind: "denied", finding, role, account, memberRole, decision, steps, isRepeat, writtenAt };
}

/** Reads the role and what is attached to it, all at once. */
async function look(
  roles: Roles,
  roleName: string,
  plans: readonly (Plan | undefined)[],
): Promise<[Role | undefined, Documents]> {
  const names = plans.flatMap((plan) => plan?.targets.map(({ policyName }) => policyName) ?? []);
  const [role, ...documents] = await Promise.all([
    roles.getRole(roleName),
    ...names.map((policyName) => roles.getRolePolicy(roleName, policyName)),
  ]);
  return [role, new Map(names.map((name, index) => [name, documents[index]]))];
}

/** What a person could revoke by hand if the function must not: only if the finding names a role. */
function manualPlan(finding: Finding): Plan | undefined {
  const claimed = claimedRole(finding);
  return claimed && { ...roleTargets(finding, claimed), roleName: claimed.roleName };
}
