import type { KeyActivity, LookedUp, StartedSession } from "./activity";
import { activityInTime, MAIL_SECONDS } from "./activity-in-time";
import type { Step } from "./decision";
import { attachInRoom, messageOf } from "./enforce";
import { type Finding, principalRoleId } from "./finding";
import type { End, Followed, Following } from "./followed";
import type { Plan } from "./incident";
import { digestOf } from "./memory";
import { readPolicy } from "./policy";
import type { NotRevokedReason } from "../../src/contract/reasons";
import type { Dependencies, Roles } from "./ports";
import { RefusalError } from "./refusal";
import { isOwnEarlierAttempt, planRevocation } from "./revocation";
import { accountOf, type RoleSession, roleSessionOf, sessionId } from "./started-session";
import { LONGEST_SESSION_MILLISECONDS, type Stolen, stolenOf } from "./stolen";
import { POLICY_NAME, startedTarget } from "./target";
import { triageRole } from "./triage";

/** A thief that starts a session with a session that it started with the stolen credentials is two deep. */
const MAX_DEPTH = 3;

/** More sessions than this are left to people. */
const MAX_FOLLOWED = 20;

/** More sessions that nothing denies than this are told, but not remembered as told. */
const MAX_REMEMBERED = 10;

/** No call to IAM takes longer, retries included. */
const LONGEST_CALL_SECONDS = 36;

/** How a finding's own credentials were revoked. */
export interface RevokedCredentials {
  readonly finding: Finding;
  readonly plan: Plan;
  /** The policies that deny them, as they were written last. */
  readonly steps: readonly Step[];
}

/** Sessions of one role and one name, whose `aws:userid` is the same. */
interface Started {
  /** Their `aws:userid`; what else tells them from others if CloudTrail does not name it, but then they lead to no others. */
  readonly id: string;
  /** The latest one; from the thief's address if one of them is. */
  readonly session: StartedSession;
  /** Their keys, or what stands for one that CloudTrail does not name. */
  readonly keys: readonly (string | undefined)[];
}

/**
 * Revokes the sessions that stolen credentials started, and those that these started in turn: each by itself, if its role may be
 * revoked. It never throws, and always leaves time for the mail.
 *
 * A chain ends where somebody drew a line: what a protected or an exempt role started, the function's own among them, is left
 * alone.
 */
export async function follow(
  handled: RevokedCredentials,
  { sessions }: LookedUp,
  ofAccount: Roles,
  dependencies: Dependencies,
): Promise<Following> {
  const { configuration, now, secondsLeft } = dependencies;
  const roles = whileThereIsTime(ofAccount, secondsLeft);
  const found = new Map<string, Found>();
  const shortfalls = new Set<string>();
  let isNews = false;
  let attempts = 0;

  const handle = async ({ id, session, keys }: Started): Promise<Handling> => {
    const known = withoutRevocation(session, handled, handled.finding.accountId ?? configuration.accountId, now());
    if ("kind" in known) return { end: known, leadsOn: known.kind === "denied" };
    if (attempts === MAX_FOLLOWED) {
      return { end: { kind: "open", why: `more than ${MAX_FOLLOWED} sessions are left to you` }, leadsOn: false };
    }
    attempts++;
    const identities = keys.map((key) => key ?? id);
    return revokeStarted(roles, known, session.startedAt, identities, handled.finding, dependencies);
  };

  let level = groupsOf(sessions);
  for (let depth = 1; ; depth++) {
    const leading: Started[] = [];
    for (const started of level) {
      const { end, leadsOn, isNew } = await handle(started);
      found.set(started.id, { started, depth: found.get(started.id)?.depth ?? depth, end });
      isNews ||= isNew === true;
      if (leadsOn) leading.push(started);
    }
    if (leading.length === 0) break;
    if (depth === MAX_DEPTH) {
      shortfalls.add(`what was started ${MAX_DEPTH + 1} deep was not looked for`);
      break;
    }
    // A deployment that looked for the stolen credentials looks for these too.
    const next = (await activityInTime(handled.finding, dependencies, stolenWith(leading, handled.finding)))!;
    const shortfall = shortfallOf(next);
    if (shortfall) shortfalls.add(shortfall);
    level = [];
    for (const started of groupsOf(next.kind === "looked-up" ? startedWith(leading, next.sessions) : [])) {
      const known = found.get(started.id);
      const all = known ? together(known.started, started) : started;
      if (known && isAnswered(known, started)) found.set(started.id, { ...known, started: all });
      else level.push(all);
    }
  }

  const open = [...found].flatMap(([id, { end }]) => (end.kind === "open" ? digestOf(id) : []));
  const isUntold = open.length > 0 && (await remember(roles, handled, open.slice(0, MAX_REMEMBERED), now));
  return {
    sessions: [...found.values()].map(({ started: { session }, depth, end }) => ({ session, depth, end })),
    shortfall: [...shortfalls].join("; ") || undefined,
    isNews: isNews || isUntold,
  };
}

