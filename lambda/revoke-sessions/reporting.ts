/**
 * Everything that is only needed once the policy is written, or once it is clear that it will not be: a file of its own in
 * the package, loaded then, so that what reports cannot delay what revokes.
 */
import { publish } from "./aws/sns";
import { report } from "./mail";
import type { Incident } from "./respond";

export { findInstances } from "./aws/ec2";

/** Tells the deployment's topic about an incident. */
export async function publishReport(incident: Incident, abortSignal: AbortSignal): Promise<void> {
  await publish(incident.configuration.topicArn, report(incident), abortSignal);
}
