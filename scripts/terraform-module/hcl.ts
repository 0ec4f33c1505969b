import type { Block } from "../block";
import { assignments, expression, indented, type Value } from "./expression";

/** Names of blocks that Terraform's language has itself, in any resource, variable or check. */
const LANGUAGE_BLOCKS = new Set(["lifecycle", "precondition", "postcondition", "validation", "assert", "dynamic"]);

/** What decides how often a block is there: people look for it at its top. */
const REPETITION = ["count", "for_each"];

/**
 * A block in Terraform's native language, over as many lines as `terraform fmt` would leave it.
 *
 * @param head its type and labels, such as `resource`, `aws_sqs_queue`, `failures`.
 * @param isBlock whether what has this name in the body is a block, not an attribute that is a map.
 */
export function block(
  [type, ...labels]: readonly [string, ...string[]],
  body: Block,
  isBlock: (name: string) => boolean = () => false,
): string {
  const head = [type, ...labels.map((label) => JSON.stringify(label))].join(" ");
  const inside = sections(body, isBlock, BARE_IN[type]).join("\n\n");
  return inside === "" ? `${head} {}` : `${head} {\n${indented(inside)}\n}`;
}

/** Where an attribute's name says that it holds an expression as it is. */
const BARE_IN: Readonly<Record<string, readonly string[]>> = {
  resource: ["depends_on"],
  lifecycle: ["ignore_changes"],
  moved: ["from", "to"],
  variable: ["type"],
};

function sections(body: Block, isBlock: (name: string) => boolean, bare: readonly string[] = []): string[] {
  const entries = Object.entries(body).filter(([, value]) => value !== undefined);
  const blocks = entries.filter(([name]) => LANGUAGE_BLOCKS.has(name) || isBlock(name));
  const attributes = entries.filter((entry) => !blocks.includes(entry));
  const written = (those: typeof entries) =>
    assignments(
      those.map(([name, value]) => [name, bare.includes(name) ? asIs(value) : expression(value as Value)] as const),
    ).join("\n");
  const [repetition, last] = [REPETITION, ["depends_on"]].map((names) =>
    attributes.filter(([name]) => names.includes(name)),
  ) as [typeof entries, typeof entries];
  const others = attributes.filter((entry) => !repetition.includes(entry) && !last.includes(entry));
  const [lifecycle, nested] = [true, false].map((wanted) =>
    blocks.filter(([name]) => (name === "lifecycle") === wanted),
  );
  return [
    written(repetition),
    written(others),
    ...nested!.flatMap(([name, value]) => nestedBlocks(name, value, isBlock)),
    written(last),
    ...lifecycle!.flatMap(([name, value]) => nestedBlocks(name, value, isBlock)),
  ].filter((section) => section !== "");
}

/** A nested block, or each of several of one name; `dynamic` holds those that it makes by their name. */
function nestedBlocks(name: string, value: Block | readonly Block[], isBlock: (name: string) => boolean): string[] {
  if (name === "dynamic") {
    return Object.entries(value as Block).map(([made, body]) =>
      block(["dynamic", made], body as Block, (inside) => inside === "content" || isBlock(inside)),
    );
  }
  return [value].flat().map((body) => block([name], body as Block, isBlock));
}

function asIs(value: string | readonly string[]): string {
  if (typeof value === "string") return value;
  return value.length < 2 ? `[${value.join("")}]` : `[\n${value.map((item) => `  ${item},\n`).join("")}]`;
}

/** A comment, in lines that are not longer than people read with ease. */
export function comment(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= MAX_COMMENT) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines.join("\n");
}

const MAX_COMMENT = 100;
