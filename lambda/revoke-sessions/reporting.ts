/**
 * Everything that is only needed once the policy is written, or once it is clear that it will not be: a file of its own in
 * the package, loaded then, so that what reports cannot delay what revokes.
 */
import { setTimeout as sleep } from "node:timers/promises";

import type { KeyActivity } from "./activity";
import type { CredentialSource } from "./aws/client";
import { eventHistory } from "./aws/cloudtrail";
import { putEvent } from "./aws/eventbridge";
import { publish } from "./aws/sns";
import type { FunctionConfiguration } from "./configuration";
import type { Finding } from "./finding";
import type { Incident } from "./incident";
import { eventAbout } from "./incident-event";
import { lostEventLine } from "./log";
import { lookUpActivity } from "./look-up";
import { mailAbout } from "./mail";
import type { Stolen } from "./stolen";

export { findInstances } from "./aws/ec2";

/** The look-up before: CloudTrail counts an account's requests, so that those of several roles take their turns. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Looks up what credentials were used for, as far as that can be done in so many seconds.
 *
 * @param stolen by default those of the finding.
 */
export function lookUpInCloudTrail(
  finding: Finding,
  configuration: FunctionConfiguration,
  credentials: CredentialSource,
  seconds: number,
  stolen?: Stolen,
): Promise<KeyActivity> {
  const until = new Date(Date.now() + seconds * 1_000);
  const signal = AbortSignal.timeout(seconds * 1_000);
  const clock = { now: () => new Date(), wait: (pause: number) => sleep(pause * 1_000) };
  const trailIn = (region: string) => eventHistory(credentials, region, signal);
  const lookUp = before.then(() => lookUpActivity(trailIn, finding, configuration, clock, until, stolen));
  before = lookUp;
  return lookUp;
}

/** Tells the deployment's topic about an incident, and about those of other roles of the same finding. */
export async function publishReport(
  incident: Incident,
  others: readonly Incident[],
  abortSignal: AbortSignal,
): Promise<void> {
  await publish(incident.configuration.topicArn, mailAbout(incident, others), abortSignal);
}

/**
 * Tells the deployment's bus about an incident that people have been mailed about.
 *
 * @returns whether it took the event; if not, the log has it.
 */
export async function announceIncident(incident: Incident, abortSignal: AbortSignal): Promise<boolean> {
  const event = eventAbout(incident, mailAbout(incident));
  try {
    await putEvent(incident.configuration.eventBusArn!, event, abortSignal);
    return true;
  } catch (error) {
    process.stdout.write(`${lostEventLine(event, error, new Date())}\n`);
    return false;
  }
}
