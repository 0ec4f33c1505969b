import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** The folder that the project is in. */
export const PROJECT = join(__dirname, "..");

/** The project's files, by their paths from its root: what git keeps, and what is new and not ignored. */
export function projectFiles(...patterns: string[]): string[] {
  const arguments_ = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...patterns];
  return execFileSync("git", arguments_, { cwd: PROJECT, encoding: "utf8" }).split("\0").filter(Boolean);
}
