import { Testing } from "cdktf";

import { readConfiguration } from "../workshop/settings";
import { LabStack } from "../workshop/lab-stack";
import { ResponseStack } from "../workshop/response-stack";

/** The attributes of a resource, in Terraform's JSON. */
export type Block = Readonly<Record<string, any>>;

/** A resource of a synthesized stack. */
export interface Resource {
  /** Name of the stack. */
  readonly stack: string;
  /** As `aws_sns_topic`. */
  readonly type: string;
  /** What tells it from others of its type: `response_topic_1B8DE71E`. */
  readonly name: string;
  /** Type and name, as Terraform's plans and references write it. */
  readonly address: string;
  readonly block: Block;
}

/** Both stacks of the workshop as they are synthesized for one subscriber, with the default of every other setting. */
export function workshopResources(settings: Readonly<Record<string, unknown>> = {}): Resource[] {
  const configuration = readConfiguration({ alertEmails: ["security@example.com"], ...settings }, {});
  const app = Testing.app();
  return [
    new ResponseStack(app, "guardduty-response", configuration),
    new LabStack(app, "guardduty-lab", configuration),
  ].flatMap((stack) => resourcesOf(stack.node.id, Testing.synth(stack)));
}

/** The resources of one stack's `cdk.tf.json`; data sources are none. */
export function resourcesOf(stack: string, json: string): Resource[] {
  const { resource = {} } = JSON.parse(json) as { resource?: Record<string, Record<string, Block>> };
  return Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, block]) => ({ stack, type, name, address: `${type}.${name}`, block })),
  );
}

/** The resources that a value refers to, each once. */
export function referencedBy(value: unknown, resources: readonly Resource[]): Resource[] {
  const text = JSON.stringify(value) ?? "";
  const references = new Set([...text.matchAll(/\$\{(\w+\.[\w-]+)\./g)].map(([, address]) => address));
  return resources.filter(({ address }) => references.has(address));
}
