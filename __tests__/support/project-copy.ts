import { cpSync, symlinkSync } from "node:fs";
import path from "node:path";

import { PROJECT } from "./app-process";

/** What the app is synthesized from. */
const PARTS = [
  "main.ts",
  "cdktf.json",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "src",
  "lambda",
  "workshop",
];

/** Copies what the app is synthesized from to another folder; what is installed is linked. */
export function copyProject(copy: string): void {
  for (const part of PARTS) cpSync(path.join(PROJECT, part), path.join(copy, part), { recursive: true });
  symlinkSync(path.join(PROJECT, "node_modules"), path.join(copy, "node_modules"));
}
