import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { preProcessFile } from "typescript";

const PROJECT = dirname(__dirname);

/** One file that imports another, both as paths from the project's folder. */
type Import = readonly [from: string, to: string];

/** Every import of the project's own files, of types too. */
function projectImports(): Import[] {
  const folders = readdirSync(PROJECT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^\.|^(node_modules|dist|cdktf\.out|coverage|reports)$/.test(entry.name))
    .flatMap(({ name }) =>
      readdirSync(join(PROJECT, name), { recursive: true, encoding: "utf8" }).map((file) => join(name, file)),
    );
  const files = ["main.ts", ...folders].filter((file) => file.endsWith(".ts") && !file.includes("node_modules"));
  return files.flatMap((file) =>
    preProcessFile(readFileSync(join(PROJECT, file), "utf8"))
      .importedFiles.filter(({ fileName }) => fileName.startsWith("."))
      .map(({ fileName }): Import => [file, resolved(join(dirname(file), fileName))]),
  );
}

const resolved = (file: string): string =>
  [`${file}.ts`, join(file, "index.ts")].find((candidate) => existsSync(join(PROJECT, candidate))) ?? file;

/**
 * The circles that imports make among the entries of a folder, for every folder: a file is an entry, and so is a subfolder as a
 * whole. Each circle is written as `folder: entry -> entry -> entry`.
 */
function circles(imports: readonly Import[]): string[] {
  const graphs = new Map<string, Map<string, Set<string>>>();
  for (const [from, to] of imports) {
    const [source, target] = [from.split(/[\\/]/), to.split(/[\\/]/)];
    const depth = source.findIndex((part, index) => part !== target[index]);
    if (depth < 0) continue;
    const folder = source.slice(0, depth).join("/") || ".";
    const graph = graphs.get(folder) ?? new Map<string, Set<string>>();
    graphs.set(folder, graph.set(source[depth]!, (graph.get(source[depth]!) ?? new Set()).add(target[depth]!)));
  }
  return [...graphs].flatMap(([folder, graph]) =>
    circlesOf(graph).map((circle) => `${folder}: ${circle.join(" -> ")}`),
  );
}

/** One circle through each entry that is on any. */
function circlesOf(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (entry: string, path: readonly string[]): void => {
    const start = path.indexOf(entry);
    if (start >= 0) found.push([...path.slice(start), entry]);
    if (start >= 0 || done.has(entry)) return;
    for (const next of graph.get(entry) ?? []) visit(next, [...path, entry]);
    done.add(entry);
  };
  for (const entry of graph.keys()) visit(entry, []);
  return found;
}

test("no folder has a circle among its files and subfolders", () => {
  const imports = projectImports();
  expect(imports.length).toBeGreaterThan(300);
  expect(circles(imports)).toEqual([]);
});

test.each<[string, Import[], string[]]>([
  [
    "two files",
    [
      ["a/x.ts", "a/y.ts"],
      ["a/y.ts", "a/x.ts"],
    ],
    ["a: x.ts -> y.ts -> x.ts"],
  ],
  [
    "two folders whose files make no circle",
    [
      ["a/b/x.ts", "a/c/y.ts"],
      ["a/c/z.ts", "a/b/w.ts"],
    ],
    ["a: b -> c -> b"],
  ],
  [
    "a file and a subfolder",
    [
      ["a/x.ts", "a/b/y.ts"],
      ["a/b/z.ts", "a/x.ts"],
    ],
    ["a: x.ts -> b -> x.ts"],
  ],
  [
    "entries that import downwards only",
    [
      ["a/x.ts", "a/b/y.ts"],
      ["a/b/y.ts", "a/z.ts"],
      ["c/x.ts", "a/z.ts"],
    ],
    [],
  ],
])("sees the circles of %s", (_, imports, expected) => {
  expect(circles(imports)).toEqual(expected);
});
