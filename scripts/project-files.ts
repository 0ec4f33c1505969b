import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The folder that the project is in. */
export const PROJECT = join(__dirname, "..");

/** Folders of what is installed, generated or temporary: .gitignore names them too. */
const NOT_OURS = ["node_modules", "dist", "cdktf.out", "coverage", "reports", ".stryker-tmp", ".terraform", ".git"];

/**
 * The project's own files, by their paths from its root, in order.
 *
 * @param folder where to look, relative to the root; everywhere below it counts.
 */
export function projectFiles(folder = ""): string[] {
  return readdirSync(join(PROJECT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return NOT_OURS.includes(entry.name) ? [] : projectFiles(path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

/** The project's Markdown files. */
export const markdownFiles = (folder?: string): string[] => projectFiles(folder).filter((name) => name.endsWith(".md"));
