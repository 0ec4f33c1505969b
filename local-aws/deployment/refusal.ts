import { type Denial, denialSentence } from "../iam/denial";
import type { PolicyType } from "../iam/policy";
import type { Decision } from "../iam/simulator";
import type { Use } from "./role-session";

/**
 * Why a use is not allowed.
 *
 * @param silentType the kind of policy that should have allowed the use, if nothing denies it explicitly.
 */
export function denialOf(
  principal: string,
  { action, resource }: Use,
  { effect, statements, deniedBy }: Decision,
  silentType: PolicyType,
): Denial {
  const explicit = effect === "explicitly denied";
  return { principal, action, resource, policyType: deniedBy ?? silentType, explicit, statements };
}

/** AWS's sentence about a denial, and the statements, which AWS does not tell. */
export function explainDenial(denial: Denial): string {
  const statements = (denial.statements ?? []).map(
    ({ policyName, statement }) => `${policyName}: ${JSON.stringify(statement)}`,
  );
  return [denialSentence(denial), ...statements].join("; ");
}

export const explained = (denial: Denial | undefined): string | undefined => denial && explainDenial(denial);
