/** Something for a person to do. */
export interface Step {
  /** What for, and what to look at. */
  readonly text: string;
  /** Lines for a POSIX shell, to be copied as one block. */
  readonly commands: readonly string[];
}
