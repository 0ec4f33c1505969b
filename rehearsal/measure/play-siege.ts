import { type InvokedFunction, LocalDeployment, type RuleOutcome } from "../../local-aws/deployment/local-deployment";
import type { RoleSession } from "../../local-aws/deployment/role-session";
import { decideForSession } from "../../local-aws/deployment/session-access";
import type { Deployment } from "../../local-aws/terraform/deployment";
import type { FunctionEnvironment } from "../../src/contract/environment";
import { endingOf, invokedIn } from "../play/function-result";
import { RehearsalError } from "../play/rehearsal-error";
import { findingEvent } from "../story/finding-event";
import { instanceSession, MINUTE, type RobbedInstance, robbedInstance, THIEFS_CALL } from "../story/thief";
import { COMPARED, type Course, type ScopeSettings, SIEGE } from "./siege";

/**
 * Plays the siege against what was synthesized, once for each of the compared settings: the function's package, whose clock is set
 * to each theft, and IAM's decision about each call.
 */
export function playSieges(deployment: Deployment): Promise<Course[]> {
  const begin = new Date();
  return Promise.all(COMPARED.map((settings) => playSiege(deployment, settings, begin)));
}

async function playSiege(deployment: Deployment, settings: ScopeSettings, begin: Date): Promise<Course> {
  const local = await LocalDeployment.start(deployment, overridesFor(settings));
  const at = (minute: number) => new Date(begin.getTime() + minute * MINUTE);
  const calls: Course["calls"][number][] = [];
  const thefts: Course["thefts"][number][] = [];
  let [writes, mails] = [0, 0];
  try {
    const robbed = robbedInstance(local);
    for (let minute = 0; minute < SIEGE.minutes; minute += SIEGE.minutesBetweenCalls) {
      if (minute % SIEGE.minutesBetweenThefts === 0) {
        const stolen = instanceSession(robbed, at(minute), `stolen in minute ${minute}`);
        thefts.push({ minute, worked: await mayCall(local, stolen) });
        const seen = { firstSeen: at(minute), lastSeen: at(minute), publishedAt: at(minute), count: thefts.length };
        const outcomes = await local.send(findingEvent(local.account, { stolen, ...seen }), at(minute));
        const handled = handledIn(outcomes, minute);
        writes += handled.calls.filter(({ action, status }) => action === "PutRolePolicy" && status === 200).length;
        mails += handled.mails.length;
      }
      const allowed = await Promise.all(healthySessions(robbed, minute, at).map((each) => mayCall(local, each)));
      calls.push({ minute, made: allowed.length, denied: allowed.filter((each) => !each).length });
    }
  } finally {
    await local.close();
  }
  return { ...settings, calls, thefts, writes, mails };
}

/** How the function handled the finding of a minute; throws a `RehearsalError` if it did not, which is no siege without writes. */
function handledIn(outcomes: readonly RuleOutcome[], minute: number): InvokedFunction {
  const invoked = invokedIn(outcomes.flatMap(({ deliveries }) => deliveries));
  if (invoked?.invocation.kind === "returned") return invoked;
  const ending = invoked ? `it ended with ${endingOf(invoked)}` : "it was not invoked";
  throw new RehearsalError(`the siege, minute ${minute}: the function must handle every finding, but ${ending}`);
}

/** Besides the scope: nothing is waited for, and CloudTrail, which knows nothing of the siege, is not asked. */
const overridesFor = ({ scope, repeatScope }: ScopeSettings) =>
  ({
    SCOPE: scope,
    REPEAT_SCOPE: repeatScope,
    VERIFY_AFTER_SECONDS: "0",
    ACTIVITY: "false",
    FOLLOW_SESSIONS: "false",
  }) satisfies Partial<FunctionEnvironment>;

async function mayCall(local: LocalDeployment, session: RoleSession): Promise<boolean> {
  const { effect } = await decideForSession(local.account, session, THIEFS_CALL, "*");
  return effect === "allowed";
}

/** The sessions of the healthy instances in a minute; they renew their credentials one after the other, between two thefts. */
function healthySessions(robbed: RobbedInstance, minute: number, at: (minute: number) => Date): RoleSession[] {
  const { healthyInstances, minutesBetweenRenewals, minutesBetweenThefts } = SIEGE;
  return Array.from({ length: healthyInstances }, (_, index) => {
    const instance = { ...robbed, instanceId: `i-${String(index + 1).padStart(17, "0")}` };
    const offset = (index * minutesBetweenRenewals) / healthyInstances + minutesBetweenThefts / 2;
    const renewals = Math.floor((minute - offset) / minutesBetweenRenewals);
    const renewedAt = offset + renewals * minutesBetweenRenewals;
    return instanceSession(instance, at(renewedAt), `${instance.instanceId} renewed in minute ${renewedAt}`);
  });
}
