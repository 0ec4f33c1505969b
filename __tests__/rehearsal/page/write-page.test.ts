import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { checkPageFile, writePage } from "../../../rehearsal/page/write-page";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "pages with space-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rejected = (message: RegExp) =>
  expect.objectContaining({ name: "RehearsalError", message: expect.stringMatching(message) });

test("writes a page in place of what the file held", () => {
  const file = join(folder, "page.html");
  writePage(file, "old");
  checkPageFile(file);
  writePage(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
});

test("checks a file without changing or making it", () => {
  const [there, new_] = [join(folder, "there.html"), join(folder, "new.html")];
  writeFileSync(there, "held");
  checkPageFile(there);
  checkPageFile(new_);
  expect(readFileSync(there, "utf8")).toBe("held");
  expect(existsSync(new_)).toBe(false);
});

test.each<[string, () => string, RegExp]>([
  ["a folder", () => folder, /^--html: .* is a folder; name a file in it$/],
  [
    "a folder that is not there",
    () => join(folder, "gone", "a.html"),
    /^--html: .*a\.html cannot be written: ENOENT[^\n]*$/,
  ],
  [
    "a name that is too long",
    () => join(folder, `${"x".repeat(300)}.html`),
    /^--html: .* cannot be written: ENAMETOOLONG/,
  ],
])("rejects %s in one line", (_, file, message) => {
  expect(() => checkPageFile(file())).toThrow(rejected(message));
});

test("rejects what cannot be written any more", () => {
  expect(() => writePage(join(folder, "gone", "a.html"), "page")).toThrow(
    rejected(/^--html: .* cannot be written: ENOENT/),
  );
});
