import { TAG_KEY, TAG_VALUE } from "../../src/revocation/revocable-roles";
import type { Validation } from "./input";

/** A pattern as Terraform's `regex` takes it, in quotes. */
const quoted = (pattern: RegExp): string => JSON.stringify(pattern.source.replaceAll("\\/", "/"));
/** A list in one line, as Terraform formats it. */
export const listed = (values: readonly (string | number)[]): string =>
  `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
export const matches = (value: string, pattern: RegExp): string => `can(regex(${quoted(pattern)}, ${value}))`;

export const pattern = (name: string, format: { readonly pattern: RegExp; readonly words: string }): Validation => ({
  condition: matches(`var.${name}`, format.pattern),
  message: `${name} must be ${format.words}.`,
});
export const between = (name: string, from: number, to: number, words: string): Validation => ({
  condition: `var.${name} >= ${from} && var.${name} <= ${to}`,
  message: `${name} must be ${words} from ${from} to ${to}.`,
});
export const wholeBetween = (name: string, from: number, to: number, words: string): Validation => ({
  condition: `var.${name} >= ${from} && var.${name} <= ${to} && floor(var.${name}) == var.${name}`,
  message: `${name} must be ${words} from ${from} to ${to}.`,
});
export const oneOf = (name: string, values: readonly (string | number)[]): Validation => ({
  condition: `contains(${listed(values)}, var.${name})`,
  message: `${name} must be one of ${values.join(", ")}.`,
});
export const each = (name: string, items: string, condition: string, words: string): Validation => ({
  condition: `alltrue([for item in ${items} : ${condition}])`,
  message: `${name} must hold only ${words}.`,
});

export const beginsWithOneOf = (prefixes: readonly string[]): string =>
  `anytrue([for prefix in ${listed(prefixes)} : startswith(item, prefix)])`;

export const isTag = (tag: string): string =>
  [
    matches(`${tag}.key`, TAG_KEY),
    matches(`${tag}.value`, TAG_VALUE),
    `!${matches(`lower(${tag}.key)`, /^aws:/)}`,
  ].join(" && ");
