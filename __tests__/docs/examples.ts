import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { COMPILER } from "../../scripts/compiler";
import { markdownFiles, PROJECT, projectFiles } from "../../scripts/project-files";

/** A fenced `ts` block in a docstring or in a document. */
export interface Example {
  /** The file that has it, by its path from the project's root. */
  readonly file: string;
  /** The line of the file in which its code begins. */
  readonly line: number;
  readonly code: string;
}

/** Every example of the project: in the docstrings of what is published, and in the documents that people write. */
export function projectExamples(): Example[] {
  const read = (name: string): string => readFileSync(join(PROJECT, name), "utf8");
  const sources = projectFiles("src").filter((name) => name.endsWith(".ts"));
  const documents = markdownFiles().filter((name) => !name.startsWith(join("docs", "api")));
  return [
    ...sources.flatMap((name) => examplesOf(name, docstringsOf(read(name)))),
    ...documents.flatMap((name) => examplesOf(name, read(name))),
  ];
}

/** The examples of a text in Markdown. */
export function examplesOf(file: string, markdown: string): Example[] {
  return [...markdown.matchAll(/^([ \t]*)```ts\n([\s\S]*?)^\1```$/gm)].map(({ index, 1: indent, 2: code }) => ({
    file,
    line: markdown.slice(0, index).split("\n").length + 1,
    code: code!.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** The docstrings of a source as Markdown, each line in its place; lines of code are blank. */
export function docstringsOf(source: string): string {
  let isDocstring = false;
  const lines = source.split("\n").map((line) => {
    isDocstring ||= /^\s*\/\*\*/.test(line);
    const prose = isDocstring ? line.replace(/^\s*(\/\*\*|\*(?!\/)) ?/, "") : "";
    isDocstring &&= !line.includes("*/");
    return prose;
  });
  return lines.join("\n");
}

/**
 * Type checks examples, all in one program with the library's sources. In each of them `this` is a stack and the exports of
 * the library are in scope; whatever else it uses, it must import, by a path from its own file if it is the project's.
 *
 * @returns one line for each mistake, with the file and line in which the example has it.
 */
export function mistakesIn(examples: readonly Example[]): string[] {
  const cache = join(PROJECT, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, "examples-"));
  try {
    examples.forEach((example, index) => writeFileSync(join(directory, `${index}.ts`), moduleOf(example)));
    const compilerOptions = {
      typeRoots: [join(PROJECT, "node_modules", "@types")],
      types: ["node"],
      noUnusedLocals: false,
      paths: { [PACKAGE]: [join(PROJECT, "src", "index.ts")] },
    };
    writeFileSync(
      join(directory, "tsconfig.json"),
      JSON.stringify({ extends: join(PROJECT, "tsconfig.json"), compilerOptions, include: ["*.ts"] }),
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMPILER, "--project", ".", "--pretty", "false"], {
      cwd: directory,
      encoding: "utf8",
    });
    if (status !== 0 && stdout === "") throw new Error(`the compiler did not run: ${stderr}`);
    return stdout
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith(" "))
      .map((line) => {
        const [, index, row, message] = /^(\d+)\.ts\((\d+),\d+\): (.*)$/.exec(line) ?? [];
        const example = examples[Number(index)];
        return example ? `${example.file}:${example.line + Math.max(Number(row) - 2, 0)}: ${message}` : line;
      });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The name by which users import the library. */
const PACKAGE = "cdktf-guardduty-credential-response";

/** The names that the library exports. */
const EXPORTS = [...readFileSync(join(PROJECT, "src", "index.ts"), "utf8").matchAll(/\b(?:type )?(\w+)(?=,| \})/g)].map(
  ([, name]) => name!,
);

/** An example as a module: what it needs in the first line, then its own lines, each in its place. */
function moduleOf({ file, code }: Example): string {
  const folder = join(PROJECT, dirname(file));
  const imports = (code.match(IMPORT) ?? []).map((text) =>
    text.replace(/"(\.[^"]*)"/, (_, path: string) => JSON.stringify(join(folder, path))),
  );
  const body = code.replace(IMPORT, (text) => text.replace(/[^\n]/g, "")).replace(/^export (?=\w)/gm, "");
  const imported = new Set(imports.join(" ").match(/\w+/g));
  const scope = [
    `import { ${EXPORTS.filter((name) => !imported.has(name)).join(", ")} } from "${PACKAGE}";`,
    'import type { TerraformStack as Stack } from "cdktf";',
    ...imports.map((text) => text.replaceAll("\n", " ")),
    "export async function example(this: Stack): Promise<void> {",
  ];
  return [scope.join(" "), body, "}"].join("\n");
}

const IMPORT = /^import\b[^;]*;/gm;
