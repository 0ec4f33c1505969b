import { readFileSync } from "node:fs";
import { join } from "node:path";

import { PROJECT } from "../../scripts/project-files";
import type { Input } from "../../scripts/terraform-module/input";
import { INPUTS } from "../../scripts/terraform-module/response/inputs";
import { workshopResources } from "../../scripts/workshop-resources";

const README = readFileSync(join(PROJECT, "README.md"), "utf8");

/** The blocks that are fenced as a language. */
const blocks = (language: string): string[] =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, text]) => text!);

test("each of the seven boxes of the picture is deployed", () => {
  // GIVEN
  const [picture = ""] = blocks("mermaid");

  // WHEN
  const boxes = [...picture.matchAll(/\b(\w+)(?:\(\[|\[\(|\[)[^\]]+\]/g)].map(([, box]) => box!);

  // THEN: boxes are called by the type of their resource
  const types = workshopResources().map(({ type }) => type);
  expect(boxes).toHaveLength(7);
  expect(boxes.filter((box) => !types.includes(box))).toEqual(["thief"]);
});

test("each arrow of the picture leads from a box to a box", () => {
  const [picture = ""] = blocks("mermaid");
  const named = picture.match(/\b(thief|aws_\w+)\b/g) ?? [];
  const boxes = [...picture.matchAll(/\b(\w+)(?:\(\[|\[\(|\[)/g)].map(([, box]) => box!);
  expect(new Set(named)).toEqual(new Set(boxes));
});

test("the example in HCL uses inputs that the module has, and every required one", () => {
  // WHEN
  const [example = ""] = blocks("hcl");
  const used = [...example.matchAll(/^ {2}(\w+) +=/gm)].map(([, input]) => input!).filter((name) => name !== "source");

  // THEN
  const required = Object.entries<Input>(INPUTS).flatMap(([name, input]) => ("default" in input ? [] : [name]));
  expect(used.filter((name) => !(name in INPUTS))).toEqual([]);
  expect(used).toEqual(expect.arrayContaining(required));
});

test("the settings are props of the construct", () => {
  const reference = readFileSync(
    join(PROJECT, "docs", "api", "interfaces", "CredentialExfiltrationResponseProps.md"),
    "utf8",
  );
  const settings = README.split("## Settings\n")[1]!.split(/^## /m)[0]!;
  const props = [...settings.matchAll(/^\| `(\w+)` \|/gm)].map(([, prop]) => prop!);
  expect(props).toHaveLength(15);
  expect(props.filter((prop) => !reference.includes(`<a id="property-${prop.toLowerCase()}"></a>`))).toEqual([]);
});
