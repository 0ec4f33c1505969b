import type { Block } from "../block";
import { documentOf, Encoded, type Value } from "./expression";

interface Named {
  readonly kind: "resource" | "data";
  readonly type: string;
  readonly name: string;
  readonly block: Block;
}

/**
 * The resources and data sources of a synthesized stack, renamed after the path of their construct: `aws_sqs_queue.failure_queue`
 * for `module/response/failure-queue/Resource`. In a stack the names end in a hash, which nobody would want to write
 * into a `moved` block. JSON texts in them, such as policies, are documents.
 */
export class NamedBlocks {
  private readonly byPath = new Map<string, Named>();

  /**
   * @param configuration what the stack is synthesized to.
   * @param main the construct whose name is left out: its children are the module.
   */
  constructor(configuration: Block, main: string) {
    let text = JSON.stringify(configuration);
    const synthesized = listed(configuration);
    for (const { type, name, block } of synthesized) {
      // The old names end in a hash: none is the beginning of another.
      text = text.replaceAll(`${type}.${name}`, `${type}.${nameOf(pathOf(block), main)}`);
    }
    const renamed = listed(JSON.parse(text) as Block);
    for (const { kind, type, block } of renamed) {
      const path = pathOf(block);
      delete block["//"];
      this.byPath.set(path, { kind, type, name: nameOf(path, main), block: withDocuments(block) as Block });
    }
    const names = new Set([...this.byPath.values()].map(({ kind, type, name }) => `${kind}.${type}.${name}`));
    if (names.size < synthesized.length) throw new Error("two resources of one type would get the same name");
    this.outputs = Object.fromEntries(
      Object.entries((JSON.parse(text) as Block)["output"] as Record<string, Block>).map(
        ([name, { value, description }]) => [name, { value, description }],
      ),
    );
  }

  readonly outputs: Record<string, Block>;

  /** The paths of the constructs, without the stack's name and the trailing `Resource`. */
  get paths(): string[] {
    return [...this.byPath.keys()];
  }

  /** The block of a construct. */
  at(path: string): Block {
    return this.named(path).block;
  }

  /** The address of a construct's resource, as expressions write it: `aws_sqs_queue.failure_queue`. */
  address(path: string): string {
    const { kind, type, name } = this.named(path);
    return kind === "data" ? `data.${type}.${name}` : `${type}.${name}`;
  }

  /** Every block of a kind as Terraform nests them: by type, then by name. */
  nested(kind: "resource" | "data"): Block {
    const types: Block = {};
    for (const named of this.byPath.values()) {
      if (named.kind === kind) (types[named.type] ??= {})[named.name] = named.block;
    }
    return types;
  }

  private named(path: string): Named {
    const named = this.byPath.get(path);
    if (!named) throw new Error(`no resource is made at ${path}; there is one at ${this.paths.join(", ")}`);
    return named;
  }
}

function listed(configuration: Block): Named[] {
  return (["resource", "data"] as const).flatMap((kind) =>
    Object.entries(configuration[kind] as Record<string, Record<string, Block>>).flatMap(([type, blocks]) =>
      Object.entries(blocks).map(([name, block]) => ({ kind, type, name, block })),
    ),
  );
}

/** A value in which every JSON text is the document that it holds. */
function withDocuments(value: Value): Value {
  if (typeof value === "string") {
    const document = documentOf(value);
    return document === undefined ? value : new Encoded(document);
  }
  if (Array.isArray(value)) return value.map(withDocuments);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withDocuments(item as Value)]));
}

const pathOf = (block: Block): string => pathInStack(block["//"].metadata.path as string);

/** The path of a resource's construct without the stack's name and a trailing `Resource`. */
export const pathInStack = (path: string): string =>
  path
    .split("/")
    .slice(1)
    .join("/")
    .replace(/\/Resource$/, "");

/** The name of a block by the path of its construct, in snake case; the first of several stands for all. */
export const nameOf = (path: string, main: string): string =>
  path
    .replace(new RegExp(`^${main}/`), "")
    .replace(/-0$/, "")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();
