import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";

import { CredentialExfiltrationResponse, RevocableRoles } from "../src";
import { LabStack } from "../workshop/lab-stack";
import { ResponseStack } from "../workshop/response-stack";
import { readSettings } from "../workshop/settings";
import { responseModule } from "./terraform-module/response/module";

/** Addresses of resources in Terraform's state, by the construct that makes them, for each thing that can be deployed. */
export type Addresses = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a `moved` block says: the resource had the one address, and has the other now. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** The file of the addresses that users may have deployed. */
export const ADDRESSES_FILE = join(__dirname, "..", "__tests__", "package", "addresses.json");

export const deployedAddresses = (file = ADDRESSES_FILE): Addresses => JSON.parse(readFileSync(file, "utf8"));

/** The addresses as they are synthesized now. */
export function synthesizedAddresses(): Addresses {
  const addresses = Object.entries(configurations()).map(([thing, { resource }]) => [
    thing,
    Object.fromEntries(
      listed(resource)
        .map(({ address, block }) => [block["//"]?.metadata.path ?? address, address] as const)
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    ),
  ]);
  return Object.fromEntries(addresses) as Addresses;
}

/** The `moved` blocks as they are synthesized now, for each thing that can be deployed. */
export function synthesizedMoves(): Readonly<Record<string, readonly Move[]>> {
  return Object.fromEntries(Object.entries(configurations()).map(([thing, { moved = [] }]) => [thing, moved]));
}

function configurations(): Record<string, Configuration> {
  const settings = readSettings({}, {});
  const smallest = new TerraformStack(new App(), "stack");
  new AwsProvider(smallest, "aws");
  new CredentialExfiltrationResponse(smallest, "response", {
    alertEmails: ["security@example.com"],
    revocableRoles: RevocableRoles.named("arn:aws:iam::123456789012:role/app"),
    findings: ["AttackSequence:IAM/CompromisedCredentials"],
    alertSeverity: 7,
    dashboard: true,
  });
  return {
    construct: smallest.toTerraform() as Configuration,
    "guardduty-response": new ResponseStack(new App(), "guardduty-response", settings).toTerraform() as Configuration,
    "guardduty-lab": new LabStack(new App(), "guardduty-lab", settings).toTerraform() as Configuration,
    module: responseModule().configuration as unknown as Configuration,
  };
}

interface Configuration {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Synthesized>>>>;
  readonly moved?: readonly Move[];
}

interface Synthesized {
  /** What CDKTF notes of a construct; the module's blocks have none. */
  readonly "//"?: { readonly metadata: { readonly path: string } };
}

const listed = (resource: Configuration["resource"]) =>
  Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, block]) => ({ address: `${type}.${name}`, block })),
  );

if (require.main === module) {
  writeFileSync(ADDRESSES_FILE, `${JSON.stringify(synthesizedAddresses(), null, 2)}\n`);
  console.log(`written: ${ADDRESSES_FILE}`);
}
