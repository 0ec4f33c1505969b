import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

import type { IConstruct } from "constructs";

/** What the sources say of the construct that makes a resource. */
export interface ConstructNote {
  /** Name of the construct's class. */
  readonly construct: string;
  /** The folder of `src/` that the class is in, which is the concept that it belongs to; undefined for one above all. */
  readonly concept?: string;
  /** The first paragraph of the class's docstring. */
  readonly text: string;
}

const SOURCES = join(__dirname, "../../src");

let notes: ReadonlyMap<string, ConstructNote> | undefined;

/**
 * The note on the nearest construct of the library around a resource.
 *
 * @throws Error if there is none: a resource belongs to a construct of `src/`.
 */
export function noteOn(resource: IConstruct): ConstructNote {
  notes ??= readNotes();
  for (const scope of [...resource.node.scopes].reverse()) {
    const note = notes.get(scope.constructor.name);
    if (note) return note;
  }
  throw new Error(`${resource.node.path}: must be made by a class of src/ that has a docstring`);
}

function readNotes(): ReadonlyMap<string, ConstructNote> {
  const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true }).filter(({ name }) =>
    name.endsWith(".ts"),
  );
  return new Map(files.flatMap(({ parentPath, name }) => notesIn(join(parentPath, name))));
}

function notesIn(file: string): [string, ConstructNote][] {
  const [concept, ...inside] = relative(SOURCES, file).split(sep);
  const classes = readFileSync(file, "utf8").matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport class (\w+)/g);
  return [...classes].map(([, docstring, construct]) => [
    construct!,
    { construct: construct!, ...(inside.length > 0 && { concept: concept! }), text: firstParagraph(docstring!) },
  ]);
}

function firstParagraph(docstring: string): string {
  const lines = docstring.split("\n").map((line) => line.replace(/^\s*\*? ?/, ""));
  const [paragraph = ""] = lines
    .join("\n")
    .trim()
    .split(/\n\s*\n|\n@/);
  return paragraph.replace(/\{@link (\w+)\}/g, "$1").replace(/\s+/g, " ");
}
