import { policyAfter, type Step, withPolicy } from "./decision";
import type { Verification } from "./incident";
import { EXPIRED_POLICY, readPolicy, userIdIn, writePolicy } from "./policy";
import type { Dependencies, Roles } from "./ports";
import { type Refusal, RefusalError } from "./refusal";
import { hasExpired, renewed, restoreRevocation } from "./revocation";
import { sessionPolicyName } from "./target";
import type { ClaimedRole, Role } from "./triage";

/** A step that IAM took, as it was written last, or one that it refused for good. */
export type Written =
  | { readonly kind: "taken"; readonly step: Step }
  | { readonly kind: "refused"; readonly step: Step; readonly refusal: Refusal };

type Clock = Pick<Dependencies, "now" | "wait" | "secondsLeft">;

/** A policy that IAM takes too late is written again with a later cut-off, at most so often. */
const MAX_RENEWALS = 2;

/** After this many restorations that did not hold, the policy is put back once more and a person is called. */
const MAX_RESTORATIONS = 2;

/** What has to be left of the function's time after a look-back: enough to restore the policy and to mail. */
const RESERVE_SECONDS = 20;

/**
 * Attaches the policies that some steps ask for, each with a cut-off that lies ahead of the moment at which IAM took it.
 *
 * All are waited for, even if one fails: a write that is still being retried would outlive the invocation that gave it up.
 *
 * @throws whatever AWS still answers with after the retries.
 */
async function attach(
  roles: Roles,
  roleName: string,
  steps: readonly Step[],
  now: Dependencies["now"],
): Promise<Written[]> {
  const writes = steps.map((step) => attachOne(roles, roleName, step, now));
  await Promise.allSettled(writes);
  return Promise.all(writes);
}

async function attachOne(roles: Roles, roleName: string, step: Step, now: () => Date): Promise<Written> {
  if (step.revocation.kind === "covered") return { kind: "taken", step };
  let written = await put(roles, roleName, step, now());
  if (written.kind === "refused" && step.revocation.kind === "remember") {
    // Nobody gets through because of what is not remembered.
    return { kind: "taken", step: { ...step, revocation: { kind: "covered", cutoff: step.revocation.cutoff } } };
  }
  for (let renewals = 0; written.kind === "taken" && renewals < MAX_RENEWALS; renewals++) {
    const { target, revocation } = written.step;
    const renewal = revocation.kind === "cut" ? renewed(revocation, target, now()) : undefined;
    if (renewal === undefined) break;
    const again = await put(roles, roleName, { ...written.step, revocation: renewal }, now());
    // What was taken stands, whatever IAM says to a later cut-off.
    if (again.kind === "refused") break;
    written = again;
  }
  return written;
}

/** Writes a policy; if the role has no room for it, without what it need not remember: as long as before, it always fits. */
async function put(roles: Roles, roleName: string, step: Step, now: Date): Promise<Written> {
  const { target, before } = step;
  const write = (document: string) => refusalOf(roles.putRolePolicy(roleName, target.policyName, document));
  const document = writePolicy(policyAfter(step));
  const refusal = await write(document);
  if (refusal === undefined) return { kind: "taken", step };
  const shorter = writePolicy(policyAfter(step), before.length);
  if (refusal.reason !== "policy-quota-exceeded" || shorter.length >= document.length) {
    return { kind: "refused", step, refusal };
  }
  const lastRefusal = await write(shorter);
  if (lastRefusal) return { kind: "refused", step, refusal: lastRefusal };
  return {
    kind: "taken",
    step: withPolicy(step, readPolicy(shorter, target.userId, now)),
  };
}

async function refusalOf(write: Promise<void>): Promise<Refusal | undefined> {
  try {
    await write;
    return undefined;
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal;
    throw error;
  }
}

