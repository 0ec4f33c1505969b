import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";

import { LabBait } from "./lab/lab-bait";
import { LabInstance } from "./lab/lab-instance";
import { LabNetwork } from "./lab/lab-network";
import type { WorkshopSettings } from "./settings";
import { WorkshopStack } from "./workshop-stack";

/**
 * An instance whose credentials are stolen in the workshop, and something to steal with them. Deployed only if it is named,
 * to be destroyed after use.
 */
export class LabStack extends WorkshopStack {
  constructor(scope: Construct, id: string, settings: WorkshopSettings) {
    super(scope, id, settings, {
      Workshop: "GuardDuty-Example",
      Vulnerable: "on purpose: a workshop resource, destroy it after use",
    });
    const network = new LabNetwork(this, "network");
    const bait = new LabBait(this, "bait");
    const instance = new LabInstance(this, "instance", {
      network,
      bait,
      permissionsBoundaryArn: settings.permissionsBoundaryArn,
    });
    new TerraformOutput(this, "instance_id", {
      value: instance.instanceId,
      description: "The instance whose credentials are to be stolen: aws ssm start-session --target",
    });
    new TerraformOutput(this, "role_name", { value: instance.roleName, description: "The role that will be revoked" });
  }
}
