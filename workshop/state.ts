import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";

import type { WorkshopSettings } from "./settings";

/**
 * Sets where Terraform keeps the state of a stack: in a bucket, locked by S3 itself, or in a file next to the project.
 *
 * The file's path is relative to the folder that Terraform runs in (`cdktf.out/stacks/<stack>`), so that what is
 * synthesized is the same on every machine.
 *
 * @see https://developer.hashicorp.com/terraform/language/backend/s3
 */
export function keepState(stack: TerraformStack, settings: WorkshopSettings): void {
  const { stateBucket, stateRegion = settings.region, stateKeyPrefix = "guardduty-response" } = settings;
  const name = stack.node.id;
  if (stateBucket === undefined) {
    new LocalBackend(stack, { path: `../../../terraform.${name}.tfstate` });
    return;
  }
  new S3Backend(stack, {
    bucket: stateBucket,
    key: `${stateKeyPrefix.replace(/\/+$/, "")}/${name}.tfstate`,
    region: stateRegion,
    encrypt: true,
  }).addOverride("use_lockfile", true);
}
