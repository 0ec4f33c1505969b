import { LocalAwsError } from "../local-aws-error";

/** What a reference such as `aws_sns_topic.alerts.arn` stands for; throws if it stands for nothing known. */
export type ResolveReference = (path: readonly (string | number)[]) => unknown;

/** An expression that cannot be evaluated without Terraform. */
export class ExpressionError extends LocalAwsError {
  override readonly name = "ExpressionError";
}

/** The functions of Terraform that the local AWS supports. */
const FUNCTIONS: Record<string, (...parameters: never[]) => unknown> = {
  lookup: (map: Record<string, unknown>, key: string, otherwise: unknown) =>
    Object.hasOwn(map, key) ? map[key] : otherwise,
  join: (separator: string, list: unknown[]) => list.join(separator),
  jsonencode: (value: unknown) => JSON.stringify(value),
};

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w-]*)|([.,=:()[\]{}]))/y;

/**
 * Evaluates a string of Terraform's JSON syntax: text with `${…}` in it. An expression that is the whole string keeps its
 * type, as in Terraform.
 */
export function evaluateTemplate(template: string, resolve: ResolveReference): unknown {
  const parts: unknown[] = [];
  let position = 0;
  while (position < template.length) {
    const marker = /\$\$\{|%%\{|\$\{|%\{/g;
    marker.lastIndex = position;
    const found = marker.exec(template);
    if (found?.[0] === "%{") {
      throw new ExpressionError(`template directives (%{…}) are not supported by the local AWS: ${template}`);
    }
    const end = found?.index ?? template.length;
    if (end > position) parts.push(template.slice(position, end));
    if (!found) break;
    position = marker.lastIndex;
    if (found[0] === "${") {
      const expression = new ExpressionReader(template, position, resolve);
      parts.push(expression.readWhole());
      position = expression.position;
    } else {
      parts.push(found[0].slice(1));
    }
  }
  if (parts.length === 1) return parts[0];
  return parts.map((part) => (typeof part === "object" ? JSON.stringify(part) : String(part))).join("");
}

class ExpressionReader {
  constructor(
    private readonly text: string,
    public position: number,
    private readonly resolve: ResolveReference,
  ) {}

  /** Reads up to the closing brace of `${…}`. */
  readWhole(): unknown {
    const value = this.read();
    this.expect("}");
    return value;
  }

  private read(): unknown {
    const { string, number, identifier, punctuation } = this.next();
    if (string !== undefined) return evaluateTemplate(JSON.parse(string) as string, this.resolve);
    if (number !== undefined) return Number(number);
    if (identifier !== undefined) return this.readNamed(identifier);
    if (punctuation === "[") return this.readList("]");
    if (punctuation === "{") return this.readObject();
    throw this.error();
  }

  private readNamed(name: string): unknown {
    if (this.peek() === "(") {
      this.expect("(");
      const call = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
      if (!call) {
        throw new ExpressionError(
          `the function ${name} is not supported by the local AWS; supported are ${Object.keys(FUNCTIONS).join(", ")}`,
        );
      }
      return call(...(this.readList(")") as never[]));
    }
    const literals: Record<string, unknown> = { true: true, false: false, null: null };
    if (name in literals) return literals[name];

    const path: (string | number)[] = [name];
    for (;;) {
      if (this.peek() === ".") {
        this.expect(".");
        const { identifier, number } = this.next();
        if (identifier === undefined && number === undefined) throw this.error();
        path.push(identifier ?? Number(number));
      } else if (this.peek() === "[") {
        this.expect("[");
        path.push(this.read() as string | number);
        this.expect("]");
      } else {
        return this.resolve(path);
      }
    }
  }

  private readList(end: string): unknown[] {
    const list: unknown[] = [];
    while (this.peek() !== end) {
      list.push(this.read());
      if (this.peek() !== end) this.expect(",");
    }
    this.expect(end);
    return list;
  }

  private readObject(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    while (this.peek() !== "}") {
      const { string, identifier } = this.next();
      const key = string === undefined ? identifier : (JSON.parse(string) as string);
      if (key === undefined) throw this.error();
      this.expect(this.peek() === ":" ? ":" : "=");
      object[key] = this.read();
      if (this.peek() === ",") this.expect(",");
    }
    this.expect("}");
    return object;
  }

  private next() {
    TOKEN.lastIndex = this.position;
    const found = TOKEN.exec(this.text);
    if (!found) throw this.error();
    this.position = TOKEN.lastIndex;
    const [, string, number, identifier, punctuation] = found;
    return { string, number, identifier, punctuation };
  }

  private peek(): string | undefined {
    const before = this.position;
    const { punctuation } = this.next();
    this.position = before;
    return punctuation;
  }

  private expect(punctuation: string): void {
    if (this.next().punctuation !== punctuation) throw this.error();
  }

  private error(): ExpressionError {
    return new ExpressionError(
      `not an expression that the local AWS supports, near "${this.text.slice(this.position, this.position + 40)}"`,
    );
  }
}
