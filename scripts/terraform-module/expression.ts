/**
 * Values of Terraform's JSON syntax, written as expressions of its native one.
 *
 * In JSON every text is a template, and a list has as many items as are written down. An expression can leave an item out,
 * splice a list in or encode a document, which is what an input that is a list, or may be null, needs.
 *
 * @see https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping
 */
export type Value =
  | string
  | number
  | boolean
  | null
  | OptionalItems
  | Merged
  | Encoded
  | Conditional
  | readonly Value[]
  | { readonly [key: string]: Value };

/** Items of a list that are there only if a condition holds. */
export class OptionalItems {
  readonly values: readonly Value[];

  constructor(
    /** An expression such as `var.path != null`. */
    readonly condition: string,
    ...values: Value[]
  ) {
    this.values = values;
  }
}

/** An object that has some of its keys only if a condition holds. */
export class Merged {
  constructor(
    readonly always: Value,
    /** An expression such as `var.path != null`. */
    readonly condition: string,
    readonly optional: Value,
  ) {}
}

/** The JSON text of a document: a policy, a pattern. */
export class Encoded {
  constructor(readonly document: Value) {}
}

/** One of two values. */
export class Conditional {
  constructor(
    /** An expression such as `var.path != null`. */
    readonly condition: string,
    readonly then: Value,
    readonly otherwise: Value,
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

/**
 * The document of a JSON text whose texts may hold templates; undefined if the text is not a JSON object or list. Quotes inside
 * of a template are not escaped.
 */
export function documentOf(text: string): Value | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  const parts = split(text);
  const placeholder = (index: number) => `\uE000${index}\uE001`;
  const json = parts.map(({ source, interpolated }, index) => (interpolated ? placeholder(index) : source)).join("");
  const withTemplates = (value: string) => value.replace(/\uE000(\d+)\uE001/g, (_, index) => parts[index]!.source);
  try {
    return withTexts(JSON.parse(json) as Value, withTemplates);
  } catch {
    return undefined;
  }
}

/** Applies a change to every text of a value, keys and conditions included, however deep it lies. */
export function withTexts<T extends Value>(value: T, change: (text: string) => string): T;
export function withTexts(value: Value, change: (text: string) => string): Value {
  const inside = (item: Value) => withTexts(item, change);
  if (typeof value === "string") return change(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof OptionalItems) return new OptionalItems(change(value.condition), ...value.values.map(inside));
  if (value instanceof Merged) {
    return new Merged(inside(value.always), change(value.condition), inside(value.optional));
  }
  if (value instanceof Encoded) return new Encoded(inside(value.document));
  if (value instanceof Conditional) {
    return new Conditional(change(value.condition), inside(value.then), inside(value.otherwise));
  }
  if (isList(value)) return value.map(inside);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), inside(item)]));
}

/**
 * Replaces a part of a text, or of one of the texts of a document.
 *
 * @throws Error unless the part occurs exactly once.
 */
export function replaced<T extends Value>(value: T, from: string, to: string): T {
  let found = 0;
  const changed = withTexts(value, (text) => {
    found += text.split(from).length - 1;
    return text.replace(from, () => to);
  });
  if (found !== 1) throw new Error(`${JSON.stringify(from)} must occur once in: ${JSON.stringify(value)}`);
  return changed;
}

/** An expression over several lines. */
export const lines = (...written: readonly string[]): string => written.join("\n");

/** Longest text that is written in one line if it could be in several. */
const MAX_LINE = 90;

/**
 * A value as an expression, over as many lines as let each item of a list and each key have its own; a template that is nothing
 * but `${…}` is what is inside.
 */
