import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import type {} from "cdktf/lib/testing/adapters/jest";

import type { Block } from "../../scripts/block";

// Here and not for every test: most need no cdktf, and loading it takes longer than they do.
Testing.setupJest();

/** A resource or data source of the provider's bindings, by its class. */
interface TerraformClass {
  readonly tfResourceType: string;
}

/** A statement of an IAM policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** Makes the stack that constructs are tried in; the bindings alone would pin one version of the provider. */
export function testStack(id = "test"): TerraformStack {
  const stack = new TerraformStack(Testing.app(), id);
  new AwsProvider(stack, "aws", { region: "us-west-2" });
  stack.addOverride("terraform.required_providers.aws.version", ">= 5.100.0, < 7.0.0");
  return stack;
}

/**
 * What a stack is synthesized to. Jest's matchers say that something is there; this also says that nothing else is.
 *
 * @example
 * const template = Template.from((stack) => new AlertTopic(stack, "topic", { topicName: "alerts" }));
 * expect(template.only(SnsTopic)).toMatchObject({ name: "alerts" });
 */
export class Template {
  /** Synthesizes a stack that holds what `build` puts into it. */
  static from(build: (stack: TerraformStack) => unknown): Template {
    const stack = testStack();
    build(stack);
    return Template.of(stack);
  }

  static of(stack: TerraformStack): Template {
    return new Template(Testing.synth(stack, true));
  }

  private readonly configuration: Readonly<Block>;

  private constructor(
    /** The synthesized JSON, as jest's matchers of cdktf take it. */
    readonly json: string,
  ) {
    this.configuration = JSON.parse(json) as Block;
  }

  /** How many resources there are of each type. */
  get counts(): Record<string, number> {
    const types = Object.entries((this.configuration["resource"] ?? {}) as Record<string, object>);
    return Object.fromEntries(types.map(([type, named]) => [type, Object.keys(named).length]));
  }

  /** Every resource and data source, by its address. */
  get blocks(): Record<string, Block> {
    const addressed = (["data", "resource"] as const).flatMap((kind) =>
      Object.entries((this.configuration[kind] ?? {}) as Record<string, Record<string, Block>>).flatMap(
        ([type, named]) => Object.entries(named).map(([name, block]) => [`${kind}.${type}.${name}`, block] as const),
      ),
    );
    return Object.fromEntries(addressed);
  }

  /** Every resource of a type, in the order of their names. */
  all({ tfResourceType }: TerraformClass): Block[] {
    return Object.values(this.named("resource", tfResourceType));
  }

  /** The one resource of a type; throws if there are more or fewer. */
  only({ tfResourceType }: TerraformClass): Block {
    return one(this.named("resource", tfResourceType), tfResourceType)[1];
  }

  /** The one data source of a type; throws if there are more or fewer. */
  onlyData({ tfResourceType }: TerraformClass): Block {
    return one(this.named("data", tfResourceType), `data.${tfResourceType}`)[1];
  }

  /** How other resources refer to an attribute of the one resource of a type. */
  reference({ tfResourceType }: TerraformClass, attribute: string): string {
    return `\${${tfResourceType}.${one(this.named("resource", tfResourceType), tfResourceType)[0]}.${attribute}}`;
  }

  /** How resources refer to an attribute of the one data source of a type. */
  dataReference({ tfResourceType }: TerraformClass, attribute: string): string {
    return `\${data.${tfResourceType}.${one(this.named("data", tfResourceType), tfResourceType)[0]}.${attribute}}`;
  }

  /** What lies beside the resources: `provider`, `terraform`, `output` … */
  section(name: string): any {
    return this.configuration[name];
  }

  private named(kind: "data" | "resource", type: string): Record<string, Block> {
    return (this.configuration[kind]?.[type] ?? {}) as Record<string, Block>;
  }
}

/** The statements of an IAM policy by their ids; throws if one has none, or two have the same. */
export function statementsOf(policy: string): Record<string, Statement> {
  const { Version, Statement } = JSON.parse(policy) as { Version: string; Statement: Statement[] };
  if (Version !== "2012-10-17") throw new Error(`a policy of version ${Version}: policy variables would not work`);
  const bySid: Record<string, Statement> = {};
  for (const statement of Statement) {
    if (!statement.Sid || bySid[statement.Sid]) {
      throw new Error(`no id, or one that is taken: ${JSON.stringify(statement)}`);
    }
    bySid[statement.Sid] = statement;
  }
  return bySid;
}

/** What a function throws: every line of the message, so that a test sees each problem and nothing beside. */
export function problemsOf(action: () => unknown): string[] {
  try {
    action();
  } catch (error) {
    return String((error as Error).message).split("\n");
  }
  throw new Error("nothing was thrown");
}

function one(named: Record<string, Block>, type: string): [string, Block] {
  const [first, ...others] = Object.entries(named);
  if (first && others.length === 0) return first;
  throw new Error(`expected one ${type}, found ${Object.keys(named).join(", ") || "none"}`);
}
