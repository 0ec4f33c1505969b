import type { Block } from "../block";
import { template, type Value, withTexts } from "./expression";
import type { NamedBlocks } from "./named-blocks";

/** Expressions by the path of a construct: on what condition it is made, or for each item of what. */
export type ByPath = Readonly<Record<string, string>>;

/** Gives each block the condition of its construct, or of the nearest one around it, and what there are several of a `for_each`. */
export function decideWhatIsMade(blocks: NamedBlocks, conditions: ByPath, repeated: ByPath): void {
  for (const path of blocks.paths) {
    const decided = Object.keys(conditions).filter((prefix) => `${path}/`.startsWith(`${prefix}/`));
    const nearest = decided.sort((one, other) => other.length - one.length)[0];
    if (nearest) blocks.at(path)["count"] = template(`${conditions[nearest]} ? 1 : 0`);
  }
  for (const path of Object.keys(conditions)) {
    if (!blocks.paths.some((other) => `${other}/`.startsWith(`${path}/`))) {
      throw new Error(`nothing is made at ${path}`);
    }
  }
  for (const [path, forEach] of Object.entries(repeated)) {
    const block = blocks.at(path);
    delete block["count"];
    block["for_each"] = template(forEach);
  }
}

/** The condition on which a resource is made at all; undefined if it always is. */
export const conditionOf = ({ count, for_each: forEach }: Block): string | undefined =>
  /^\$\{(.*?) \? /.exec(count ?? forEach ?? "")?.[1];

/** The conditions of the resources that may be left out, by their addresses. */
export const counted = (blocks: NamedBlocks): ReadonlyMap<string, string> =>
  new Map(
    blocks.paths.flatMap((path) => {
      const block = blocks.at(path);
      return "count" in block ? [[blocks.address(path), conditionOf(block)!] as const] : [];
    }),
  );

/** Resources by type and name, with references to others that may be left out. */
export function referring(resources: Block, conditions: ReadonlyMap<string, string>): Block {
  const byType = Object.entries(resources as Record<string, Block>).map(([type, named]) => [
    type,
    Object.fromEntries(
      Object.entries(named).map(([name, block]) => [
        name,
        withTexts(block as Value, references(conditions, conditionOf(block as Block))),
      ]),
    ),
  ]);
  return Object.fromEntries(byType) as Block;
}

/**
 * Rewrites references to resources that may be left out: each becomes the attribute, or null.
 *
 * @param own the condition on which the referring resource is made: what is then made too is referred to as the first, which is
 * the only one.
 */
export function references(conditions: ReadonlyMap<string, string>, own?: string): (text: string) => string {
  if (conditions.size === 0) return (text) => text;
  const names = [...conditions.keys()].map((address) => address.replaceAll(".", "\\."));
  const reference = new RegExp(`\\b(${names.join("|")})\\.(\\w+)`, "g");
  return (text) =>
    text.replace(reference, (_, address: string, attribute: string) => {
      const condition = conditions.get(address)!;
      const parts = (text: string) => text.split(" && ");
      const isMade = own !== undefined && parts(condition).every((part) => parts(own).includes(part));
      return isMade ? `${address}[0].${attribute}` : `one(${address}[*].${attribute})`;
    });
}
