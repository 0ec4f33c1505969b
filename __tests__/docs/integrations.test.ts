import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { transformInput } from "../../local-aws/eventbridge/input-transformer";
import { PROJECT } from "../../scripts/project-files";
import { workshopExample } from "../../scripts/workshop-example";
import { describeWithTerraform, terraform } from "../support/terraform";

jest.setTimeout(180_000);

const PAGE = readFileSync(join(PROJECT, "docs", "integrations.md"), "utf8");
const blocks = (language: string): string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, code]) => code!);

describeWithTerraform("the page of integrations", () => {
  test("has HCL that Terraform accepts, all of it in one root", async () => {
    // GIVEN
    const root = mkdtempSync(join(tmpdir(), "integrations-"));
    mkdirSync(join(root, "response"));
    writeFileSync(join(root, "response", "main.tf"), 'output "topic_arn" {\n  value = "arn"\n}\n');
    const module = 'module "response" {\n  source = "./response"\n}\n';
    writeFileSync(join(root, "main.tf"), [module, ...blocks("hcl")].join("\n"));
    try {
      // WHEN
      await terraform(root, ["init", "-backend=false"]);

      // THEN
      expect((await terraform(root, ["validate"])).output).toContain("The configuration is valid");
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe("the message for the chat service", () => {
  test("is what its documentation asks for, made from the workshop's incident", async () => {
    // GIVEN
    const [chat] = blocks("ts");
    const template = /inputTemplate: `([^`]+)`/.exec(chat!)![1]!;
    const paths = [...chat!.matchAll(/^ {6}(\w+): "(\$\.[\w.]+)",$/gm)].map(
      ([, name, path]) => [name!, path!] as const,
    );
    const { event } = await workshopExample();

    // WHEN
    const text = transformInput(
      { inputPaths: Object.fromEntries(paths), inputTemplate: template },
      { detail: JSON.parse(JSON.stringify(event)) as object },
      { ruleName: "r", ruleArn: "arn", ingestionTime: "2026-03-01T14:12:31Z" },
    );

    // THEN
    const message = JSON.parse(text) as { content: { description: string } };
    expect(message).toMatchObject({
      version: "1.0",
      source: "custom",
      content: { textType: "client-markdown", title: event.report.subject },
      metadata: { threadId: event.finding.id },
    });
    expect(message.content.description).toContain("*revoked*. A person is needed: false.");
  });
});
