import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";

import { CredentialExfiltrationResponse, RevocableRoles } from "../src";
import { moduleConfiguration } from "./terraform-module/module-configuration";
import { readSettings } from "../workshop/settings";
import { LabStack } from "../workshop/lab-stack";
import { ResponseStack } from "../workshop/response-stack";

/** Addresses of resources in Terraform's state, by the construct that makes them, for each thing that can be deployed. */
export type Addresses = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The file of the addresses that users may have deployed. */
export const ADDRESSES_FILE = join(__dirname, "..", "__tests__", "package", "addresses.json");

export const deployedAddresses = (): Addresses => JSON.parse(readFileSync(ADDRESSES_FILE, "utf8"));

/** The addresses as they are synthesized now. */
export function synthesizedAddresses(): Addresses {
  const settings = readSettings({}, {});
  const smallest = new TerraformStack(new App(), "stack");
  new AwsProvider(smallest, "aws");
  new CredentialExfiltrationResponse(smallest, "response", {
    alertEmails: ["security@example.com"],
    revocableRoles: RevocableRoles.named("arn:aws:iam::123456789012:role/app"),
    alertSeverity: 7,
    dashboard: true,
  });
  return {
    construct: ofStack(smallest),
    "guardduty-response": ofStack(new ResponseStack(new App(), "guardduty-response", settings)),
    "guardduty-lab": ofStack(new LabStack(new App(), "guardduty-lab", settings)),
    module: ofModule(),
  };
}

function ofStack(stack: TerraformStack): Record<string, string> {
  const { resource } = stack.toTerraform() as { resource: Blocks };
  return Object.fromEntries(
    listed(resource)
      .map(({ address, block }) => [(block["//"] as Metadata).metadata.path, address] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function ofModule(): Record<string, string> {
  const { resource } = moduleConfiguration() as { resource: Blocks };
  return Object.fromEntries(
    listed(resource)
      .map(({ address }) => [address, address] as const)
      .sort(),
  );
}

type Blocks = Record<string, Record<string, Record<string, unknown>>>;
interface Metadata {
  readonly metadata: { readonly path: string };
}

const listed = (resource: Blocks) =>
  Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, block]) => ({ address: `${type}.${name}`, block })),
  );

if (require.main === module) {
  writeFileSync(ADDRESSES_FILE, `${JSON.stringify(synthesizedAddresses(), null, 2)}\n`);
  console.log(`written: ${ADDRESSES_FILE}`);
}
