import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";

import { LabBait } from "./lab/lab-bait";
import { LabInstance } from "./lab/lab-instance";
import { LabNetwork } from "./lab/lab-network";
import type { Configuration } from "./settings";
import { WorkshopStack } from "./workshop-stack";

/** The instance to rob, with something to steal. Only for the workshop: deployed when it is named, then destroyed. */
export class LabStack extends WorkshopStack {
  constructor(scope: Construct, id: string, configuration: Configuration) {
    super(scope, id, configuration, {
      Workshop: "GuardDuty-Example",
      Vulnerable: "on purpose: a workshop resource, destroy it after use",
    });
    const network = new LabNetwork(this, "network");
    const bait = new LabBait(this, "bait");
    const instance = new LabInstance(this, "instance", { network, bait });
    new TerraformOutput(this, "instance_id", {
      value: instance.instanceId,
      description: "The instance whose credentials are to be stolen: aws ssm start-session --target",
    });
    new TerraformOutput(this, "role_name", { value: instance.roleName, description: "The role that will be revoked" });
  }
}
