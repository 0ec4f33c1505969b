import { LocalAwsError } from "../local-aws-error";
import { readJsonPath } from "./json-path";

/** The input transformer of a rule's target. */
export interface InputTransformer {
  /** Variable names, each with the JSONPath of its value in the event. */
  readonly inputPaths: Readonly<Record<string, string>>;
  /** One JSON value, or one quoted string a line. */
  readonly inputTemplate: string;
}

/** What the reserved variables of a template stand for. */
export interface RuleContext {
  readonly ruleName: string;
  readonly ruleArn: string;
  /** When EventBridge received the event, ISO 8601. */
  readonly ingestionTime: string;
}

const VARIABLE = /<([A-Za-z0-9_.-]+)>/g;

/**
 * The text that a target receives. Quotes of the template stay in it, as EventBridge leaves them: a line
 * `"severity <severity>"` arrives at an SNS topic, and in the mail, with its quotes.
 *
 * @throws LocalAwsError if EventBridge would refuse the transformer, or could not apply it to this event.
 */
export function transformInput(
  transformer: InputTransformer,
  event: Record<string, unknown>,
  rule: RuleContext,
): string {
  const variables = { ...readInputPaths(transformer, event), ...reservedVariables(event, rule) };
  const isObject = /^\s*[{[]/.test(transformer.inputTemplate);
  if (!isObject) requireQuotedLines(transformer.inputTemplate);

  const text = transformer.inputTemplate.replaceAll(VARIABLE, (placeholder, name: string, offset: number) => {
    if (!Object.hasOwn(variables, name)) {
      throw new LocalAwsError(
        `input template uses ${placeholder}, which is neither an input path nor a reserved variable; input paths are ${Object.keys(transformer.inputPaths).join(", ") || "none"}`,
      );
    }
    return insideString(transformer.inputTemplate, offset)
      ? asText(variables[name])
      : JSON.stringify(variables[name] ?? "");
  });
  return isObject ? minified(text) : text.trimEnd();
}

function readInputPaths(transformer: InputTransformer, event: unknown): Record<string, unknown> {
  const variables: Record<string, unknown> = {};
  for (const [name, path] of Object.entries(transformer.inputPaths)) {
    if (/^aws\./i.test(name)) {
      throw new LocalAwsError(`input path "${name}": names that start with "aws." are reserved by EventBridge`);
    }
    variables[name] = readJsonPath(event, path);
  }
  return variables;
}

function reservedVariables(event: Record<string, unknown>, rule: RuleContext): Record<string, unknown> {
  const { detail: _, ...envelope } = event;
  return {
    "aws.events.rule-arn": rule.ruleArn,
    "aws.events.rule-name": rule.ruleName,
    "aws.events.event.ingestion-time": rule.ingestionTime,
    "aws.events.event": envelope,
    "aws.events.event.json": event,
  };
}

/** A template that is not a JSON object must be strings, each on its own line and each quoted. */
function requireQuotedLines(template: string): void {
  for (const [index, line] of template.trimEnd().split("\n").entries()) {
    const problem = !/^\s*"(?:[^"\\]|\\.)*"\s*$/.test(line);
    if (problem) {
      throw new LocalAwsError(
        `input template line ${index + 1}: ${JSON.stringify(line)} must be one quoted string, or the template a JSON object`,
      );
    }
  }
}

function insideString(template: string, offset: number): boolean {
  const quotesBefore = template.slice(0, offset).replaceAll(/\\./g, "").split('"').length - 1;
  return quotesBefore % 2 === 1;
}

/** Inside a string EventBridge neither quotes nor escapes a value; a missing one leaves nothing. */
function asText(value: unknown): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return `[${value.map(asText).join(",")}]`;
  return typeof value === "object" ? JSON.stringify(value).replaceAll('"', "") : String(value);
}

function minified(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch (cause) {
    throw new LocalAwsError(`input template does not become JSON with this event: ${text}`, { cause });
  }
}
