/** An input of the module: a variable of Terraform. */
export interface Input {
  /** A type constraint, such as `list(string)`. */
  readonly type: string;
  readonly description: string;
  /** If left out, the input is required; null stands for what the description says. */
  readonly default?: unknown;
  /** Conditions on the value, each with a message for when it does not hold. */
  readonly validation?: readonly Validation[];
}

export interface Validation {
  /** An expression that may name the variable itself only: others came with Terraform 1.9. It is not asked about null. */
  readonly condition: string;
  /** A full sentence, as Terraform asks for. */
  readonly message: string;
}
