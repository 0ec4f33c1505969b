import type { Resource } from "../../scripts/workshop-resources";

/** A practice that every stack keeps, unless an exception says why not. */
export interface Rule {
  /** How exceptions name it: words joined by hyphens. */
  readonly id: string;
  /** What must be the case, as one sentence. */
  readonly demands: string;
  /** Says what breaks the rule; nothing where it is kept. */
  readonly check: (resources: readonly Resource[]) => Violation[];
}

export interface Violation {
  readonly resource: Resource;
  /** What in the resource breaks the rule: the id of a statement, an attribute. Undefined: the resource itself. */
  readonly part?: string;
}

/** A rule that looks at each resource of a type by itself. */
export function eachOf(type: string, id: string, demands: string, kept: (resource: Resource) => boolean): Rule {
  const check = (resources: readonly Resource[]): Violation[] =>
    resources.filter((resource) => resource.type === type && !kept(resource)).map((resource) => ({ resource }));
  return { id, demands, check };
}

/** A statement of a policy that a resource holds. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A rule that looks at each statement of the policies that some types of resources hold. */
export function eachStatement(
  types: readonly string[],
  id: string,
  demands: string,
  kept: (statement: Statement, all: readonly Statement[]) => boolean,
): Rule {
  const check = (resources: readonly Resource[]): Violation[] =>
    resources
      .filter(({ type }) => types.includes(type))
      .flatMap((resource) => {
        const statements = statementsOf(resource);
        const broken = statements.filter((statement) => !kept(statement, statements));
        return broken.map(({ Sid }) => ({ resource, part: Sid ?? "a statement without an id" }));
      });
  return { id, demands, check };
}

export function statementsOf({ block }: Resource): readonly Statement[] {
  const policy = (block["policy"] ?? block["assume_role_policy"]) as string | undefined;
  return policy === undefined ? [] : (JSON.parse(policy) as { Statement: Statement[] }).Statement;
}

export const list = (value: string | readonly string[] | undefined): readonly string[] => [value ?? []].flat();
