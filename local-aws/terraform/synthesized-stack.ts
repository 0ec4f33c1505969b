import path from "node:path";

import { partitionOf } from "../api/account";
import { type Attributes, computedAttribute, type AccountRegion } from "./computed-attributes";
import { evaluateTemplate, ExpressionError } from "./expression";
import { readJson } from "./read-output";

/** A block of Terraform's JSON syntax. */
type Block = Record<string, unknown>;

/** One `cdk.tf.json`, read the way Terraform would apply it, with references resolved to plausible values. */
export class SynthesizedStack {
  readonly target: AccountRegion;
  /** What the provider tags every resource with. */
  readonly defaultTags: Readonly<Record<string, string>>;
  private readonly resources = new Map<string, SynthesizedResource>();

  private constructor(
    readonly directory: string,
    configuration: Block,
    accountId: string,
  ) {
    const provider = awsProvider(configuration, directory);
    const region = String(provider["region"]);
    this.target = { accountId, region, partition: partitionOf(region) };
    this.defaultTags = [provider["default_tags"] ?? []]
      .flat()
      .reduce<Record<string, string>>(
        (tags, block) => ({ ...tags, ...(block as { tags?: Record<string, string> }).tags }),
        {},
      );
    for (const [prefix, kind] of [
      ["", "resource"],
      ["data.", "data"],
    ] as const) {
      for (const [type, named] of Object.entries(
        (configuration[kind] ?? {}) as Record<string, Record<string, Block>>,
      )) {
        for (const [name, attributes] of Object.entries(named)) {
          const resource = new SynthesizedResource(this, `${prefix}${type}`, name, attributes);
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
      : computedAttribute(this.type, attribute, this, this.stack.target);
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
    return { ...this.stack.defaultTags, ...((this.value("tags") ?? {}) as Record<string, string>) };
  }
}

/** The configuration of the provider without an alias. */
function awsProvider(configuration: Block, directory: string): Block {
  const { aws } = (configuration["provider"] ?? {}) as { aws?: Block | Block[] };
  const provider = [aws ?? []].flat().find(({ alias }) => alias === undefined);
  if (typeof provider?.["region"] === "string") return provider;
  throw new ExpressionError(`${path.join(directory, "cdk.tf.json")}: the AWS provider names no region`);
}
