import { Token } from "cdktf";
import type { IConstruct } from "constructs";

/**
 * What is wrong with a construct's props: collected, and thrown as one error that names the construct and every problem.
 *
 * Tokens, values that only Terraform knows, are never checked; callers of {@link add} must skip them themselves.
 */
export class Problems {
  private readonly found: string[] = [];

  /**
   * Adds a problem with a prop unless `valid` accepts its value. A prop that is left out, or a token, is accepted.
   *
   * @param expected what the value must be: `a number from 0 to 10`.
   */
  check<Value>(prop: string, value: Value | undefined, valid: (value: Value) => boolean, expected: string): void {
    if (value === undefined || Token.isUnresolved(value) || valid(value)) return;
    this.found.push(`${prop}: must be ${expected}; received ${shown(value)}`);
  }

  /** Adds problems that are already worded, as `prop: must be …; received …`. */
  add(...problems: readonly string[]): void {
    this.found.push(...problems);
  }

  /** Every problem so far, each with the prop's name first. */
  get messages(): readonly string[] {
    return this.found;
  }

  /** @throws Error naming the construct, or the function, and every problem, if there is one. */
  throwIfAny(thrower: IConstruct | string): void {
    if (this.found.length === 0) return;
    const name = typeof thrower === "string" ? thrower : thrower.node.path;
    throw new Error(`${name}: invalid props:\n  - ${this.found.join("\n  - ")}`);
  }
}

/** A value as an error shows it; JSON has no NaN. */
export const shown = (value: unknown): string => (typeof value === "number" ? String(value) : JSON.stringify(value));

/** The items of a list, by their index. A list that only Terraform knows has none, which is a problem. */
export function knownItems(
  prop: string,
  list: readonly string[] | undefined,
  problems: Problems,
): readonly (readonly [number, string])[] {
  if (!Token.isUnresolved(list)) return [...(list ?? []).entries()];
  problems.add(
    `${prop}: must be a list of known length; received one that only Terraform knows; list the items, which may themselves ` +
      "be known later",
  );
  return [];
}

/** An e-mail address as far as SNS cares: one `@`, something on both sides, no blanks; nor braces, for Terraform's sake. */
export const EMAIL_ADDRESS = /^[^\s@"(),:;<>[\]\\{}]+@[^\s@.{}]+(\.[^\s@.{}]+)+$/;

export const isEmailAddress = (value: string): boolean => EMAIL_ADDRESS.test(value);

/** Accepts the listed values only. */
export const oneOf =
  <Value>(values: readonly Value[]) =>
  (value: Value): boolean =>
    values.includes(value);