/** Attaches what some steps ask for; in a role that is full, after making room. */
export async function attachInRoom(
  roles: Roles,
  roleName: string,
  steps: readonly Step[],
  now: Dependencies["now"],
): Promise<Written[]> {
  const written = await attach(roles, roleName, steps, now);
  if (!isFull(written) || !(await makeRoom(roles, roleName, now()))) return written;
  return attach(
    roles,
    roleName,
    written.map(({ step }) => step),
    now,
  );
}

export const isFull = (written: readonly Written[]): boolean =>
  written.some((each) => each.kind === "refused" && each.refusal.reason === "policy-quota-exceeded");

/**
 * Makes room in a role: policies of single sessions that deny nobody any more are shortened, since they cannot be removed.
 *
 * @returns whether there is more room now.
 */
async function makeRoom(roles: Roles, roleName: string, now: Date): Promise<boolean> {
  let shortened = false;
  try {
    for (const name of await roles.listRolePolicies(roleName)) {
      if (!name.startsWith(sessionPolicyName(""))) continue;
      const document = await roles.getRolePolicy(roleName, name);
      const userId = document && userIdIn(document);
      if (!userId || !hasExpired(readPolicy(document, userId, now), now)) continue;
      await roles.putRolePolicy(roleName, name, EXPIRED_POLICY);
      shortened = true;
    }
  } catch (error) {
    // The role stays full, which is what the mail then says.
    if (!(error instanceof RefusalError)) throw error;
  }
  return shortened;
}

/** How the policies stand after the look-back. */
export interface Kept {
  readonly verification: Verification;
  /** As they were written last. */
  readonly steps: readonly Step[];
}

/**
 * Looks again once IAM enforces the change: until then a thief whose session may edit the role can still delete the
 * policy, and another invocation that read before we wrote can have overwritten it.
 *
 * @param seconds how long to wait before each look; 0 does not look.
 */
export async function verify(
  roles: Roles,
  { roleName, roleId }: ClaimedRole,
  written: readonly Step[],
  seconds: number,
  { now, wait, secondsLeft }: Clock,
): Promise<Kept> {
  let steps = written;
  let restored = false;
  const end = (verification: Verification): Kept => ({ verification, steps });
  if (seconds === 0) return end({ state: "not-asked" });
  for (let restorations = 0; ; restorations++) {
    if (secondsLeft() < seconds + RESERVE_SECONDS) return end({ state: "unverified", why: "no time was left" });
    await wait(seconds);
    let role: Role | undefined, documents: (string | undefined)[];
    try {
      [role, ...documents] = await Promise.all([
        roles.getRole(roleName),
        ...steps.map(({ target }) => roles.getRolePolicy(roleName, target.policyName)),
      ]);
    } catch (error) {
      return end({ state: "unverified", why: messageOf(error) });
    }
    // A role that was made anew under the name has nothing to be restored.
    if (role?.roleId !== roleId) return end({ state: "role-gone" });
    const lost = restorationsOf(steps, documents, now());
    const weakened = lost.some(({ revocation }) => revocation.kind === "cut");
    const last = restorations === MAX_RESTORATIONS;
    if (lost.length === 0 || (last && !weakened)) return end({ state: restored ? "restored" : "verified" });

    const again = await attach(roles, roleName, lost, now);
    steps = steps.map(
      (step) => again.find((each) => each.kind === "taken" && each.step.target === step.target)?.step ?? step,
    );
    const refusal = again.flatMap((each) => (each.kind === "refused" ? each.refusal : []))[0];
    if (refusal?.reason === "role-not-found") return end({ state: "role-gone" });
    if (weakened && (last || refusal)) return end({ state: "not-kept", refusal });
    restored ||= weakened;
  }
}

/** The steps that put back what was lost of others. */
function restorationsOf(steps: readonly Step[], documents: readonly (string | undefined)[], now: Date): Step[] {
  return steps.flatMap((step, index) => {
    const { target } = step;
    const before = readPolicy(documents[index], target.userId, now);
    const revocation = restoreRevocation(before, policyAfter(step), target, now);
    return revocation ? { target, before, revocation } : [];
  });
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
