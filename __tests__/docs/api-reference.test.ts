import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { PROJECT } from "../../scripts/project-files";
import * as library from "../../src";

const API = join(PROJECT, "docs", "api");
const INDEX = readFileSync(join(API, "README.md"), "utf8");

const isClass = (value: unknown): boolean => /^class\b/.test(String(value));
const classes = Object.entries(library).flatMap(([name, value]) => (isClass(value) ? [name] : []));

test.each(classes)("%s has a page of its own, which the index links", (name) => {
  expect(existsSync(join(API, "classes", `${name}.md`))).toBe(true);
  expect(INDEX).toContain(`(classes/${name}.md)`);
});
