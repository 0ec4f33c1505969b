/** A schema of JSON, in the few words of draft 2020-12 that this project uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: "object" | "array" | "string" | "boolean" | "number" | "integer";
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
}

const WORDS: readonly string[] = [
  ...["$ref", "type", "const", "enum", "pattern", "minimum", "maximum", "properties", "required", "items"],
  ...["$defs", "$schema", "title", "description"],
];

/** What a value lacks of a schema, and what it has that the schema does not name: a line for each, with its path. */
export function mismatches(value: unknown, schema: Schema, root: Schema = schema, path = "$"): string[] {
  const unknown = Object.keys(schema).filter((word) => !WORDS.includes(word));
  if (unknown.length > 0) throw new Error(`${path}: the check does not know ${unknown.join(", ")}`);
  if (schema.$ref !== undefined) return mismatches(value, definition(schema.$ref, root), root, path);
  const wrong = wrongType(value, schema) ?? wrongValue(value, schema);
  if (wrong !== undefined) return [`${path}: ${wrong}; received ${JSON.stringify(value)}`];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => mismatches(item, schema.items ?? {}, root, `${path}[${index}]`));
  }
  if (typeof value !== "object" || value === null) return [];
  const { properties = {}, required = [] } = schema;
  return [
    ...required.filter((name) => !(name in value)).map((name) => `${path}.${name}: is missing`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const property = properties[name];
      return property ? mismatches(item, property, root, `${path}.${name}`) : [`${path}.${name}: is not in the schema`];
    }),
  ];
}

/** The paths of all properties of a schema; items of lists have those of their list. */
export function propertyPaths(schema: Schema, path = "$"): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    `${path}.${name}`,
    ...propertyPaths(property, `${path}.${name}`),
  ]);
  return [...own, ...(schema.items ? propertyPaths(schema.items, path) : [])];
}

/** The paths of all that a value holds, as {@link propertyPaths} names them. */
export function pathsIn(value: unknown, path = "$"): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, path));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [`${path}.${name}`, ...pathsIn(item, `${path}.${name}`)]);
}

function definition(reference: string, { $defs = {} }: Schema): Schema {
  const found = $defs[reference.replace("#/$defs/", "")];
  if (!found) throw new Error(`${reference} is not defined`);
  return found;
}

function wrongType(value: unknown, { type }: Schema): string | undefined {
  if (type === undefined) return undefined;
  const is = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  const holds = type === "integer" ? Number.isInteger(value) : is === type;
  return holds ? undefined : `must be of type ${type}`;
}

function wrongValue(value: unknown, schema: Schema): string | undefined {
  if (schema.const !== undefined && value !== schema.const) return `must be ${JSON.stringify(schema.const)}`;
  if (schema.enum && !schema.enum.includes(value)) return `must be one of ${schema.enum.join(", ")}`;
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) {
    return `must match ${schema.pattern}`;
  }
  if (schema.minimum !== undefined && Number(value) < schema.minimum) return `must be at least ${schema.minimum}`;
  if (schema.maximum !== undefined && Number(value) > schema.maximum) return `must be at most ${schema.maximum}`;
  return undefined;
}
