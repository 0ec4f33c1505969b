import { decideForSession, type RoleSession } from "../../local-aws/deployment/authorization";
import { uniqueId } from "../../local-aws/api/account";
import type { Decision } from "../../local-aws/iam/simulator";
import type { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import { RehearsalError } from "../rehearsal-error";
import type { Fact } from "../play/scene";

/** What the thief does, in the workshop's story: list the tables, to see what there is to take. */
export const THIEFS_CALL = "dynamodb:ListTables";

/** The instance that is robbed. */
export interface Robbed {
  readonly instanceId: string;
  readonly roleName: string;
}

/** The first instance of what was synthesized that has a role. */
export function robbedInstance({ deployment }: LocalDeployment): Robbed {
  for (const { instanceId, instanceProfile } of deployment.instances) {
    if (instanceProfile) return { instanceId, roleName: instanceProfile.roleName };
  }
  throw new RehearsalError(
    "the story needs an instance with an instance profile to rob, and nothing that was synthesized has one",
  );
}

/** Credentials that the metadata service of an instance hands out; another seed makes another access key. */
export function instanceSession({ roleName, instanceId }: Robbed, issuedAt: Date, seed: string): RoleSession {
  return { roleName, sessionName: instanceId, accessKeyId: uniqueId("ASIA", seed), issuedAt };
}

/** Tries the thief's call with a session, and lets IAM decide. */
export async function tryCall(
  local: LocalDeployment,
  who: string,
  session: RoleSession,
): Promise<{ fact: Fact; decision: Decision }> {
  const decision = await decideForSession(local.account, session, THIEFS_CALL, "*");
  return { fact: { kind: "access", who, session, action: THIEFS_CALL, decision }, decision };
}
