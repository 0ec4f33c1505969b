import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { brokenLinks } from "./markdown-links";
import { markdownFiles, PROJECT } from "./project-files";

/** The command that fails if a document of the project links to a file or heading that does not exist. */
const names = markdownFiles();
const documents = Object.fromEntries(names.map((name) => [name, readFileSync(join(PROJECT, name), "utf8")]));
const broken = brokenLinks(documents, (path) => existsSync(join(PROJECT, path)));
for (const line of broken) console.error(line);
console.log(`${names.length} documents, ${broken.length} broken links`);
if (broken.length > 0) process.exitCode = 1;
