import { printable } from "./text";

/** No name that AWS gives or takes is longer. */
const MAX_CHARACTERS = 128;

/** The time at which a command is run, wherever a POSIX shell reads it outside of single quotation marks. */
export const NOW = "$(date -u +%Y-%m-%dT%H:%M:%SZ)";

/** A value of a command, whatever it holds: one word of a POSIX shell, and of zsh. */
export function quote(value: string): string {
  const clean = printable(value, MAX_CHARACTERS);
  return /^\w[\w+=,.@-]*$/.test(clean) ? clean : `'${clean.replaceAll("'", `'\\''`)}'`;
}

/**
 * A loop over words.
 *
 * @param words values that are quoted already, or a command of whose output each word counts.
 * @returns nothing if there are none.
 */
export function forEach(variable: string, words: readonly string[], commands: readonly string[]): string[] {
  if (words.length === 0) return [];
  return [`for ${variable} in ${words.join(" ")}; do`, ...commands.map((command) => `  ${command}`), "done"];
}

/**
 * The same for names: one of them needs no loop.
 *
 * @param names as they are, not quoted.
 * @param commands with the word that stands for the name.
 */
export function forNames(
  variable: string,
  names: readonly string[],
  commands: (name: string) => readonly string[],
): string[] {
  const [first, ...others] = names.map(quote);
  if (first !== undefined && others.length === 0) return [...commands(first)];
  return forEach(variable, names.map(quote), commands(`"$${variable}"`));
}
