import { Testing } from "cdktf";

import { LabStack } from "../workshop/lab-stack";
import { ResponseStack } from "../workshop/response-stack";
import { readSettings } from "../workshop/settings";
import type { Block } from "./block";

/** A resource of a synthesized stack. */
export interface Resource {
  /** Name of the stack. */
  readonly stack: string;
  /** As `aws_sns_topic`. */
  readonly type: string;
  /** Distinguishes it from others of its type: `response_topic_1B8DE71E`. */
  readonly name: string;
  /** Type and name, as Terraform's plans and references write it. */
  readonly address: string;
  readonly block: Readonly<Block>;
}

/**
 * The resources of both stacks of the workshop, synthesized for one subscriber.
 *
 * @param context settings other than the defaults, as in cdktf.json.
 */
export function workshopResources(context: Readonly<Record<string, unknown>> = {}): Resource[] {
  const settings = readSettings({ alertEmails: ["security@example.com"], ...context }, {});
  const app = Testing.app();
  return [new ResponseStack(app, "guardduty-response", settings), new LabStack(app, "guardduty-lab", settings)].flatMap(
    (stack) => resourcesOf(stack.node.id, Testing.synth(stack)),
  );
}

/** The resources of one stack's `cdk.tf.json`, without its data sources. */
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
