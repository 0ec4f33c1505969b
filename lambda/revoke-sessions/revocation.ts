import type { Sighting } from "./finding";
import { type Memory, mergeMemories } from "./memory";
import { FOREVER, isForever, latest, type Policy } from "./policy";
import type { Target } from "./target";

/** What a policy denies and remembers. */
export type Denying = Pick<Policy, "deniedBefore" | "own">;

/** What a target's policy must become. */
export type Revocation =
  /** Every stolen session is denied already, and remembered. */
  | { readonly kind: "covered"; readonly cutoff: Date }
  /** Every stolen session is denied already; something is new and gets remembered. No session notices the write. */
  | { readonly kind: "remember"; readonly cutoff: Date; readonly policy: Policy }
  /** The cut-off moves. */
  | { readonly kind: "cut"; readonly cutoff: Date; readonly policy: Policy; readonly distrusted: boolean };

/**
 * How far ahead of the write a cut-off lies: what IAM's console uses. Sessions issued while the change spreads are denied
 * too, and so is the one that a session could get by assuming its own role just before it is cut.
 */
const MARGIN_SECONDS = 30;

/** What has to be left of that margin when IAM has taken the policy, which it enforces within about four seconds. */
const LEAST_MARGIN_SECONDS = 25;

/** No role session lives longer than 12 hours; an hour more allows for clocks and for late findings. */
const MEMORY_HOURS = 13;

/**
 * Decides what a policy must become for a target's stolen credentials.
 *
 * GuardDuty repeats a finding for as long as the thief goes on, even with dead credentials, and a thief can make any number
 * of new access keys out of one stolen session. A cut-off that moved each time would let the thief keep an application
 * down. Therefore, in this order:
 *
 * 1. By time, which is proof: credentials that were issued before the cut-off are denied, others are not. If a finding does not
 *    say when they were issued: those that were seen in use before the cut-off were issued before it.
 * 2. By memory: credentials that the policy remembers are denied, for as long as a session can live.
 * 3. But what was first seen after the cut-off, in a call that was not denied, is alive whatever the policy remembers.
 * 4. Otherwise it is a new theft: the cut-off moves to now plus a margin, and never backwards; or, if the target is a lock,
 *    its sessions are denied for ever.
 *
 * @param attached the policy as it is attached now.
 * @param wider policies that deny the target's sessions among others.
 */
export function planRevocation(
  target: Target,
  attached: Policy,
  wider: readonly Denying[],
  sighting: Sighting,
  now: Date,
): Revocation {
  const policies: readonly Denying[] = [attached, ...wider];
  const standing = latest(policies.map(({ deniedBefore }) => deniedBefore));
  const memory = mergeMemories(policies.flatMap(({ own }) => own?.memory ?? []));
  const isAlive = standing !== undefined && wasSeenAlive(sighting, standing, now);
  const isRemembered = () => !isAlive && remembers(memory, target.stolen, seenAt(sighting, now));
  const isDenied =
    standing !== undefined &&
    (isIssueKnown(target, now)
      ? target.issuedAt < standing && !isAlive
      : wasSeenBefore(sighting, standing) || isRemembered());

  if (!isDenied) {
    const cutoff = target.isLock ? FOREVER : latest([cutoffAt(now), attached.own?.cutoff])!;
    return { kind: "cut", cutoff, policy: remembering(attached, target, cutoff), distrusted: isAlive };
  }
  // What comes from a locked instance is dead on arrival, and people know it if the lock remembers the session.
  const { own } = attached;
  const isKnown =
    target.isLock &&
    own !== undefined &&
    isForever(own.cutoff) &&
    target.sessions.every((each) => own.memory.has(each));
  const untold = isKnown ? target.foreign : [...target.stolen, ...target.foreign];
  if (untold.every((digest) => memory.has(digest))) {
    return { kind: "covered", cutoff: standing };
  }
  // What somebody else denies further ahead may be lifted again: our own statement then denies as much as it would have.
  const cutoff = earliest(standing, latest([cutoffAt(now), attached.own?.cutoff])!);
  return { kind: "remember", cutoff: standing, policy: remembering(attached, target, cutoff) };
}

/** Whether it is known when credentials were issued. Nothing was in the future: such a time would move the cut-off at each repeat. */
const isIssueKnown = (target: Target, now: Date): target is Target & { readonly issuedAt: Date } =>
  target.issuedAt !== undefined && target.issuedAt <= now;

/** Whether credentials were seen in use before a cut-off; before one that never ends, whenever that was. */
const wasSeenBefore = ({ lastSeen }: Sighting, cutoff: Date): boolean =>
  isForever(cutoff) || (lastSeen !== undefined && lastSeen < cutoff);

/** Whether credentials were first seen after a cut-off, by a call that it should have denied. */
function wasSeenAlive({ firstSeen, provesLife }: Sighting, cutoff: Date, now: Date): boolean {
  if (firstSeen === undefined || !provesLife || firstSeen > now) return false;
  return firstSeen.getTime() > cutoff.getTime() + MARGIN_SECONDS * 1_000;
}

