import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { withTexts } from "../../../scripts/terraform-module/expression";
import type { TerraformModule } from "../../../scripts/terraform-module/assemble";
import { findingForwarderModule } from "../../../scripts/terraform-module/finding-forwarder/module";
import { memberRoleModule } from "../../../scripts/terraform-module/member-role/module";
import { responseModule, ZIP_NAME } from "../../../scripts/terraform-module/response/module";
import { moduleFiles } from "../../../scripts/terraform-module/module-files";
import { generatedTexts, MODULE } from "../../../scripts/terraform-module/write-module";
import { PROJECT } from "../../../scripts/project-files";
import { functionPackage } from "../../../src/revocation/function-package";

const current = responseModule();
const read = (name: string): string => readFileSync(path.join(MODULE, name), "utf8");

/** The lines in which two versions of a module differ. */
function difference(one: TerraformModule, other: TerraformModule): { removed: string[]; added: string[] } {
  const [before, after] = [one, other].map((each) => [...moduleFiles(each).values()].join("").split("\n"));
  const without = (lines: readonly string[], others: readonly string[]) => {
    const left = [...others];
    return lines.filter((line) => {
      const index = left.indexOf(line);
      if (index >= 0) left.splice(index, 1);
      return index < 0;
    });
  };
  return { removed: without(before!, after!), added: without(after!, before!) };
}

describe("the module in the repository", () => {
  test("is what the constructs say now; if it is not, npm run module writes it", () => {
    // WHEN
    const stale = [...generatedTexts()].filter(([name, text]) => read(name) !== text);

    // THEN
    expect(stale.map(([name]) => `terraform-module/${name} is not current: npm run module`)).toEqual([]);
  });

  test("carries the function that the sources say now; if it does not, npm run module writes it", () => {
    const sha256 = createHash("sha256")
      .update(readFileSync(path.join(MODULE, ZIP_NAME)))
      .digest("base64");
    expect(sha256).toBe(functionPackage().sha256);
  });

  test("has no configuration that is not generated, and the project's licence", () => {
    const files = readdirSync(MODULE, { recursive: true, encoding: "utf8" });
    const configuration = files.filter((name) => /\.tf(\.json)?$/.test(name) && !/^examples|\.terraform/.test(name));
    expect(configuration.filter((name) => !generatedTexts().has(name))).toEqual([]);
    expect(read("LICENSE")).toBe(readFileSync(path.join(PROJECT, "LICENSE"), "utf8"));
  });

  test("is laid out as Terraform's registry expects", () => {
    const layout = ["README.md", "main.tf", "outputs.tf", "variables.tf", "versions.tf"];
    expect([...generatedTexts().keys()]).toEqual(expect.arrayContaining(layout));
    for (const submodule of ["modules/member-role", "modules/finding-forwarder"]) {
      const submodules = layout.map((name) => `${submodule}/${name}`);
      expect([...generatedTexts().keys()]).toEqual(expect.arrayContaining(submodules));
      expect(read("examples/organization/main.tf")).toContain(`source    = "../../${submodule}"`);
    }
    expect(read("examples/complete/main.tf")).toContain('source = "../.."');
  });
});

describe("the module's files", () => {
  test("differ by one line when one action of a policy is another", () => {
    // GIVEN
    const { configuration } = current;

    // WHEN
    const changed = withTexts(configuration, (text) => (text === "iam:ListRolePolicies" ? "iam:ListRoleTags" : text));

    // THEN
    expect(difference(current, { ...current, configuration: changed })).toEqual({
      removed: ['            "iam:ListRolePolicies",'],
      added: ['            "iam:ListRoleTags",'],
    });
  });

  test("differ by one line when a policy has one action more", () => {
    // GIVEN
    const longer = copyOf(current);
    const statements =
      longer.configuration["resource"].aws_iam_role_policy.revoker_permissions.policy.document.Statement;
    const looking = statements.find(({ Sid }: { Sid: string }) => Sid === "LookAtRoles");

    // WHEN
    looking.Action.push("iam:ListRoleTags");

    // THEN
    expect(difference(current, longer)).toEqual({ removed: [], added: ['            "iam:ListRoleTags",'] });
  });

  test("say what each construct is, as its source does", () => {
    const files = moduleFiles(current);
    expect(files.get("detection.tf")).toContain(
      "\n# The dead-letter queue for events that could not be delivered or handled. It is encrypted and keeps\n" +
        "# each event whole for 14 days, so that it can be run again.\n" +
        'resource "aws_sqs_queue" "failure_queue" {\n',
    );
  });

  test.each([
    ["the response", responseModule()],
    ["the member role", memberRoleModule()],
    ["the forwarder", findingForwarderModule()],
  ])("say what a construct is once, above all that it makes: %s", (_, module) => {
    // GIVEN
    const text = [...moduleFiles(module).values()].join("").replace(/\n# ?/g, " ");
    const notes = new Set([...module.origins.values()].map(({ note }) => note.text));

    // THEN
    expect([...notes].map((note) => [note, text.split(note).length - 1])).toEqual([...notes].map((note) => [note, 1]));
  });

  test("say why everything waits for the role, and the forwarder's target for its policy", () => {
    const first =
      "# Made first: AWS refuses a second role of this name, so nothing of another deployment is taken\n# over.\n";
    expect(moduleFiles(current).get("revocation.tf")).toContain(`\n${first}resource "aws_iam_role" "revoker_role" {\n`);
    const forwarder = moduleFiles(findingForwarderModule(), () => "main.tf").get("main.tf");
    expect(forwarder).toContain(`\n#\n${first}resource "aws_iam_role" "role" {\n`);
    expect(forwarder).toContain(
      "\n# The role's ARN by way of its policy: the rule must not send before the role may.\n" +
        'resource "aws_cloudwatch_event_target" "rule_bus" {\n',
    );
  });

  test("hold nothing of the machine that they were made on, nothing of cdktf, and no marker", () => {
    const text = [...generatedTexts().values()].join("");
    expect(text).not.toContain(process.cwd());
    expect(text).not.toMatch(/TfToken|e\+289|spliced_into_the_list|\[object|undefined/);
  });

  test("are formatted as terraform fmt does it, by the same code of Terraform's, which CDKTF's command line brings", () => {
    // GIVEN
    const texts = [...generatedTexts()].filter(([name]) => name.endsWith(".tf")).map(([, text]) => text);

    // THEN
    expect(formatted(texts)).toEqual(texts);
    expect(formatted(["a = 1\nlonger = 2\n"])).toEqual(["a      = 1\nlonger = 2\n"]);
  });
});

/** Texts as Terraform's own formatter leaves them, in a process of its own: once loaded, it never ends by itself. */
function formatted(texts: readonly string[]): string[] {
  const library = require.resolve("@cdktf/hcl-tools", { paths: [require.resolve("cdktf-cli/package.json")] });
  const script = `
    const { format } = require(process.argv[1]);
    Promise.all(JSON.parse(require("node:fs").readFileSync(0, "utf8")).map((text) => format(text)))
      .then((all) => process.stdout.write(JSON.stringify(all), () => process.exit()));`;
  const input = JSON.stringify(texts);
  return JSON.parse(execFileSync(process.execPath, ["-e", script, library], { input, encoding: "utf8" })) as string[];
}

/** A module whose configuration can be changed. */
const copyOf = (original: TerraformModule): TerraformModule => ({
  ...original,
  configuration: withTexts(original.configuration, (text) => text),
});
