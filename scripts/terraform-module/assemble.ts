import { TerraformResource, type TerraformStack } from "cdktf";

import type { Block } from "../block";
import { type ByPath, counted, decideWhatIsMade, references, referring } from "./conditions";
import { type ConstructNote, noteOn } from "./construct-note";
import { Conditional, template, type Value, withTexts } from "./expression";
import type { Input } from "./input";
import { type NamedBlocks, nameOf, pathInStack } from "./named-blocks";

/** A module: its configuration, and where each part comes from. */
export interface TerraformModule {
  /**
   * The configuration as in Terraform's JSON syntax: what the constructs are synthesized to, except that expressions over the
   * inputs make the choices that the constructs make from their props.
   */
  readonly configuration: Block;
  /** By the addresses of resources and data sources, in the order of the constructs. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Comments on locals, by name. */
  readonly comments: Readonly<Record<string, string | undefined>>;
}

/** Where a resource comes from. */
export interface Origin {
  readonly note: ConstructNote;
  /** A comment on the resource itself. */
  readonly remark?: string;
  /** Names of what is a block in the resource, not an attribute. */
  readonly blocks: ReadonlySet<string>;
}

/** An expression with a name, and the comment above it. */
export interface Local {
  readonly value: string;
  readonly comment?: string;
}

/** What a module is put together from. */
export interface Parts {
  readonly stack: TerraformStack;
  /** What the stack is synthesized to, with what inputs decide in single resources. */
  readonly blocks: NamedBlocks;
  /** The construct whose children are the module. */
  readonly main: string;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly locals: Readonly<Record<string, Local>>;
  /** The conditions of what is made only if an input asks for it. */
  readonly conditions?: ByPath;
  /** What there is one of for each item of an input. */
  readonly repeated?: ByPath;
  /** Where an earlier version made what is now made elsewhere, by the paths of the constructs. */
  readonly formerPaths?: ByPath;
  /** Comments on single resources, by the paths of the constructs. */
  readonly remarks?: ByPath;
  readonly checks?: Block;
}

/** What to say of the role that `preventTakeOver` lets everything wait for. */
export const MADE_FIRST =
  "Made first: AWS refuses a second role of this name, so nothing of another deployment is taken over.";

/** The first version that has `check` blocks and `strcontains`. */
const TERRAFORM_VERSIONS = ">= 1.5.0";
const AWS_PROVIDER = { source: "hashicorp/aws", version: ">= 5.100.0, < 7.0.0" };

/** Where the module is: names of what data sources say, which would make every ARN twice as long. */
export const PLACE: Readonly<Record<string, string>> = {
  partition: "data.aws_partition.place_partition.partition",
  account_id: "data.aws_caller_identity.place_account.account_id",
  region: "data.aws_region.place_region.id",
};

/** The module that makes what a stack makes. */
export function assembled(parts: Parts): TerraformModule {
  const { blocks, locals, conditions = {}, repeated = {}, checks = {} } = parts;
  decideWhatIsMade(blocks, conditions, repeated);
  const resource = withTexts(referring(blocks.nested("resource"), counted(blocks)), withPlace) as Block;
  const output = withTexts(outputs(blocks), withPlace);
  const place = usedPlace([resource, output, locals, checks]);
  const values = {
    ...place,
    ...Object.fromEntries(Object.entries(locals).map(([name, { value }]) => [name, value])),
  };
  return {
    configuration: {
      terraform: { required_version: TERRAFORM_VERSIONS, required_providers: { aws: AWS_PROVIDER } },
      variable: variables(parts.inputs),
      locals: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, template(value)])),
      data: usedData(blocks, Object.values(place)),
      resource,
      moved: moved(parts),
      check: checks,
      output,
    },
    origins: origins(parts),
    comments: Object.fromEntries(Object.entries(locals).map(([name, { comment }]) => [name, comment])),
  };
}

/** The outputs, with references to what may be left out; one that has a condition itself refers to what that makes. */
function outputs(blocks: NamedBlocks): Block {
  const named = Object.entries(blocks.outputs).map(([name, output]) => {
    const value = output["value"] as Value;
    const own = value instanceof Conditional ? value.condition : undefined;
    return [name, { ...output, value: withTexts(value, references(counted(blocks), own)) }];
  });
  return Object.fromEntries(named) as Block;
}

const withPlace = (text: string): string =>
  Object.entries(PLACE).reduce((changed, [name, value]) => changed.replaceAll(value, `local.${name}`), text);

/** The locals of the place that anything refers to. */
function usedPlace(referring: object): Record<string, string> {
  const text = JSON.stringify(referring);
  return Object.fromEntries(Object.entries(PLACE).filter(([name]) => new RegExp(`local\\.${name}\\b`).test(text)));
}

/** The data sources that the locals of the place refer to. */
function usedData(blocks: NamedBlocks, place: readonly string[]): Block {
  const used = Object.entries(blocks.nested("data") as Record<string, Block>).filter(([type]) =>
    place.some((value) => value.startsWith(`data.${type}.`)),
  );
  return Object.fromEntries(used) as Block;
}

/** The inputs as Terraform's variables. */
function variables(inputs: Readonly<Record<string, Input>>): Block {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { validation = [], ...input }]) => {
      const isNullable = input.default === null;
      return [
        name,
        {
          ...input,
          ...(!isNullable && { nullable: false }),
          ...(validation.length > 0 && {
            validation: validation.map(({ condition, message }) => ({
              condition: template(isNullable ? `var.${name} == null ? true : ${condition}` : condition),
              error_message: message,
            })),
          }),
        },
      ];
    }),
  );
}

/** The blocks that let Terraform find again what an earlier version of the module made at another address. */
function moved({ blocks, formerPaths = {}, main }: Parts): { from: string; to: string }[] {
  return Object.entries(formerPaths).flatMap(([now, before]) =>
    blocks.paths
      .filter((path) => path.startsWith(`${now}/`))
      .map((path) => {
        const to = blocks.address(path);
        const [type] = to.split(".");
        return { from: `${type}.${nameOf(path.replace(now, before), main)}`, to };
      }),
  );
}

/** Where everything comes from that a stack makes. */
function origins({ stack, blocks, remarks = {} }: Parts): ReadonlyMap<string, Origin> {
  const remarkOn = new Map(Object.entries(remarks).map(([path, remark]) => [blocks.address(path), remark]));
  const resources = stack.node.findAll().filter((node) => TerraformResource.isTerraformResource(node));
  return new Map(
    resources.map((resource) => {
      const address = blocks.address(pathInStack(resource.node.path));
      const remark = remarkOn.get(address);
      const origin = { note: noteOn(resource), blocks: blockNames(resource.toHclTerraform() as Value) };
      return [address, remark === undefined ? origin : { ...origin, remark }];
    }),
  );
}

/** Names of what CDKTF's bindings say is a block, at any depth. */
function blockNames(described: Value): ReadonlySet<string> {
  if (typeof described !== "object" || described === null) return new Set();
  const inside = Object.entries(described).flatMap(([name, value]: [string, Block]) => [
    ...(value?.["isBlock"] === true ? [name] : []),
    ...blockNames(value as Value),
  ]);
  return new Set(inside);
}
