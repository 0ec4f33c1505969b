import type { Scope } from "../../src/contract/environment";
import { ALL_SESSIONS_POLICY, OLD_SESSIONS_POLICY } from "../../src/contract/policy-names";
import { type Credential, type Finding, isLongTerm, principalRoleId, sessionInstance } from "./finding";
import { digestOf } from "./memory";
import { latest } from "./policy";
import type { ClaimedRole } from "./triage";

/** One inline policy to attach, and what it has to cover and to remember: digests, as a policy's memory has them. */
export interface Target {
  readonly policyName: string;
  /** `aws:userid` of the one session to deny; undefined denies all of the role's sessions. */
  readonly userId?: string;
  /** Whether the session is denied whenever it was issued, or will be, and not only up to a cut-off. */
  readonly isLock: boolean;
  /** The stolen credentials of the role. */
  readonly stolen: readonly string[];
  /** Credentials of other principals in the same finding, which no policy on this role could deny. */
  readonly foreign: readonly string[];
  /** The compromised instances' sessions. */
  readonly sessions: readonly string[];
  /** The event that is handled. */
  readonly event: string;
  /** When the last of the stolen credentials was issued; undefined unless the finding says it of each. */
  readonly issuedAt?: Date;
}

export interface Targets {
  /** The scope in force: can be wider than the one that was asked for. */
  readonly scope: Scope;
  readonly targets: readonly [Target, ...Target[]];
  /** The stolen access keys of the role. */
  readonly accessKeyIds: readonly string[];
  /** Credentials of other principals in the same finding. */
  readonly foreign: readonly Credential[];
}

/** The policy that denies all of a role's old sessions; the name is the workshop's. */
export const POLICY_NAME = OLD_SESSIONS_POLICY;

/** The name of the policy that denies the old sessions of one name: an instance's id, or what stands for it. */
export const sessionPolicyName = (name: string): string => `${POLICY_NAME}-${name}`;

/** The name of the policy that denies all of an instance's sessions. */
const lockPolicyName = (instanceId: string): string => `${ALL_SESSIONS_POLICY}-${instanceId}`;

/** More credentials than this in one finding are remembered as one, so that no finding can outgrow the policy. */
const MAX_CREDENTIALS = 120;
/** The memory of a policy for one session is smaller. */
const MAX_SESSION_CREDENTIALS = 15;
const MAX_FOREIGN = 5;

/** More policies of single sessions than this leave a role no room: its inline policies share 10,240 characters. */
const MAX_SESSIONS = 20;

/** The one policy that covers a finding in scope `role`. */
export function roleTargets(finding: Finding, claimed: ClaimedRole): Targets {
  const { stolen, foreign, accessKeyIds } = credentialsOf(finding, claimed);
  const target: Target = {
    policyName: POLICY_NAME,
    isLock: false,
    stolen: remembered(stolen.map(identityIn(finding)), MAX_CREDENTIALS),
    foreign: remembered(foreign.map(identityIn(finding)), MAX_FOREIGN),
    sessions: stolen.flatMap(({ principalId }) => (sessionInstance(principalId) ? digestOf(principalId!) : [])),
    event: digestOf(finding.eventId),
    issuedAt: lastIssued(stolen),
  };
  return { scope: "role", targets: [target], accessKeyIds, foreign };
}

/**
 * The policies that cover a finding in scope `session` or `instance`: one for each compromised instance.
 *
 * @returns undefined if one of the stolen sessions does not belong to an instance, or there are too many.
 */
export function instanceTargets(
  finding: Finding,
  claimed: ClaimedRole,
  scope: Exclude<Scope, "role">,
): Targets | undefined {
  const isLock = scope === "instance";
  const { stolen, foreign, accessKeyIds } = credentialsOf(finding, claimed);
  const userIds = [...new Set(stolen.map(({ principalId }) => principalId))];
  const instances = userIds.map(sessionInstance);
  if (instances.includes(undefined) || userIds.length > MAX_SESSIONS) return undefined;
  const [first, ...rest] = userIds.map((userId, index): Target => {
    const own = stolen.filter(({ principalId }) => principalId === userId);
    return {
      policyName: (isLock ? lockPolicyName : sessionPolicyName)(instances[index]!),
      userId,
      isLock,
      stolen: remembered(own.map(identityIn(finding)), MAX_SESSION_CREDENTIALS),
      // Once is enough.
      foreign: index === 0 ? remembered(foreign.map(identityIn(finding)), MAX_FOREIGN) : [],
      sessions: [digestOf(userId!)],
      event: digestOf(finding.eventId),
      issuedAt: lastIssued(own),
    };
  });
  return { scope, targets: [first!, ...rest], accessKeyIds, foreign };
}

/** The policy that denies one session of another role, which was started with stolen credentials. */
export function startedTarget(
  userId: string,
  issuedAt: Date,
  accessKeyIds: readonly string[],
  { eventId }: Finding,
): Target {
  return {
    policyName: sessionPolicyName(digestOf(userId)),
    userId,
    isLock: false,
    stolen: remembered(accessKeyIds, MAX_SESSION_CREDENTIALS),
    foreign: [],
    sessions: [],
    event: digestOf(eventId),
    issuedAt,
  };
}

/** The finding's credentials: those that are, or may be, the role's, and those of other principals. */
function credentialsOf({ credentials }: Finding, { roleId }: ClaimedRole) {
  const isForeign = ({ principalId, accessKeyId }: Credential) =>
    (principalId !== undefined && principalRoleId(principalId) !== roleId) || isLongTerm(accessKeyId);
  const stolen = credentials.filter((credential) => !isForeign(credential));
  const foreign = credentials.filter(isForeign);
  return {
    stolen,
    foreign: unique(foreign),
    accessKeyIds: [...new Set(stolen.flatMap(({ accessKeyId }) => accessKeyId ?? []))],
  };
}

/** What tells a credential from others: its key, or, if the finding does not name one, its session in that finding. */
const identityIn =
  ({ id }: Finding) =>
  ({ accessKeyId, principalId }: Credential): string =>
    accessKeyId ?? `${id} ${principalId}`;

function lastIssued(credentials: readonly Credential[]): Date | undefined {
  const times = credentials.map(({ issuedAt }) => issuedAt);
  return times.includes(undefined) ? undefined : latest(times);
}

const unique = (credentials: readonly Credential[]): Credential[] => [
  ...new Map(
    credentials.map((credential) => [`${credential.accessKeyId} ${credential.principalId}`, credential]),
  ).values(),
];

function remembered(identities: readonly string[], max: number): string[] {
  const digests = [...new Set(identities.map(digestOf))];
  if (digests.length <= max) return digests;
  // Sorted, so that a repeat that lists the same credentials in another order is recognised.
  digests.sort();
  return [...digests.slice(0, max - 1), digestOf(digests.slice(max - 1).join())];
}
