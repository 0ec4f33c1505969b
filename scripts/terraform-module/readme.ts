import type { Block } from "../block";
import { INPUTS } from "./inputs";
import { conditionOf } from "./module-configuration";

/** The module's README: how to use it, and tables of what goes in, comes out and is made. */
export function moduleReadme(configuration: Block): string {
  return [
    INTRODUCTION,
    "## Requirements\n",
    table(
      ["Name", "Version"],
      [
        ["terraform", code(configuration["terraform"].required_version)],
        ["aws", code(configuration["terraform"].required_providers.aws.version)],
      ],
    ),
    "## Inputs\n",
    table(
      ["Name", "Description", "Type", "Default"],
      Object.entries(INPUTS).map(([name, input]) => [
        code(name),
        input.description,
        code(input.type.replace(/\n\s*/g, " ")),
        "default" in input ? code(JSON.stringify(input.default)) : "**required**",
      ]),
    ),
    "## Outputs\n",
    table(
      ["Name", "Description"],
      Object.entries(configuration["output"] as Record<string, Block>).map(([name, output]) => [
        code(name),
        output["description"],
      ]),
    ),
    "## Resources\n",
    table(["Address", "Made"], resources(configuration)),
    NOTES,
  ].join("\n");
}

const INTRODUCTION = `# Response to stolen EC2 role credentials

Responds to GuardDuty's findings of stolen EC2 role credentials: it mails people, and a function attaches the inline policy
\`RevokeOldSessions\` to the role, which denies every session issued before a cut-off. It makes what the CDKTF construct makes
from which it is generated, with the same function, byte for byte: the zip lies beside the configuration, so that nothing but
Terraform is needed.

## Use

\`\`\`hcl
module "credential_response" {
  source = "git::https://example.com/this-repository.git//terraform-module?ref=v0.1.0"

  alert_emails    = ["security@example.com"]
  revocable_roles = { arns = ["arn:aws:iam::123456789012:role/app"] }
}
\`\`\`

\`example.com/this-repository.git\` stands for where you cloned this from, and \`v0.1.0\` for a tag or commit of it: pin one, since
a function that may write on roles should change only when you say so. A whole root module is in
[\`examples/complete\`](examples/complete/main.tf). \`terraform test\` runs the tests in \`tests\`; they need Terraform 1.7 and no
account.

[OpenTofu](https://opentofu.org) can be used from 1.6 on: the module needs nothing that its language lacks there. It is tried with
Terraform only; OpenTofu's own tests need 1.8.
`;

const NOTES = `## Good to know

- The module has no provider and no backend block: it works with \`count\`, \`for_each\`, \`depends_on\` and
  \`providers = { aws = aws.other }\`. A second instance in the same region needs another \`prefix\`.
- \`depends_on\` makes Terraform read the account and the region only when it applies, whenever what the module depends on
  changes. The function's role, whose default name holds the region, is then planned to be replaced, and the rule's
  permission on the function, which holds the account, too. Pass values instead of \`depends_on\`, or give at least
  \`function_role_name\`.
- \`existing_topic\` and \`topic_key\` are objects, so that an ARN in them can be unknown until apply.
- The rule takes three more targets: \`aws_cloudwatch_event_target\` with \`rule = module.….rule_name\`.
- Removing the module does not remove \`RevokeOldSessions\` from roles that were revoked.
`;

function resources(configuration: Block): string[][] {
  return Object.entries(configuration["resource"] as Record<string, Record<string, Block>>)
    .flatMap(([type, named]) =>
      Object.entries(named).map(([name, block]) => [code(`${type}.${name}`), whenMade(block)]),
    )
    .sort(([one], [other]) => (one! < other! ? -1 : 1));
}

function whenMade(block: Block): string {
  const { count, for_each: forEach } = block;
  if (count) return `if ${code(conditionOf(block)!)}`;
  return forEach ? `for each of ${code(/var\.((?!existing_topic)\w+)/.exec(forEach)![1]!)}` : "always";
}

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}
