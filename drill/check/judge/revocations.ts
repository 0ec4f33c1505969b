import { readPolicy, userIdIn } from "../../../lambda/revoke-sessions/policy";
import { ALL_SESSIONS_POLICY, OLD_SESSIONS_POLICY } from "../../../src/contract/policy-names";
import { isDrillFinding } from "../../finding-id";
import { type Judgement, notLookedAt, unlessWrong, wrong } from "../result";

/** An inline policy that revokes sessions of a role. */
export interface ReadRevocation {
  readonly roleName: string;
  readonly policyName: string;
  /** JSON. */
  readonly document: string;
}

/** What is needed to say whether a revocation is still wanted. */
export interface RevocationContext {
  /** Ids of the locked instances that exist, in whatever region. */
  readonly instances: readonly string[];
  /** Regions in which they could not be looked for. */
  readonly unseen: readonly string[];
  /** What the function has done lately, as its log tells. */
  readonly handled: readonly ReadOutcome[];
  readonly now: Date;
}

/** What the function logged about a finding that it revoked for. */
export interface ReadOutcome {
  readonly findingId: string;
  readonly roleName: string;
  /** ISO 8601. */
  readonly cutoff: string;
}

/** Credentials live twelve hours at most; an hour more covers clocks and the cut-off's margin. */
export const KEPT_MILLISECONDS = 13 * 60 * 60_000;

/** Whether a policy is, by its name, one that revokes sessions. */
export const revokes = (policyName: string): boolean =>
  [OLD_SESSIONS_POLICY, ALL_SESSIONS_POLICY].some((prefix) => policyName.startsWith(prefix));

/** The instance that a policy locks out; undefined if it locks none. */
export const lockedInstance = (policyName: string): string | undefined =>
  policyName.startsWith(`${ALL_SESSIONS_POLICY}-i-`) ? policyName.slice(ALL_SESSIONS_POLICY.length + 1) : undefined;

/** Every revocation that is attached is still wanted. */
export function judgeRevocations(
  revocations: readonly ReadRevocation[],
  context: RevocationContext,
): readonly Judgement[] {
  const problems = revocations.flatMap((revocation) => {
    const why = unwanted(revocation, context);
    const { roleName, policyName } = revocation;
    const mend = `aws iam delete-role-policy --role-name ${roleName} --policy-name ${policyName}`;
    return why === undefined ? [] : [wrong(`${policyName} of the role ${roleName} ${why}`, mend)];
  });
  const attached = revocations.map(({ roleName, policyName }) => `${policyName} of ${roleName}`).join(", ");
  return unlessWrong(
    revocations.length === 0
      ? "no role is revoked"
      : `still wanted until thirteen hours after the cut-off: ${attached}${notLookedAt(context.unseen)}`,
    problems,
  );
}

/** Why a revocation can be removed, as the end of a sentence; undefined if it is still wanted. */
function unwanted({ roleName, policyName, document }: ReadRevocation, context: RevocationContext): string | undefined {
  const locked = lockedInstance(policyName);
  if (locked !== undefined) {
    const mayExist = context.instances.includes(locked) || context.unseen.length > 0;
    return mayExist ? undefined : `locks out ${locked}, which does not exist any more`;
  }
  const { deniedBefore } = readPolicy(document, userIdIn(document), context.now);
  if (deniedBefore === undefined) return "denies no session";
  if (isLeftOfDrill(roleName, deniedBefore, context.handled)) return "is left of a drill";
  const isOld = context.now.getTime() - deniedBefore.getTime() > KEPT_MILLISECONDS;
  return isOld ? `denies only sessions that have expired: its cut-off is ${deniedBefore.toISOString()}` : undefined;
}

/** Whether a drill made the cut-off, and no finding of GuardDuty is covered by it too. */
function isLeftOfDrill(roleName: string, cutoff: Date, handled: readonly ReadOutcome[]): boolean {
  const ofRole = handled.filter((each) => each.roleName === roleName);
  return (
    ofRole.every(({ findingId }) => isDrillFinding(findingId)) &&
    ofRole.some((each) => Date.parse(each.cutoff) === cutoff.getTime())
  );
}
