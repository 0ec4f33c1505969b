/** Colours text, or leaves it as it is. */
export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

const WIDTH = 80;

/** Colours for a terminal, unless its user has asked for none (https://no-color.org); for anything else, no colours. */
export function paintFor(
  stream: { isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const coloured = Boolean(stream.isTTY) && !environment["NO_COLOR"];
  const style = (on: number, off: number) => (text: string) => (coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return { strong: style(1, 22), faint: style(2, 22), good: style(32, 39), bad: style(31, 39) };
}

/**
 * Breaks text into lines that fit into 80 columns, each with an indent before it; what continues a line is indented further.
 * Breaks at spaces; inside a word only if the word is longer than a line, and then behind a mark such as a dot if it has one.
 */
export function fold(text: string, indent: string, continuation = indent): string[] {
  return text.split("\n").flatMap((line) => {
    const lines: string[] = [];
    let rest = line;
    let start = indent;
    while (start.length + rest.length > WIDTH) {
      const room = WIDTH - start.length;
      const space = rest.lastIndexOf(" ", room);
      const mark = Math.max(...["/", ".", ":", ",", "="].map((each) => rest.lastIndexOf(each, room - 1) + 1));
      const end = [space, mark].find((each) => each > room / 3) ?? room;
      lines.push(start + rest.slice(0, end));
      rest = rest.slice(end).trimStart();
      start = continuation;
    }
    return [...lines, (start + rest).trimEnd()];
  });
}

/** Cuts text to a width and fills it up with spaces. */
export function column(text: string, width: number): string {
  return (text.length > width ? `${text.slice(0, width - 3)}...` : text).padEnd(width);
}
