import { Token } from "cdktf";
import type { IConstruct } from "constructs";

/**
 * Collects what is wrong with a construct's props and throws once, naming the construct and every problem.
 *
 * Values that Terraform only knows later (tokens) are never judged: {@link check} passes them, and what is worded elsewhere
 * has to.
 */
export class Problems {
  private readonly found: string[] = [];

  /** Notes a problem with a prop unless `valid` accepts its value; a prop that is left out, or a token, is accepted. */
  check<Value>(prop: string, value: Value | undefined, valid: (value: Value) => boolean, allowed: string): void {
    if (value === undefined || Token.isUnresolved(value) || valid(value)) return;
    // JSON has no NaN.
    const received = typeof value === "number" ? String(value) : JSON.stringify(value);
    this.found.push(`${prop}: received ${received}; allowed is ${allowed}`);
  }

  /** Notes problems that are already worded. */
  add(...problems: readonly string[]): void {
    this.found.push(...problems);
  }

  /** Every problem so far, each with the prop's name first. */
  get messages(): readonly string[] {
    return this.found;
  }

  /** @throws Error naming the construct's path and every problem, where there is one. */
  throwIfAny(construct: IConstruct): void {
    if (this.found.length === 0) return;
    throw new Error(`${construct.node.path} cannot be made from these props:\n  - ${this.found.join("\n  - ")}`);
  }
}

/** The items of a list, by their index; a list that only Terraform knows has none, which is a problem. */
export function knownItems(
  prop: string,
  list: readonly string[] | undefined,
  problems: Problems,
): readonly (readonly [number, string])[] {
  if (!Token.isUnresolved(list)) return [...(list ?? []).entries()];
  problems.add(`${prop}: is a list that only Terraform knows; give a list of items, which may be known later`);
  return [];
}

/** An e-mail address as far as SNS cares: one `@`, something on both sides, no blanks. */
export const EMAIL_ADDRESS = /^[^\s@"(),:;<>[\]\\]+@[^\s@.]+(\.[^\s@.]+)+$/;

export const isEmailAddress = (value: string): boolean => EMAIL_ADDRESS.test(value);

/** Accepts the listed values only. */
export const oneOf =
  <Value>(values: readonly Value[]) =>
  (value: Value): boolean =>
    values.includes(value);