export function expression(value: Value): string {
  if (value instanceof OptionalItems) throw new Error(`optional items must be in a list: ${JSON.stringify(value)}`);
  if (value instanceof Encoded) return `jsonencode(${expression(value.document)})`;
  if (value instanceof Merged) {
    const parts = [expression(value.always), `${value.condition} ? ${expression(value.optional)} : {}`];
    return `merge(\n${parts.map((part) => `${indented(part)},\n`).join("")})`;
  }
  if (value instanceof Conditional) {
    const parts = [`${value.condition} ?`, `${expression(value.then)} :`, expression(value.otherwise)];
    return `(\n${indented(parts.join("\n"))}\n)`;
  }
  if (typeof value === "string") return text(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return isList(value) ? list(value) : object(value);
}

/** Lines `key = value`, in columns as `terraform fmt` puts them: in one with the neighbours that have one line too. */
export function assignments(entries: readonly (readonly [key: string, value: string])[]): string[] {
  const lines: string[] = [];
  let column: (readonly [string, string])[] = [];
  const flush = () => {
    const width = Math.max(...column.map(([key]) => key.length));
    for (const [key, value] of column) lines.push(`${key.padEnd(width)} = ${value}`);
    column = [];
  };
  for (const entry of entries) {
    if (entry[1].includes("\n")) {
      flush();
      lines.push(`${entry[0]} = ${entry[1]}`);
    } else {
      column.push(entry);
    }
  }
  flush();
  return lines;
}

/** Every line of a text, two spaces further right. */
export const indented = (text: string): string => text.replace(/^(?=.)/gm, "  ");

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

function object(value: { readonly [key: string]: Value }): string {
  const entries = Object.entries(value).map(([key, item]) => [keyOf(key), expression(item)] as const);
  if (entries.length === 0) return "{}";
  const [first, ...others] = entries;
  const line = `{ ${first!.join(" = ")} }`;
  return others.length === 0 && isShort(line) ? line : `{\n${indented(assignments(entries).join("\n"))}\n}`;
}

function list(items: readonly Value[]): string {
  const parts: string[] = [];
  let plain: Value[] = [];
  const flush = () => {
    if (plain.length > 0) parts.push(bracketed(plain));
    plain = [];
  };
  for (const item of items) {
    const splice = typeof item === "string" ? SPLICED.exec(item)?.[1] : undefined;
    if (splice === undefined && !(item instanceof OptionalItems)) {
      plain.push(item);
      continue;
    }
    flush();
    parts.push(item instanceof OptionalItems ? `${item.condition} ? ${bracketed(item.values)} : []` : splice!);
  }
  flush();
  const [first = "[]", ...others] = parts;
  return others.length === 0 ? first : `concat(\n${parts.map((part) => `${indented(part)},\n`).join("")})`;
}

/** A list without splices: in one line if it has one item, so that one item more is one line more. */
function bracketed(items: readonly Value[]): string {
  const written = items.map(expression);
  const line = `[${written.join(", ")}]`;
  const inOneLine = items.length < 2 || items.every((item) => typeof item === "number");
  return inOneLine && isShort(line) ? line : `[\n${written.map((item) => `${indented(item)},\n`).join("")}]`;
}

const isShort = (line: string): boolean => !line.includes("\n") && line.length <= MAX_LINE;

const keyOf = (key: string): string =>
  /^[A-Za-z_]\w*$/.test(key) && !["for", "if", "in", "null", "true", "false"].includes(key) ? key : quoted(key);

function text(value: string): string {
  const [only, ...others] = split(value);
  if (only && others.length === 0 && only.interpolated) return only.source.slice(2, -1);
  return value.includes("\n") ? heredoc(value) : quoted(value);
}

/** A text of several lines as it will be read, without the line end that a heredoc adds. */
const heredoc = (value: string): string => `chomp(<<-EOT\n${indented(value)}\nEOT\n)`;

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
    const start = startOfInterpolation(value, position);
    if (start < 0) {
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

/** Where the next `${` is that is not escaped as `$${`; negative if there is none. */
function startOfInterpolation(value: string, from: number): number {
  const start = value.indexOf("${", from);
  return value[start - 1] === "$" ? startOfInterpolation(value, start + 2) : start;
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
