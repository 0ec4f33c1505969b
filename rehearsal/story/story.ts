import type { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import { Scope } from "../../src/contract/environment";
import { cutoffOf, invokedIn, outcomeOf } from "../play/function-result";
import { type Scene, untilBroken } from "../play/scene";
import {
  asksFor,
  findingIsRepeated,
  instanceIsLockedOut,
  instanceIsRobbedAgain,
  lockedInstanceIsRobbed,
  newCredentialsWork,
} from "./aftermath-scenes";
import { findingEvent } from "./finding-event";
import { guardRule, policyIsRemoved } from "./guard-scene";
import {
  alertIsMailed,
  findingIsMatched,
  policyIsAttached,
  reportIsMailed,
  sessionsAreRevoked,
  thiefIsLockedOut,
  thiefUsesCredentials,
} from "./revocation-scenes";
import { failuresAreKept } from "./safety-net-scene";
import { looksAtActivity, recordTheft } from "./trail";
import { firstTheft, robbedInstance } from "./thief";

/**
 * Plays the workshop's story against what was synthesized: the theft, the finding, both mails, the revocation, the thief
 * locked out, and what happens when GuardDuty repeats itself, when the thief comes back, and when a pipeline undoes it all.
 */
export const playStory = (local: LocalDeployment): AsyncGenerator<Scene> => untilBroken(scenes(local));

/** Each scene may take for granted what the claims of the scenes before it say. */
async function* scenes(local: LocalDeployment): AsyncGenerator<Scene> {
  const robbed = robbedInstance(local);
  const theft = firstTheft(robbed, new Date());
  recordTheft(local.account, theft);
  yield await thiefUsesCredentials(local, theft);

  const outcomes = await local.send(findingEvent(local.account, theft));
  yield findingIsMatched(outcomes);
  const deliveries = outcomes.flatMap((outcome) => outcome.deliveries);
  yield alertIsMailed(deliveries, theft);

  const revocation = invokedIn(deliveries)!;
  yield sessionsAreRevoked(revocation);
  yield policyIsAttached(local, theft, revocation);
  yield reportIsMailed(revocation, looksAtActivity(local));
  yield await thiefIsLockedOut(local, theft);

  const cutoff = new Date(cutoffOf(outcomeOf(revocation))!);
  if (asksFor(local, "SCOPE", Scope.INSTANCE)) {
    yield await instanceIsLockedOut(local, robbed);
    yield await findingIsRepeated(local, theft);
    yield await lockedInstanceIsRobbed(local, robbed, theft);
  } else {
    yield await newCredentialsWork(local, robbed, cutoff);
    yield await findingIsRepeated(local, theft);
    yield await instanceIsRobbedAgain(local, robbed, theft, cutoff);
    if (asksFor(local, "REPEAT_SCOPE", Scope.INSTANCE)) {
      yield await lockedInstanceIsRobbed(local, robbed, theft);
    }
  }
  const guard = guardRule(local);
  if (guard) yield await policyIsRemoved(local, theft, guard);
  yield await failuresAreKept(local);
}