/** Whether a policy remembers that one of the compromised instances' sessions was stolen before, and not too long ago. */
export function isRepeatedTheft(
  { sessions }: Target,
  policies: readonly Policy[],
  sighting: Sighting,
  now: Date,
): boolean {
  const memory = mergeMemories(policies.flatMap(({ own }) => own?.memory ?? []));
  return sessions.some((session) => remembers(memory, [session], seenAt(sighting, now)));
}

/** When credentials were seen in use for the last time. Nobody has seen what is to come. */
const seenAt = ({ lastSeen }: Sighting, now: Date): Date => earliest(lastSeen ?? now, now);

/** Whether a memory knows all credentials, one of them from less than {@link MEMORY_HOURS} before they were seen. */
function remembers(memory: Memory, digests: readonly string[], seen: Date): boolean {
  const forgottenBefore = seen.getTime() - MEMORY_HOURS * 3_600_000;
  const known = digests.map((digest) => memory.get(digest)?.getTime());
  return known.every((time) => time !== undefined) && known.some((time) => time! > forgottenBefore);
}

/** All that is remembered of a target, what matters most first. */
const digestsOf = ({ stolen, foreign, event, sessions }: Target) => [...stolen, ...foreign, event, ...sessions];

/** A policy with a cut-off that covers a target's credentials, and remembers them before all that it remembered. */
function remembering(policy: Policy, target: Target, cutoff: Date): Policy {
  const memory = new Map(digestsOf(target).map((digest) => [digest, cutoff]));
  for (const [digest, earlier] of policy.own?.memory ?? []) if (!memory.has(digest)) memory.set(digest, earlier);
  return { ...policy, own: { cutoff, memory } };
}

/** A revocation whose cut-off moves. */
export type Cut = Extract<Revocation, { kind: "cut" }>;

/**
 * What has to be written once more, because IAM took a policy so late that too little of the margin was left: a session
 * that assumed its own role meanwhile could have been issued after the cut-off.
 *
 * @param takenAt when IAM had taken it.
 * @returns undefined if the margin suffices.
 */
export function renewed(cut: Cut, target: Target, takenAt: Date): Cut | undefined {
  if (cut.cutoff.getTime() >= takenAt.getTime() + LEAST_MARGIN_SECONDS * 1_000) return undefined;
  const cutoff = cutoffAt(takenAt);
  return { ...cut, cutoff, policy: remembering(cut.policy, target, cutoff) };
}

/**
 * Puts back a revocation that was lost or weakened after it was written, keeping what others have added meanwhile. Two
 * invocations that both read before either wrote overwrite each other: then the stolen sessions stay denied, since both
 * cut-offs lie ahead, and what gets lost is a moment of one's margin and its memory. If sessions went free, the cut-off
 * moves: they may have started new ones.
 *
 * @param written the policy that IAM had taken.
 * @returns undefined if the attached policy still denies and remembers all that was written for the target; a cut if
 * sessions went free.
 */
export function restoreRevocation(
  attached: Policy,
  written: Policy,
  target: Target,
  now: Date,
): Exclude<Revocation, { kind: "covered" }> | undefined {
  if (written.own === undefined) return undefined;
  const { cutoff, memory } = written.own;
  const standing = attached.own?.cutoff;
  const denies = standing !== undefined && standing >= earliest(cutoff, now);
  // What there was no room for is not lost.
  const remembers = digestsOf(target).every((digest) => !memory.has(digest) || attached.own?.memory.has(digest));
  const kept = latest([cutoff, standing, denies ? undefined : cutoffAt(now)])!;
  if (remembers && kept.getTime() === standing?.getTime()) return undefined;
  const policy = remembering(attached, target, kept);
  return denies ? { kind: "remember", cutoff: kept, policy } : { kind: "cut", cutoff: kept, policy, distrusted: false };
}

/** Whether a policy of one session denies nobody any more, so that something shorter can take its place. */
export function hasExpired({ others, deniedBefore }: Policy, now: Date): boolean {
  if (others.length > 0 || deniedBefore === undefined) return false;
  return deniedBefore.getTime() < now.getTime() - MEMORY_HOURS * 3_600_000;
}

/** Whether this very event has written a revocation already, in an attempt whose mail may never have left. */
export const isOwnEarlierAttempt = ({ event }: Target, { own }: Policy): boolean => own?.memory.has(event) ?? false;

/** Whole seconds, as IAM writes them, {@link MARGIN_SECONDS} ahead. */
function cutoffAt(now: Date): Date {
  return new Date((Math.ceil(now.getTime() / 1_000) + MARGIN_SECONDS) * 1_000);
}

const earliest = (a: Date, b: Date): Date => (a < b ? a : b);
