import type { Block } from "../block";
import { conditionOf } from "./conditions";

/** What a README says before and after its tables. */
export interface ReadmeTexts {
  readonly introduction: string;
  readonly notes: string;
}

/** A module's README: how to use it, and tables of what goes in, comes out and is made. */
export function moduleReadme(configuration: Block, { introduction, notes }: ReadmeTexts): string {
  return [
    introduction,
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
      Object.entries(configuration["variable"] as Record<string, Block>).map(([name, input]) => [
        code(name),
        input["description"],
        code(onOneLine(input["type"])),
        "default" in input ? code(JSON.stringify(input["default"])) : "**required**",
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
    notes,
  ].join("\n");
}

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
  if (!forEach) return "always";
  const repeated = /toset\(var\.(\w+)\)|\? var\.(\w+) :/.exec(forEach);
  if (!repeated) throw new Error(`for_each must be over an input, such as toset(var.names); received ${forEach}`);
  return `for each of ${code((repeated[1] ?? repeated[2])!)}`;
}

const onOneLine = (type: string): string => type.replace(/(?<!\{)\n\s*(?=\w)/g, ", ").replace(/\s+/g, " ");

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}
