/** The shell commands of a document: the contents of its blocks that are fenced as `sh`, without their indentation. */
export function shellBlocks(document: string): string[] {
  return [...document.matchAll(/^([ \t]*)```sh\n([\s\S]*?)^\1```$/gm)].map(([, indent, text]) =>
    text!.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );
}

/** The commands of one block, each in one line: continued lines joined, comments and blank lines dropped. */
export function commandsOf(block: string): string[] {
  return block
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((command) => command.replace(/\s+#.*$/, "").trim())
    .filter(Boolean);
}