interface Handling {
  readonly end: End;
  /** Whether to look what it started in turn. */
  readonly leadsOn: boolean;
  /** Whether people have not been told of it. */
  readonly isNew?: boolean;
}

/** What became of sessions of one role and one name. */
interface Found extends Omit<Followed, "session"> {
  readonly started: Started;
}

/** Whether further sessions of a role and name are denied with those that are known, and what they started was looked for too. */
const isAnswered = ({ started, end }: Found, { session, keys }: Started): boolean =>
  end.kind === "denied" && session.startedAt < end.cutoff && keys.every((key) => started.keys.includes(key));

/** What became of a session that the function has nothing to do about; else the session as it can be revoked. */
function withoutRevocation(
  session: StartedSession,
  handled: RevokedCredentials,
  accountId: string,
  now: Date,
): End | RoleSession {
  if (session.startedAt.getTime() < now.getTime() - LONGEST_SESSION_MILLISECONDS) {
    return { kind: "over", why: "it has expired" };
  }
  const denying = stepDenying(handled, session);
  if (denying) return { kind: "denied", cutoff: denying.revocation.cutoff };
  const target = roleSessionOf(session, accountId);
  if (target) return target;
  const owner = accountOf(session.roleArn);
  if (owner === undefined || owner === accountId) return { kind: "open", why: "CloudTrail does not name its role" };
  return { kind: "open", why: "it is another account's: whoever runs that must revoke it there" };
}

/** What revoked the stolen credentials and denies a session too: each policy up to its own cut-off. */
function stepDenying(
  { plan, steps, finding }: RevokedCredentials,
  { principalId, startedAt }: StartedSession,
): Step | undefined {
  const [{ principalId: stolen }] = finding.credentials;
  // The principal of credentials that were revoked is known, so that a session without one is not among them.
  const isOf = ({ target: { userId } }: Step) =>
    plan.scope === "role" ? principalRoleId(principalId) === principalRoleId(stolen) : userId === principalId;
  return steps.find((step) => isOf(step) && startedAt < step.revocation.cutoff);
}

/** Revokes one session, if it may be. */
async function revokeStarted(
  roles: Roles,
  { roleName, roleId, userId }: RoleSession,
  startedAt: Date,
  accessKeyIds: readonly string[],
  finding: Finding,
  { configuration, now }: Dependencies,
): Promise<Handling> {
  const target = startedTarget(userId, startedAt, accessKeyIds, finding);
  try {
    const [role, own, ofRole] = await Promise.all([
      roles.getRole(roleName),
      roles.getRolePolicy(roleName, target.policyName),
      roles.getRolePolicy(roleName, POLICY_NAME),
    ]);
    const refusal = triageRole({ roleName, roleId }, role, configuration);
    if (refusal) throw new RefusalError(refusal);
    const decidedAt = now();
    const before = readPolicy(own, userId, decidedAt);
    const wider = [readPolicy(ofRole, undefined, decidedAt)];
    const revocation = planRevocation(target, before, wider, { lastSeen: startedAt, provesLife: false }, decidedAt);
    // No cut-off has to be renewed for a session that was issued before all this.
    const written = (await attachInRoom(roles, roleName, [{ target, before, revocation }], () => decidedAt))[0]!;
    if (written.kind === "refused") throw new RefusalError(written.refusal);
    const { kind, cutoff } = written.step.revocation;
    const isAttached = kind !== "covered" || before.own !== undefined;
    return {
      end: { kind: "denied", cutoff, ...(isAttached && { policy: { roleName, policyName: target.policyName } }) },
      leadsOn: true,
      // The attempt before may have failed to tell.
      isNew: kind !== "covered" || isOwnEarlierAttempt(target, before),
    };
  } catch (error) {
    return handlingOf(error);
  }
}

/** Lines that somebody drew: what is behind them is not the function's to follow. */
const LINES: readonly NotRevokedReason[] = ["protected-role", "exempt-role", "unmodifiable-role", "notify-only"];

