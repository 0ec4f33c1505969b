const MAX_CHARACTERS = 300;
const MAX_TAG_CHARACTERS = 60;

/** Columns of prose in a mail, less the indentation of a section. */
const COLUMNS = 76;

/**
 * Text that somebody else wrote, fit for a mail: of an event, a tag or AWS's response. It stays on its line, without control
 * characters, without links, and not endless.
 */
export function printable(text: string, max = MAX_CHARACTERS): string {
  const words = text.slice(0, 4 * max).split(/[\p{C}\p{Z}]+/u);
  const clean = words
    .map((word) => (word.includes("://") ? "(link)" : word))
    .join(" ")
    .trim();
  // By whole characters: half of one could not be sent.
  return clean.length > max ? `${[...clean].slice(0, max - 1).join("")}…` : clean;
}

/** A `Name` tag, which whoever may tag an instance writes: without quotation marks, so that it cannot pose as our words. */
export const printableTag = (name: string): string => printable(name.replace(/["'`«»‘-‟]/g, ""), MAX_TAG_CHARACTERS);

/** Prose, broken into lines. */
export function wrap(text: string, columns = COLUMNS): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Prose below a line that it belongs to, or behind a number or a word that it follows. */
export function hang(first: string, indent: string, text: string): string[] {
  return wrap(text, COLUMNS - indent.length).map((line, index) => `${index === 0 ? first : indent}${line}`);
}

/** Lines, each a little to the right. */
export const indented = (lines: readonly string[], indent = "  "): string[] => lines.map((line) => indent + line);

/** Lines for a shell, further to the right than anything else: to be seen, and copied, as one block. */
export const block = (commands: readonly string[]): string[] => indented(commands, "    ");

/** Lines, of which those beyond `max` are counted. */
export function listed(lines: readonly string[], max: number): string[] {
  return lines.length > max ? [...lines.slice(0, max), `and ${lines.length - max} more`] : [...lines];
}

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** How long something took, by its two largest units. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  const largest = UNITS.findIndex(([, length]) => seconds >= length);
  if (largest < 0) return "0 s";
  const [unit, length] = UNITS[largest]!;
  const [nextUnit, nextLength] = UNITS[largest + 1] ?? ["", Infinity];
  const next = Math.floor((seconds % length) / nextLength);
  return `${Math.floor(seconds / length)} ${unit}${next > 0 ? ` ${next} ${nextUnit}` : ""}`;
}
