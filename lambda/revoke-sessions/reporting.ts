/**
 * Everything that is only needed once the policy is written, or once it is clear that it will not be: a file of its own in
 * the package, loaded then, so that what reports cannot delay what revokes.
 */
import { publish } from "./aws/sns";
import type { Incident } from "./incident";
import { mailAbout } from "./mail";

export { findInstances } from "./aws/ec2";

/** Tells the deployment's topic about an incident. */
export async function publishReport(incident: Incident, abortSignal: AbortSignal): Promise<void> {
  await publish(incident.configuration.topicArn, mailAbout(incident), abortSignal);
}
