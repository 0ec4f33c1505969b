import type { StartedSession } from "./activity";
import type { Incident } from "./incident";
import { principalRoleId } from "./finding";
import { ROLE_NAME } from "./triage";

/** A session that was started with stolen credentials, of a role that can be found and revoked. */
export interface RoleSession {
  readonly roleName: string;
  /** The role's unique id. */
  readonly roleId: string;
  /** What `aws:userid` is in its calls: `AROA…:session-name`. */
  readonly userId: string;
}

/** The role and the session of what was started; undefined if it is of another account, or CloudTrail does not tell. */
export function roleSessionOf({ roleArn, principalId }: StartedSession, accountId: string): RoleSession | undefined {
  const roleId = principalRoleId(principalId);
  const roleName = roleArn?.split("/").at(-1) ?? "";
  if (roleId === undefined || !SESSION_NAME.test(principalId!.slice(roleId.length + 1))) return undefined;
  if (accountOf(roleArn) !== accountId || !ROLE_NAME.test(roleName)) return undefined;
  return { roleName, roleId, userId: principalId! };
}

/** The account of an ARN. */
export const accountOf = (arn: string | undefined): string | undefined => arn?.split(":")[4];

/** What tells a session from others, as far as IAM can: those of one role and one name have it in common. */
export const sessionId = ({ principalId, accessKeyId, roleArn, startedAt }: StartedSession): string =>
  principalId ?? accessKeyId ?? `${roleArn} ${startedAt.toISOString()}`;

/** What STS takes. */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/** The sessions that were started with stolen credentials and that nothing denies, as far as anybody knows. */
export function startedElsewhere({ finding, activity, ...incident }: Incident): readonly StartedSession[] {
  if (activity?.kind !== "looked-up") return [];
  if (incident.kind === "revoked" && incident.following) {
    return incident.following.sessions.flatMap(({ session, end }) => (end.kind === "open" ? session : []));
  }
  const roleId = principalRoleId(finding.credentials[0].principalId);
  const deniedBefore = incident.kind === "revoked" && incident.plan.scope === "role" ? incident.cutoff : undefined;
  return activity.sessions.filter(
    ({ principalId, startedAt }) =>
      deniedBefore === undefined || principalRoleId(principalId) !== roleId || startedAt >= deniedBefore,
  );
}

/** Those of them that were started from where the finding saw the thief. */
export const startedByThief = (incident: Incident): readonly StartedSession[] =>
  startedElsewhere(incident).filter(({ isThiefs }) => isThiefs);
