import { rmSync } from "node:fs";

import { type TerraformStack, Testing } from "cdktf";

import type { DeployedRole, Deployment } from "../../local-aws/terraform/deployment";
import { readDeployment } from "../../local-aws/terraform/read-deployment";

/** The account that tests deploy to. */
export const ACCOUNT = "123456789012";

/** What a stack would be if it were deployed, with every reference resolved. */
export function deploymentOf(stack: TerraformStack): Deployment {
  const directory = Testing.fullSynth(stack);
  try {
    return readDeployment(directory, ACCOUNT);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The one role whose name is, or begins with, `name`. */
export function roleOf(deployment: Deployment, name: string): DeployedRole {
  const [role, ...others] = deployment.roles.filter((candidate) => candidate.name.startsWith(name));
  if (role && others.length === 0) return role;
  throw new Error(`expected one role ${name}, found ${deployment.roles.map((each) => each.name).join(", ") || "none"}`);
}
