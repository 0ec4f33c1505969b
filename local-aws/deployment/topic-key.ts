import type { DeployedTopic, Deployment } from "../terraform/deployment";
import type { Use } from "./role-session";

/** What publishing to an encrypted topic does with the topic's key: it makes a data key. */
export function keyUses(deployment: Deployment, topic: DeployedTopic | undefined): Use[] {
  const keyArn = topic?.keyArn;
  if (keyArn === undefined || !keyArn.startsWith("arn:")) return [];
  const resourcePolicy = deployment.keyPolicies[keyArn];
  return ["kms:GenerateDataKey", "kms:Decrypt"].map((action) => ({ action, resource: keyArn, resourcePolicy }));
}
