import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { generatedTexts } from "./generated-texts";
import { replaceSections } from "./generated-section";
import { markdownFiles, PROJECT } from "./project-files";

/**
 * The command that writes generated texts into the documents that have a section for them.
 *
 *     npm run docs              writes
 *     npm run docs -- --check   changes nothing, and fails if a document is not current
 */
async function main(): Promise<void> {
  const texts = await generatedTexts();
  for (const name of ["README.md", ...markdownFiles("docs")]) {
    const file = join(PROJECT, name);
    const document = readFileSync(file, "utf8");
    const current = replaceSections(document, texts);
    if (current === document) continue;
    if (process.argv.includes("--check")) {
      console.error(`${name}: a generated section is not current; run npm run docs`);
      process.exitCode = 1;
    } else {
      writeFileSync(file, current);
      console.log(`${name}: written`);
    }
  }
}

void main();
