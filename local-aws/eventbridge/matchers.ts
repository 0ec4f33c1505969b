import { LocalAwsError } from "../local-aws-error";
import type { Leaf } from "./event-fields";

/** What one entry of a pattern's value list asks of a field. */
export interface Matcher {
  /** The entry as the pattern writes it. */
  readonly source: string;
  /** Whether a present value satisfies it. */
  readonly accepts: (value: Leaf) => boolean;
  /** Whether a missing field satisfies it: only `exists: false`. */
  readonly acceptsMissing: boolean;
}

/** EventBridge compares numbers only within this range. */
const NUMERIC_LIMIT = 5e9;

const OPERATORS: Record<string, (operand: unknown, refuse: Refuse) => Omit<Matcher, "source">> = {
  prefix: (operand, refuse) => {
    const prefix = text(operand, refuse);
    return present((value) => typeof value === "string" && value.startsWith(prefix));
  },
  wildcard: (operand, refuse) => {
    const expression = wildcardExpression(text(operand, refuse), refuse);
    return present((value) => typeof value === "string" && expression.test(value));
  },
  numeric: (operand, refuse) => {
    const comparisons = numericComparisons(operand, refuse);
    return present(
      (value) =>
        typeof value === "number" && Math.abs(value) <= NUMERIC_LIMIT && comparisons.every((holds) => holds(value)),
    );
  },
  exists: (operand, refuse) => {
    if (typeof operand !== "boolean") return refuse("takes true or false");
    return { accepts: () => operand, acceptsMissing: !operand };
  },
  "anything-but": (operand, refuse) => {
    const excluded = excludedValues(operand, refuse);
    return present((value) => !excluded(value));
  },
};

type Refuse = (reason: string) => never;

/** Reads one entry of a pattern's value list; `path` names the field in errors. */
export function parseMatcher(path: string, entry: unknown): Matcher {
  const source = JSON.stringify(entry);
  if (typeof entry !== "object" || entry === null) return { source, ...present((value) => value === entry) };

  const refuse: Refuse = (reason) => {
    throw new LocalAwsError(`event pattern field "${path}": ${source} ${reason}`);
  };
  const [operator, ...others] = Object.keys(entry);
  if (Array.isArray(entry) || operator === undefined || others.length > 0) {
    return refuse("must be a string, number, boolean, null or an object with exactly one operator");
  }
  const parse = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (!parse) {
    return refuse(
      `uses the operator "${operator}", which is not supported by the local AWS; supported are ${Object.keys(OPERATORS).join(", ")}`,
    );
  }
  return { source, ...parse((entry as Record<string, unknown>)[operator], refuse) };
}

function present(accepts: Matcher["accepts"]): Omit<Matcher, "source"> {
  return { accepts, acceptsMissing: false };
}

function text(operand: unknown, refuse: Refuse): string {
  return typeof operand === "string" ? operand : refuse("takes a string");
}

const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

/** `[">", 0, "<=", 5]`: one comparison, or a lower bound followed by an upper one. */
function numericComparisons(operand: unknown, refuse: Refuse): ((value: number) => boolean)[] {
  const usage = 'takes a comparison as ["=", 5] or a range as [">=", 0, "<", 5], bounds within -5e9 and 5e9';
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) return refuse(usage);
  const isRange = operand.length === 4;
  if (isRange && !(/^>=?$/.test(operand[0]) && /^<=?$/.test(operand[2]) && operand[1] < operand[3])) {
    return refuse(usage);
  }

  const comparisons: ((value: number) => boolean)[] = [];
  for (let i = 0; i < operand.length; i += 2) {
    const compare = COMPARISONS[String(operand[i])];
    const bound: unknown = operand[i + 1];
    if (!compare || typeof bound !== "number" || Math.abs(bound) > NUMERIC_LIMIT) return refuse(usage);
    comparisons.push((value) => compare(value, bound));
  }
  return comparisons;
}

function excludedValues(operand: unknown, refuse: Refuse): (value: Leaf) => boolean {
  const usage =
    'takes a string, a number, a list of only strings or only numbers, or {"prefix" or "wildcard": string or strings, none empty}';
  if (typeof operand === "object" && operand !== null && !Array.isArray(operand)) {
    const [[operator, texts] = [], ...others] = Object.entries(operand);
    if ((operator !== "prefix" && operator !== "wildcard") || others.length > 0) return refuse(usage);
    const strings = nonEmptyList(texts, "string", refuse, usage) as string[];
    if (strings.includes("")) return refuse(usage);
    if (operator === "prefix") {
      return (value) => typeof value === "string" && strings.some((each) => value.startsWith(each));
    }
    const wildcards = strings.map((each) => wildcardExpression(each, refuse));
    return (value) => typeof value === "string" && wildcards.some((each) => each.test(value));
  }
  const kind = typeof (Array.isArray(operand) ? operand[0] : operand) === "number" ? "number" : "string";
  const excluded = nonEmptyList(operand, kind, refuse, usage);
  return (value) => excluded.includes(value);
}

/** `*` stands for any text; a backslash takes the meaning from an asterisk or a backslash. */
function wildcardExpression(wildcard: string, refuse: Refuse): RegExp {
  if (/\\[^*\\]|\\$|\*\*/.test(wildcard.replaceAll(/\\[*\\]/g, "escaped"))) {
    return refuse('takes a string in which "*" never follows "*", and a backslash is followed by "*" or a backslash');
  }
  const source = wildcard.replaceAll(/\\[*\\]|[^]/g, (part) =>
    part === "*" ? "[^]*" : escapeRegExp(part.at(-1) ?? ""),
  );
  return new RegExp(`^${source}$`);
}

const escapeRegExp = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");

function nonEmptyList(operand: unknown, kind: "string" | "number", refuse: Refuse, usage: string): unknown[] {
  const list: unknown[] = Array.isArray(operand) ? operand : [operand];
  return list.length > 0 && list.every((each) => typeof each === kind) ? list : refuse(usage);
}
