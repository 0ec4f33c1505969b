import { block, hang } from "./text";

/** Something for a person to do. */
export interface Step {
  /** What for, and what to look at. */
  readonly text: string;
  /** Lines for a POSIX shell, to be copied as one block. */
  readonly commands: readonly string[];
}

/** Steps as the lines of a numbered list, each block of commands below its text. */
export const numbered = (steps: readonly Step[]): string[] =>
  steps.flatMap(({ text, commands }, index) => [...hang(`${index + 1}. `, "   ", text), ...block(commands)]);
