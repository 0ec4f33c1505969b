import type { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import { Scope } from "../../src/contract/environment";
import { claim, unlessDecided } from "../play/claim";
import { cutoffOf, endingOf, invokedIn, outcomeOf, writes } from "../play/function-result";
import { functionVariable } from "../play/function-variable";
import type { Scene } from "../play/scene";
import { findingEvent, type Theft } from "./finding-event";
import { instanceSession, MINUTE, type RobbedInstance, tryCall } from "./thief";

/** Whether the deployment asks for a scope, at the first theft or from the second one on. */
export const asksFor = (local: LocalDeployment, when: "SCOPE" | "REPEAT_SCOPE", scope: Scope): boolean =>
  local.deployment.functions.some((each) => functionVariable(each, when) === scope);

/** A lock denies the instance's sessions to come as well, and nobody else's. */
export async function instanceIsLockedOut(local: LocalDeployment, robbed: RobbedInstance): Promise<Scene> {
  const now = Date.now();
  const newer = await tryCall(
    local,
    "a session of the instance, started later",
    instanceSession(robbed, new Date(now + MINUTE), "fresh"),
  );
  const neighbour = { ...robbed, instanceId: `i-${"0".repeat(16)}2` };
  const other = await tryCall(
    local,
    "another instance with the role",
    instanceSession(neighbour, new Date(now - 10 * MINUTE), "neighbour"),
  );
  return {
    title: "The instance stays locked out, and everybody else goes on working",
    facts: [newer.fact, other.fact],
    claims: [
      claim(
        "a session of the instance that starts later is denied too",
        unlessDecided(newer.decision, "explicitly denied"),
      ),
      claim("another instance with the role goes on working", unlessDecided(other.decision, "allowed")),
    ],
  };
}

/** The thief robs a locked instance: what it takes is dead on arrival. */
export async function lockedInstanceIsRobbed(
  local: LocalDeployment,
  robbed: RobbedInstance,
  theft: Theft,
): Promise<Scene> {
  // Later than every cut-off: only the lock denies it.
  const stolen = instanceSession(robbed, new Date(Date.now() + MINUTE), "stolen in vain");
  const denied = await tryCall(local, "the thief, with credentials just stolen", stolen);
  const again: Theft = { ...theft, stolen, count: 4, lastSeen: new Date(), publishedAt: new Date() };
  const invoked = invokedIn(
    (await local.send(findingEvent(local.account, again))).flatMap((outcome) => outcome.deliveries),
  );
  return {
    title: "The thief robs the locked instance: what it takes is dead on arrival",
    facts: [denied.fact, ...(invoked ? [{ kind: "invocation" as const, invoked }] : [])],
    claims: [
      claim(
        "the newly stolen credentials are explicitly denied from the start",
        unlessDecided(denied.decision, "explicitly denied"),
      ),
      claim("nothing has to be written any more", invoked ? writes(invoked) : "the function was not invoked"),
    ],
  };
}

/** Sessions that the revocation does not deny: newer ones and, with scope `session`, those of another instance. */
export async function newCredentialsWork(local: LocalDeployment, robbed: RobbedInstance, cutoff: Date): Promise<Scene> {
  const newer = instanceSession(robbed, cutoff, "fresh");
  const fresh = await tryCall(local, "a session started after the cut-off", newer);
  const neighbour = { ...robbed, instanceId: `i-${"0".repeat(16)}2` };
  const older = instanceSession(neighbour, new Date(cutoff.getTime() - 10 * MINUTE), "neighbour");
  const other = await tryCall(local, "another instance with the role, not yet renewed", older);
  const narrow = asksFor(local, "SCOPE", Scope.SESSION);
  return {
    title: narrow ? "Everybody else goes on working" : "With new credentials everybody goes on working",
    facts: [fresh.fact, other.fact],
    claims: [
      claim("a session started after the cut-off is allowed", unlessDecided(fresh.decision, "allowed")),
      ...(narrow
        ? [claim("another instance with the role goes on working", unlessDecided(other.decision, "allowed"))]
        : []),
    ],
  };
}

/** GuardDuty repeats a finding for as long as the thief tries, even with credentials that are dead. */
export async function findingIsRepeated(local: LocalDeployment, theft: Theft): Promise<Scene> {
  const repeat = { ...theft, count: 2, publishedAt: new Date(theft.publishedAt.getTime() + 15 * MINUTE) };
  const deliveries = (await local.send(findingEvent(local.account, repeat))).flatMap((outcome) => outcome.deliveries);
  const alerts = deliveries.filter(({ kind }) => kind === "mailed").length;
  const repeated = invokedIn(deliveries);
  const dated = `the event is dated 15 minutes later; EventBridge mails ${alerts} alert${alerts === 1 ? "" : "s"} again`;
  const covered = "the function finds that the stolen key is covered already";
  return {
    title: "GuardDuty repeats the finding: the thief goes on trying",
    facts: [{ kind: "note", text: dated }, ...(repeated ? [{ kind: "invocation" as const, invoked: repeated }] : [])],
    claims: repeated
      ? [
          claim(covered, outcomeOf(repeated)?.outcome === "already-revoked" ? undefined : endingOf(repeated)),
          claim("it writes nothing, so healthy sessions are left alone", writes(repeated)),
          claim("it sends no second mail", repeated.mails.length === 0 ? undefined : "it mails again"),
        ]
      : [claim(covered, "it was not invoked")],
  };
}

/** The thief robs the instance once more; the new credentials are younger than the cut-off. */
export async function instanceIsRobbedAgain(
  local: LocalDeployment,
  robbed: RobbedInstance,
  theft: Theft,
  firstCutoff: Date,
): Promise<Scene> {
  const who = "the thief, with newly stolen credentials";
  const stolen = instanceSession(robbed, firstCutoff, "stolen again");
  const working = await tryCall(local, who, stolen);

  // Cut-offs are whole seconds: one that was computed within the same second could not be seen to move.
  const later = new Date(firstCutoff.getTime() + MINUTE);
  const again: Theft = { ...theft, stolen, count: 3, lastSeen: firstCutoff, publishedAt: later };
  const outcomes = await local.send(findingEvent(local.account, again), later);
  const invoked = invokedIn(outcomes.flatMap((outcome) => outcome.deliveries));
  const cutoff = invoked && cutoffOf(outcomeOf(invoked));
  const moved = cutoff !== undefined && Date.parse(cutoff) > firstCutoff.getTime();
  const locks = asksFor(local, "REPEAT_SCOPE", Scope.INSTANCE);
  const scope = invoked && outcomeOf(invoked)?.scope;
  const stayed = `it was ${firstCutoff.toISOString()} and is ${cutoff ?? "not told"}`;
  const denied = await tryCall(local, who, stolen);

  return {
    title: "The thief robs the instance again, and GuardDuty sees the new key",
    facts: [working.fact, ...(invoked ? [{ kind: "invocation" as const, invoked }] : []), denied.fact],
    claims: [
      claim("newer credentials work at first", unlessDecided(working.decision, "allowed")),
      locks
        ? claim("the instance is locked out", scope === Scope.INSTANCE ? undefined : `the scope is ${scope}`)
        : claim("the cut-off moves forward", moved ? undefined : stayed),
      claim(
        "the newly stolen credentials are explicitly denied too",
        unlessDecided(denied.decision, "explicitly denied"),
      ),
    ],
  };
}
