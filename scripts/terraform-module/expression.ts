/**
 * Values of Terraform's JSON syntax, written as expressions of its native one.
 *
 * In JSON every text is a template, and a list has as many items as are written down. An expression can leave an item out
 * or splice a list in, which is what an input that is a list, or may be null, needs.
 *
 * @see https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping
 */
export type Json = string | number | boolean | null | OptionalItem | readonly Json[] | { readonly [key: string]: Json };

/** An item of a list that is there only if a condition holds. */
export class OptionalItem {
  constructor(
    /** An expression such as `var.path != null`. */
    readonly condition: string,
    readonly value: Json,
  ) {}
}

/** The template whose value is an expression's: `${var.name}`. */
export const template = (expression: string): string => `\${${expression}}`;

/**
 * The marker that stands, as one item of a list, for all items of another list.
 *
 * Deliberately not a function of Terraform: a marker that is left behind makes `terraform validate` fail.
 */
export const splice = (list: string): string => `${SPLICE}(${list})`;
const SPLICE = "spliced_into_the_list";
const SPLICED = new RegExp(`^\\$\\{${SPLICE}\\((.*)\\)\\}$`, "s");

/** The template of a {@link splice}: as an expression, `["a", spliced("var.more")]` is `concat(["a"], var.more)`. */
export const spliced = (list: string): string => template(splice(list));

/** Whether a text holds a list that is still to be spliced in. */
export const holdsSpliced = (text: string): boolean => text.includes(`\${${SPLICE}(`);

/** A value as an expression; a template that is nothing but `${…}` is what is inside. */
export function expression(value: Json): string {
  if (value instanceof OptionalItem) throw new Error(`an optional item must be in a list: ${JSON.stringify(value)}`);
  if (Array.isArray(value)) return list(value);
  if (typeof value === "string") return text(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${quoted(key)} = ${expression(item)}`);
  return `{ ${entries.join(", ")} }`;
}

/** The template of a document's JSON text. */
export const jsonencode = (document: Json): string => template(`jsonencode(${expression(document)})`);

function list(items: readonly Json[]): string {
  const parts: string[] = [];
  let plain: string[] = [];
  const flush = () => {
    if (plain.length > 0) parts.push(`[${plain.join(", ")}]`);
    plain = [];
  };
  for (const item of items) {
    const splice = typeof item === "string" ? SPLICED.exec(item)?.[1] : undefined;
    if (splice === undefined && !(item instanceof OptionalItem)) {
      plain.push(expression(item));
      continue;
    }
    flush();
    parts.push(item instanceof OptionalItem ? `(${item.condition} ? [${expression(item.value)}] : [])` : splice!);
  }
  flush();
  const [first = "[]", ...others] = parts;
  return others.length === 0 ? first : `concat(${parts.join(", ")})`;
}

function text(value: string): string {
  const parts = split(value);
  const [only, ...others] = parts;
  return only && others.length === 0 && only.interpolated ? only.source.slice(2, -1) : quoted(value);
}

/** A quoted template: the text outside of `${…}` is escaped; what is inside is an expression already. */
function quoted(value: string): string {
  const parts = split(value).map(({ source, interpolated }) =>
    interpolated ? source : JSON.stringify(source).slice(1, -1),
  );
  return `"${parts.join("")}"`;
}

/** Splits a template into texts and interpolations; braces and quotes inside of those are counted. */
function split(value: string): { source: string; interpolated: boolean }[] {
  const parts: { source: string; interpolated: boolean }[] = [];
  let position = 0;
  while (position < value.length) {
    const start = value.indexOf("${", position);
    if (start < 0 || value[start - 1] === "$") {
      parts.push({ source: value.slice(position), interpolated: false });
      break;
    }
    if (start > position) parts.push({ source: value.slice(position, start), interpolated: false });
    const end = endOfInterpolation(value, start + 2);
    parts.push({ source: value.slice(start, end), interpolated: true });
    position = end;
  }
  return parts;
}

function endOfInterpolation(value: string, start: number): number {
  let depth = 1;
  for (let position = start; position < value.length; position++) {
    const character = value[position];
    if (character === '"') position = endOfQuoted(value, position + 1) - 1;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return position + 1;
  }
  throw new Error(`an interpolation has no end: ${value}`);
}

function endOfQuoted(value: string, start: number): number {
  for (let position = start; position < value.length; position++) {
    if (value[position] === "\\") position++;
    else if (value.startsWith("${", position)) position = endOfInterpolation(value, position + 2) - 1;
    else if (value[position] === '"') return position + 1;
  }
  throw new Error(`a quoted text has no end: ${value}`);
}
