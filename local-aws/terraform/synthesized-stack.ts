import path from "node:path";

import { partitionOf } from "../api/account";
import { type Attributes, computedAttribute, type AccountRegion } from "./computed-attributes";
import { evaluateTemplate, ExpressionError } from "./expression";
import { readJson } from "./read-output";

/** A block of Terraform's JSON syntax. */
type Block = Record<string, unknown>;

/** Where a provider deploys to, and what it tags every resource with. */
interface Provider {
  readonly target: AccountRegion;
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** One `cdk.tf.json`, read the way Terraform would apply it, with references resolved to plausible values. */
export class SynthesizedStack {
  /** Where the provider without an alias deploys to. */
  readonly target: AccountRegion;
  private readonly resources = new Map<string, SynthesizedResource>();

  private constructor(
    readonly directory: string,
    configuration: Block,
    accountId: string,
  ) {
    const providers = awsProviders(configuration, accountId);
    const main = providers.get("aws");
    if (!main) throw new ExpressionError(`${path.join(directory, "cdk.tf.json")}: the AWS provider names no region`);
    this.target = main.target;
    for (const [prefix, kind] of [
      ["", "resource"],
      ["data.", "data"],
    ] as const) {
      for (const [type, named] of Object.entries(
        (configuration[kind] ?? {}) as Record<string, Record<string, Block>>,
      )) {
        for (const [name, attributes] of Object.entries(named)) {
          const provider = providers.get(String(attributes["provider"] ?? "aws"));
          if (!provider) {
            throw new ExpressionError(
              `${prefix}${type}.${name}: its provider must be one of AWS that names a region, but is ${String(attributes["provider"])}`,
            );
          }
          const resource = new SynthesizedResource(this, provider, `${prefix}${type}`, name, attributes);
          this.resources.set(resource.address, resource);
        }
      }
    }
  }

  /** Reads the stack that lies in a directory, as if it were deployed to an account. */
  static read(directory: string, accountId: string): SynthesizedStack {
    return new SynthesizedStack(directory, readJson<Block>(path.join(directory, "cdk.tf.json")), accountId);
  }

  /** All resources of a type; data sources have types that begin with `data.`. */
  ofType(type: string): SynthesizedResource[] {
    return [...this.resources.values()].filter((resource) => resource.type === type);
  }

  /** Replaces every `${…}` in a value; `name` is what errors call it. */
  resolve(value: unknown, name: string): unknown {
    if (Array.isArray(value)) return value.map((each, index) => this.resolve(each, `${name}[${index}]`));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key, this.resolve(each, `${name}.${key}`)]),
      );
    }
    if (typeof value !== "string") return value;
    try {
      return evaluateTemplate(value, (reference) => this.dereference(reference));
    } catch (error) {
      if (!(error instanceof ExpressionError) || error.cause !== undefined) throw error;
      throw new ExpressionError(`${name}: ${error.message}`, { cause: error });
    }
  }

  private dereference(reference: readonly (string | number)[]): unknown {
    const written = reference.join(".");
    if (written === "path.module") return ".";
    const data = reference[0] === "data";
    const address = reference.slice(0, data ? 3 : 2).join(".");
    const [attribute, ...inside] = reference.slice(data ? 3 : 2);
    const resource = this.resources.get(address);
    if (!resource) throw new ExpressionError(`"${written}" refers to nothing in this stack`);
    if (attribute === undefined) {
      throw new ExpressionError(`"${written}" refers to a whole resource, which the local AWS does not resolve`);
    }

    const value = inside.reduce<unknown>(
      (part, key) => (part as Block | undefined)?.[key],
      resource.value(String(attribute)),
    );
    if (value === undefined) {
      throw new ExpressionError(
        `"${written}" cannot be resolved: it is not configured, and the local AWS does not know what AWS would make of it`,
      );
    }
    return value;
  }
}

/** A resource or data source of a stack. */
export class SynthesizedResource implements Attributes {
  readonly address: string;

  constructor(
    private readonly stack: SynthesizedStack,
    private readonly provider: Provider,
    readonly type: string,
    name: string,
    private readonly configuration: Block,
  ) {
    this.address = `${type}.${name}`;
  }

  /** The resolved value of an attribute, configured or computed; undefined if there is neither. */
  value(attribute: string): unknown {
    return attribute in this.configuration
      ? this.stack.resolve(this.configuration[attribute], `${this.address}.${attribute}`)
      : computedAttribute(this.type, attribute, this, this.target);
  }

  /** Where it is deployed to. */
  get target(): AccountRegion {
    return this.provider.target;
  }

  text(attribute: string): string {
    const value = this.value(attribute);
    if (typeof value === "string") return value;
    throw new ExpressionError(`${this.address}.${attribute} must be a text, but is ${JSON.stringify(value)}`);
  }

  optionalText(attribute: string): string | undefined {
    return this.value(attribute) === undefined ? undefined : this.text(attribute);
  }

  number(attribute: string, otherwise: number): number {
    return Number(this.value(attribute) ?? otherwise);
  }

  /** An attribute that holds a JSON document. */
  json<Document>(attribute: string): Document {
    try {
      return JSON.parse(this.text(attribute)) as Document;
    } catch (cause) {
      if (cause instanceof ExpressionError) throw cause;
      throw new ExpressionError(`${this.address}.${attribute} must be JSON`, { cause });
    }
  }

  /** A nested block, which Terraform's JSON writes as an object or as a list of one; undefined if it is left out. */
  block(attribute: string): Block | undefined {
    const value = this.value(attribute);
    return (Array.isArray(value) ? value[0] : value) as Block | undefined;
  }

  /** The tags that the resource gets, the provider's default ones included. */
  tags(): Record<string, string> {
    return { ...this.provider.defaultTags, ...((this.value("tags") ?? {}) as Record<string, string>) };
  }
}

/** The AWS providers that name a region, as resources refer to them: `aws`, and `aws.alias`. */
function awsProviders(configuration: Block, accountId: string): Map<string, Provider> {
  const { aws } = (configuration["provider"] ?? {}) as { aws?: Block | Block[] };
  const providers = new Map<string, Provider>();
  for (const { alias, region, default_tags } of [aws ?? []].flat()) {
    if (typeof region !== "string") continue;
    const tags = ([default_tags ?? []].flat() as { tags?: Record<string, string> }[]).map((block) => block.tags);
    providers.set(alias === undefined ? "aws" : `aws.${String(alias)}`, {
      target: { accountId, region, partition: partitionOf(region) },
      defaultTags: Object.assign({}, ...tags) as Record<string, string>,
    });
  }
  return providers;
}
