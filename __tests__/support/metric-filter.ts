import type { Block } from "../../scripts/block";

/** A data point that a metric filter makes out of a log line. */
export interface DataPoint {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Does what CloudWatch Logs does with a line and a metric filter, for the patterns that are used here: comparisons of one
 * field with a text or with true, joined by `&&`, `||` and brackets. A comparison with a field that the line lacks does not match.
 *
 * @param filter the filter's block of the synthesized configuration.
 * @throws Error on any other pattern: a pattern that is not understood must not pass for one that does not match.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function dataPointsOf(filter: Block, line: string): DataPoint[] {
  const fields = JSON.parse(line) as Record<string, unknown>;
  if (!matches(filter["pattern"] as string, fields)) return [];
  const { namespace, name, value, dimensions = {} } = filter["metric_transformation"] as Block;
  const valueOf = (source: string): unknown => (source.startsWith("$.") ? fields[source.slice(2)] : source);
  return [
    {
      namespace,
      metricName: name,
      dimensions: Object.fromEntries(
        Object.entries(dimensions as Record<string, string>).map(([key, source]) => [key, String(valueOf(source))]),
      ),
      value: Number(valueOf(value)),
    },
  ];
}

type Condition = (fields: Record<string, unknown>) => boolean;

function matches(pattern: string, fields: Record<string, unknown>): boolean {
  const inside = /^\{ (.+) \}$/.exec(pattern)?.[1];
  if (inside === undefined) throw new Error(`not a pattern for JSON: ${pattern}`);
  const tokens = inside.match(/&&|\|\||[()]|IS TRUE|\$\.\w+|!=|=|\*|"[^"]*"|\S/g) ?? [];
  const take = (expected?: string): string => {
    const token = tokens.shift();
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`expected ${expected ?? "more"} instead of ${token ?? "the end"} in the pattern ${pattern}`);
    }
    return token;
  };
  const joined = (operator: string, operand: () => Condition, join: "some" | "every"): Condition => {
    const operands = [operand()];
    while (tokens[0] === operator) {
      take(operator);
      operands.push(operand());
    }
    return (line) => operands[join]((condition) => condition(line));
  };
  const either = (): Condition => joined("||", both, "some");
  const both = (): Condition => joined("&&", single, "every");
  const single = (): Condition => {
    if (tokens[0] === "(") {
      take("(");
      const condition = either();
      take(")");
      return condition;
    }
    const field = /^\$\.(\w+)$/.exec(take())?.[1];
    const operator = take();
    if (field !== undefined && operator === "IS TRUE") return (line) => line[field] === true;
    const operand = take();
    if (field === undefined || (operator !== "=" && operator !== "!=")) throw new Error(`unknown pattern: ${pattern}`);
    if (operand === "*" && operator === "=") return (line) => line[field] !== undefined;
    const text = JSON.parse(operand) as unknown;
    return (line) => line[field] !== undefined && (line[field] === text) === (operator === "=");
  };
  const condition = either();
  if (tokens.length > 0) throw new Error(`the pattern ${pattern} goes on after its end: ${tokens.join(" ")}`);
  return condition(fields);
}
