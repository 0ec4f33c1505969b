import { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import type { RoleSession } from "../../local-aws/deployment/role-session";
import type { Decision } from "../../local-aws/iam/simulator";
import type { Deployment } from "../../local-aws/terraform/deployment";
import type { FunctionEnvironment } from "../../src/contract/environment";
import { findingEvent } from "../story/finding-event";
import { firstTheft, instanceSession, MINUTE, robbedInstance, tryCall } from "../story/thief";

/** What one session may do before the finding is handled, and what it may do after. */
export interface AccessChange {
  readonly who: string;
  readonly credentials: string;
  readonly before: Decision;
  readonly after: Decision;
}

/** Plays the first theft, and asks IAM before and after about everybody who uses the role. */
export async function measureAccess(deployment: Deployment): Promise<AccessChange[]> {
  const now = new Date();
  const local = await LocalDeployment.start(deployment, OVERRIDES);
  try {
    const robbed = robbedInstance(local);
    const neighbour = { ...robbed, instanceId: `i-${"0".repeat(16)}2` };
    const theft = firstTheft(robbed, now);
    // Later than every cut-off.
    const later = new Date(now.getTime() + MINUTE);
    const sessions: readonly [who: string, credentials: string, session: RoleSession][] = [
      ["The thief", "with stolen credentials", theft.stolen],
      ["The robbed instance", "with the same credentials", theft.stolen],
      ["The robbed instance", "with new credentials", instanceSession(robbed, later, "fresh")],
      ["Another instance", "with credentials from before", instanceSession(neighbour, theft.stolen.issuedAt, "old")],
      ["Another instance", "with new credentials", instanceSession(neighbour, later, "new")],
    ];
    const decideAll = async () =>
      Promise.all(sessions.map(async ([who, , session]) => (await tryCall(local, who, session)).decision));

    const before = await decideAll();
    await local.send(findingEvent(local.account, theft));
    const after = await decideAll();
    return sessions.map(([who, credentials], index) => ({
      who,
      credentials,
      before: before[index]!,
      after: after[index]!,
    }));
  } finally {
    await local.close();
  }
}

/** Nothing is waited for, and CloudTrail is not asked. */
const OVERRIDES = { VERIFY_AFTER_SECONDS: "0", ACTIVITY: "false" } satisfies Partial<FunctionEnvironment>;