function handlingOf(error: unknown): Handling {
  if (!(error instanceof RefusalError)) return { end: { kind: "open", why: messageOf(error) }, leadsOn: true };
  const { reason, explanation: why } = error.refusal;
  const isOver = reason === "role-not-found" || reason === "role-mismatch";
  return { end: { kind: isOver ? "over" : "open", why }, leadsOn: !LINES.includes(reason) };
}

/**
 * Remembers, in the policy of the finding's own role, which sessions people are told of although nothing denies them: a repeat of the
 * finding does not tell of them again.
 *
 * @returns whether one of them was not remembered.
 */
async function remember(
  roles: Roles,
  { plan: { roleName }, steps, finding }: RevokedCredentials,
  told: readonly string[],
  now: Dependencies["now"],
): Promise<boolean> {
  const { target } = steps[0]!;
  try {
    const before = readPolicy(await roles.getRolePolicy(roleName, target.policyName), target.userId, now());
    if (told.every((digest) => before.own?.memory.has(digest))) return isOwnEarlierAttempt(target, before);
    const telling = { ...target, foreign: [...target.foreign, ...told] };
    const sighting = { lastSeen: finding.sighting.lastSeen, provesLife: false };
    const revocation = planRevocation(telling, before, [], sighting, now());
    // A policy that was lost meanwhile is for the look-back to restore, and not for this.
    if (revocation.kind === "remember") {
      await attachInRoom(roles, roleName, [{ target: telling, before, revocation }], now);
    }
  } catch {
    // They are told once more, which is better than never.
  }
  return true;
}

/** Sessions by role and name, in the order of the first of each, those of the thief before others. */
function groupsOf(sessions: readonly StartedSession[]): Started[] {
  const groups = new Map<string, Started>();
  for (const session of sessions) {
    const id = sessionId(session);
    const started = { id, session, keys: [session.accessKeyId] };
    const group = groups.get(id);
    groups.set(id, group ? together(group, started) : started);
  }
  return [...groups.values()].sort((a, b) => Number(b.session.isThiefs) - Number(a.session.isThiefs));
}

function together(a: Started, b: Started): Started {
  const latest = b.session.startedAt > a.session.startedAt ? b.session : a.session;
  const isThiefs = a.session.isThiefs || b.session.isThiefs;
  return { id: a.id, session: { ...latest, isThiefs }, keys: [...new Set([...a.keys, ...b.keys])] };
}

/** What tells the calls of started sessions from others: their keys, or their names if CloudTrail does not name one of the keys. */
function stolenWith(started: readonly Started[], finding: Finding): Stolen {
  const keys = started.flatMap((each) => each.keys);
  const known = keys.filter((key) => key !== undefined);
  return {
    accessKeyIds: known.length === keys.length ? known : [],
    principalIds: started.map(({ id }) => id),
    addresses: stolenOf(finding).addresses,
  };
}

/** Sessions that others started: the thief's are those that its own ones started, from wherever. */
function startedWith(others: readonly Started[], sessions: readonly StartedSession[]): StartedSession[] {
  const isOfThief = ({ caller }: StartedSession) => others.some(({ id, session }) => session.isThiefs && id === caller);
  return sessions.map((each) => ({ ...each, isThiefs: each.isThiefs || isOfThief(each) }));
}

/** Why not everything was seen that sessions started in turn. */
function shortfallOf(activity: KeyActivity): string | undefined {
  const why =
    activity.kind === "unknown"
      ? [activity.why]
      : activity.regions.flatMap(({ region, shortfall }) => (shortfall ? `${region}: ${shortfall.kind}` : []));
  return why.length > 0 ? `CloudTrail did not tell all that they started in turn (${why.join(", ")})` : undefined;
}

/** The roles of an account, of which nothing more is asked once a call could take the time that the mail needs. */
function whileThereIsTime(roles: Roles, secondsLeft: () => number): Roles {
  const inTime =
    <Parameters extends unknown[], Value>(call: (...parameters: Parameters) => Promise<Value>) =>
    async (...parameters: Parameters): Promise<Value> => {
      if (secondsLeft() < LONGEST_CALL_SECONDS + MAIL_SECONDS) throw new Error("no time was left");
      return call(...parameters);
    };
  return {
    getRole: inTime((...parameters) => roles.getRole(...parameters)),
    getRolePolicy: inTime((...parameters) => roles.getRolePolicy(...parameters)),
    listRolePolicies: inTime((...parameters) => roles.listRolePolicies(...parameters)),
    putRolePolicy: inTime((...parameters) => roles.putRolePolicy(...parameters)),
  };
}
