import { brokenLinks } from "../../scripts/markdown-links";

const FILES = ["README.md", "docs/guide.md", "docs/picture.png", "docs"];
const exists = (path: string): boolean => FILES.includes(path.replace(/\/$/, ""));

const broken = (readme: string, guide = "# The Guide\n\n## Undo: by hand\n\n## Undo: by hand\n"): string[] =>
  brokenLinks({ "README.md": readme, "docs/guide.md": guide }, exists);

test.each([
  "[to a file](docs/guide.md)",
  "[to a folder](docs/)",
  "![a picture](docs/picture.png)",
  "[to a heading](docs/guide.md#undo-by-hand)",
  "[to a repeated heading](docs/guide.md#undo-by-hand-1)",
  "# Here\n\n[within](#here)",
  '<a id="there"></a>\n\n[to a named place](#there)',
  "[to another site](https://example.com/nowhere)",
  "`[in code](nowhere.md)`",
  "```\n[in a fence](nowhere.md)\n```",
])("does not report a link that leads somewhere: %s", (text) => {
  expect(broken(text)).toEqual([]);
});

test.each([
  ["[x](docs/none.md)", "README.md:1: docs/none.md: there is no docs/none.md"],
  ["\n[x](docs/guide.md#none)", "README.md:2: docs/guide.md#none: docs/guide.md has no such heading"],
  ["[x](#none)", "README.md:1: #none: README.md has no such heading"],
  ["```\ncode\n```\n[x](none.md)", "README.md:4: none.md: there is no none.md"],
])("reports a link that leads nowhere: %s", (text, problem) => {
  expect(broken(text)).toEqual([problem]);
});

test("a link is followed from the folder that its document is in", () => {
  expect(broken("", "[up](../README.md) [beside](picture.png)")).toEqual([]);
  expect(broken("", "[wrong](docs/picture.png)")).toEqual([
    "docs/guide.md:1: docs/picture.png: there is no docs/docs/picture.png",
  ]);
});
