import type { KeyActivity } from "./activity";
import { activityInTime } from "./activity-in-time";
import { cutoffOf, cuts, writes } from "./decision";
import { type Kept, messageOf, verify } from "./enforce";
import { follow } from "./follow";
import type { Following } from "./followed";
import type { Impact, Refused, Revoked } from "./incident";
import { outlastingPropagation } from "./permission";
import type { Dependencies } from "./ports";
import type { Denied, NotDenied } from "./revoke";

/** What is to be told of a role of which not every stolen session is denied. */
export async function refusedAfter(
  { finding, refusal, plan, attached, memberRole }: NotDenied,
  dependencies: Dependencies,
): Promise<Refused> {
  const { configuration, now } = dependencies;
  const activity = await activityInTime(finding, dependencies);
  return {
    kind: "refused",
    finding,
    configuration,
    activity,
    plan,
    refusal,
    attached,
    memberRole,
    handledAt: now(),
  };
}

/**
 * What is to be told of a role whose stolen sessions are denied: whether the policies hold, whom they affect, and what the
 * credentials were used for before.
 */
export async function revokedAfter(denied: Denied, dependencies: Dependencies): Promise<Revoked> {
  const { finding, role, account, memberRole, decision, steps, isRepeat, writtenAt } = denied;
  const { plan, asked } = decision;
  const { configuration, now, wait } = dependencies;
  const kept = await verify(
    outlastingPropagation(account, wait),
    { roleName: plan.roleName, roleId: role.roleId },
    steps,
    configuration.verifyAfterSeconds,
    dependencies,
  );
  const [impact, { activity, following }] = await Promise.all([impactOf(denied), traceOf(denied, kept, dependencies)]);
  return {
    kind: "revoked",
    finding,
    configuration,
    activity,
    plan,
    asked,
    role,
    cutoff: cutoffOf(kept.steps),
    cutoffs: kept.steps.map(({ revocation }) => revocation.cutoff),
    moved: cuts(decision) || (!writes(decision) && !isRepeat),
    isRepeat,
    following,
    distrusted: steps.some(({ revocation }) => revocation.kind === "cut" && revocation.distrusted),
    writtenAt,
    verification: kept.verification,
    impact,
    memberRole,
    handledAt: now(),
  };
}

/** Whether people have to be told of a revocation: a repeat may have nothing new for them. */
export const isNews = ({ isRepeat, following, verification: { state } }: Revoked): boolean =>
  !isRepeat || following?.isNews === true || state === "restored" || state === "not-kept";

const impactOf = ({ account, decision: { plan }, finding }: Denied): Promise<Impact> =>
  account.findRoleUse(plan.roleName, finding.region).then(
    (uses): Impact => ({ kind: "listed", uses }),
    (error: unknown): Impact => ({ kind: "unknown", why: messageOf(error) }),
  );

/** What the stolen credentials were used for, and what became of the sessions that they started, as far as this deployment looks. */
async function traceOf(
  { finding, account, decision: { plan } }: Denied,
  { steps }: Kept,
  dependencies: Dependencies,
): Promise<{ readonly activity?: KeyActivity; readonly following?: Following }> {
  const activity = await activityInTime(finding, dependencies);
  if (!dependencies.configuration.followSessions || activity?.kind !== "looked-up") return { activity };
  return { activity, following: await follow({ finding, plan, steps }, activity, account, dependencies) };
}
