import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";

import { nameOf } from "../../../scripts/terraform-module/named-blocks";
import { terraform } from "../../support/terraform";
import type { HclRoot } from "./hcl-root";

/** A stack with one construct, ready for Terraform. */
export interface Construct {
  /** The folder that Terraform runs in. */
  readonly directory: string;
  /** Addresses by what the module calls the same resource. */
  readonly addresses: ReadonlyMap<string, { type: string; name: string }>;
}

/**
 * A stack with a construct alone.
 *
 * @param main id of the construct, whose children the module has.
 */
export function synthesized(main: string, region: string, make: (stack: TerraformStack) => void): Construct {
  const stack = new TerraformStack(Testing.app(), "stack");
  new AwsProvider(stack, "aws", { region });
  stack.addOverride("terraform.required_providers.aws.version", ">= 5.100.0, < 7.0.0");
  make(stack);
  const directory = path.join(Testing.fullSynth(stack), "stacks", "stack");
  const { resource } = JSON.parse(readFileSync(path.join(directory, "cdk.tf.json"), "utf8"));
  const addresses = Object.entries<Record<string, any>>(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, block]) => {
      const inside = block["//"].metadata.path.replace(/^stack\//, "").replace(/\/Resource$/, "");
      return [`${type}.${repeated(inside) ?? nameOf(inside, main)}`, { type, name }] as const;
    }),
  );
  return { directory, addresses: new Map(addresses) };
}

/** What the module calls something that it makes for each item of an input, with the item's key; undefined for anything else. */
function repeated(construct: string): string | undefined {
  const [, kind, key] = /^\w+\/(topic\/email|topic\/subscriber|redrive)-(.+)$/.exec(construct) ?? [];
  return kind && `${kind === "redrive" ? "redrive_role" : kind.replace("/", "_")}.${key}`;
}

/** What a construct would change of what the module has made, in Terraform's words. */
export async function plannedOver(root: HclRoot, { directory, addresses }: Construct): Promise<string> {
  const configuration = JSON.parse(readFileSync(path.join(directory, "cdk.tf.json"), "utf8"));
  const state = JSON.parse(root.read("terraform.tfstate"));
  state.outputs = {};
  state.resources = state.resources
    .filter(({ mode }: { mode: string }) => mode === "managed")
    .flatMap(({ module: _, type, name, instances, ...others }: any) =>
      instances.map(({ index_key, ...instance }: any) => {
        const address = addresses.get(`${type}.${name}${typeof index_key === "string" ? `.${index_key}` : ""}`);
        if (!address) throw new Error(`the construct makes nothing like ${type}.${name}`);
        // The module's addresses mean nothing here, and each keeps its zip in another place: its hash must be the same.
        const attributes = {
          ...instance.attributes,
          ...(type === "aws_lambda_function" && { filename: zipOf(configuration) }),
        };
        return { ...others, ...address, instances: [{ ...instance, attributes, dependencies: [] }] };
      }),
    );
  writeFileSync(path.join(directory, "terraform.tfstate"), JSON.stringify(state));
  cpSync(path.join(root.directory, ".terraform.lock.hcl"), path.join(directory, ".terraform.lock.hcl"));
  await terraform(directory, ["init"], root.environment);
  const { output } = await terraform(directory, ["plan"], root.environment);
  return /^(No changes\.|Plan: .*)/m.exec(output)?.[1] ?? output;
}

function zipOf({ resource }: { resource: { aws_lambda_function: Record<string, { filename: string }> } }): string {
  return Object.values(resource.aws_lambda_function)[0]!.filename;
}
