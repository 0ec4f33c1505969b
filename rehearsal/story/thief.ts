import { uniqueId } from "../../local-aws/api/account";
import type { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import type { RoleSession } from "../../local-aws/deployment/role-session";
import { decideForSession } from "../../local-aws/deployment/session-access";
import type { Decision } from "../../local-aws/iam/simulator";
import { RehearsalError } from "../play/rehearsal-error";
import type { Fact } from "../play/scene";
import type { Theft } from "./finding-event";

export const MINUTE = 60_000;

/** What the thief does, in the workshop's story: list the tables, to see what there is to take. */
export const THIEFS_CALL = "dynamodb:ListTables";

/** The instance that is robbed. */
export interface RobbedInstance {
  readonly instanceId: string;
  readonly roleName: string;
}

/** The first instance of what was synthesized that has a role. */
export function robbedInstance({ deployment }: LocalDeployment): RobbedInstance {
  for (const { instanceId, instanceProfile } of deployment.instances) {
    if (instanceProfile) return { instanceId, roleName: instanceProfile.roleName };
  }
  throw new RehearsalError(
    "the story needs an instance with an instance profile to rob, and nothing that was synthesized has one",
  );
}

/** The theft that the story begins with: credentials that are 45 minutes old and were first used six minutes ago. */
export function firstTheft(robbed: RobbedInstance, now: Date): Theft {
  return {
    stolen: instanceSession(robbed, new Date(now.getTime() - 45 * MINUTE), "stolen"),
    firstSeen: new Date(now.getTime() - 6 * MINUTE),
    lastSeen: now,
    count: 1,
    publishedAt: now,
  };
}

/** Credentials that the metadata service of an instance hands out; another seed makes another access key. */
export function instanceSession({ roleName, instanceId }: RobbedInstance, issuedAt: Date, seed: string): RoleSession {
  return { roleName, sessionName: instanceId, accessKeyId: uniqueId("ASIA", seed), issuedAt };
}

/** A call that somebody tried, and what IAM decided. */
export interface Attempt {
  readonly fact: Fact;
  readonly decision: Decision;
}

/** Tries the thief's call with a session, and lets IAM decide. */
export async function tryCall(
  { account }: Pick<LocalDeployment, "account">,
  who: string,
  session: RoleSession,
): Promise<Attempt> {
  const at = new Date();
  const decision = await decideForSession(account, session, THIEFS_CALL, "*");
  return { fact: { kind: "access", who, session, action: THIEFS_CALL, decision, at }, decision };
}
