import { docstringsOf, examplesOf, mistakesIn, projectExamples } from "./examples";

test("every example in docstrings and documents compiles", () => {
  // WHEN
  const examples = projectExamples();

  // THEN
  expect(new Set(examples.map(({ file }) => file))).toContain("README.md");
  expect(mistakesIn(examples)).toEqual([]);
});

test("an example may use what the library exports, its stack, and what it imports", () => {
  const code = [
    'import { App, TerraformStack } from "cdktf";',
    'import { Detector } from "cdktf-guardduty-credential-response";',
    "",
    "const revocableRoles = RevocableRoles.withPath('/application/');",
    "new CredentialExfiltrationResponse(this, 'response', { revocableRoles, detector: Detector.lookup(this, 'detector') });",
    "export class Other extends TerraformStack {}",
    "new Other(new App(), 'other');",
  ].join("\n");
  expect(mistakesIn([{ file: "README.md", line: 1, code }])).toEqual([]);
});

test("an example may import what lies beside its file", () => {
  const code = 'import { PROJECT } from "../scripts/project-files";\n\nconst folder: string = PROJECT;\n';
  expect(mistakesIn([{ file: "docs/guide.md", line: 1, code }])).toEqual([]);
});

test("a mistake is reported with the file and line of its example", () => {
  // GIVEN
  const document = ["# Use it", "", "- So:", "", "  ```ts", "  RevocableRoles.withPath(", "    42);", "  ```", ""].join(
    "\n",
  );
  const source = ["/**", " * Roles.", " *", " * ```ts", " * unknownName;", " * ```", " */", "const x = 1;"].join("\n");

  // WHEN
  const mistakes = mistakesIn([
    ...examplesOf("README.md", document),
    ...examplesOf("src/roles.ts", docstringsOf(source)),
  ]);

  // THEN
  expect(mistakes).toEqual([
    expect.stringMatching(/^README\.md:7: error TS2345: .*'number'.*'string'/),
    expect.stringMatching(/^src\/roles\.ts:5: error TS2304: Cannot find name 'unknownName'/),
  ]);
});

test("a mistake in an import is reported in the first line of its example", () => {
  const [mistake] = mistakesIn([
    { file: "docs/guide.md", line: 10, code: 'import { X } from "../scripts/nowhere";\n' },
  ]);
  expect(mistake).toMatch(/^docs\/guide\.md:10: .*Cannot find module/);
});

test("an example does not see what it has not imported", () => {
  const [mistake] = mistakesIn([{ file: "README.md", line: 10, code: "new App();\n" }]);
  expect(mistake).toMatch(/^README\.md:10: .*Cannot find name 'App'/);
});

test("a block in another language is not an example", () => {
  expect(examplesOf("README.md", "```sh\nnpm ci\n```\n")).toEqual([]);
});

test("code between docstrings is not an example", () => {
  expect(examplesOf("src/a.ts", docstringsOf("/** A. */\nconst text = `\n```ts\n`;\n"))).toEqual([]);
});
