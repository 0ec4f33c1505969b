import { LocalAwsError } from "../local-aws-error";
import { type EventField, eventFields, inSameElements, type Leaf } from "./event-fields";
import { type Matcher, parseMatcher } from "./matchers";

/** A field of the pattern that the event does not satisfy. */
export interface Mismatch {
  readonly field: string;
  /** What the pattern accepts there, as the pattern writes it. */
  readonly accepted: readonly string[];
  /** The event's values of that field; empty when the field is missing. */
  readonly seen: readonly Leaf[];
}

/** Whether an event matched and, if not, which fields stood in the way. */
export type MatchResult =
  { readonly matched: true } | { readonly matched: false; readonly mismatches: readonly Mismatch[] };

interface FieldTest {
  readonly path: string;
  readonly matchers: readonly Matcher[];
}

/**
 * The event pattern of an EventBridge rule, with EventBridge's semantics: all fields must match, each by any entry of
 * its list; values are compared by type and value; an array in the event matches when one element does, and fields of
 * different elements of one array never complete each other.
 *
 * Numbers outside `numeric` are compared by value, although EventBridge compares their text (5 and 5.0 differ there).
 */
export class EventPattern {
  private constructor(
    readonly source: unknown,
    /** `$or` multiplied out: the event must pass every test of one alternative. */
    private readonly alternatives: readonly (readonly FieldTest[])[],
  ) {}

  /**
   * Reads a pattern, as JSON text or value; throws a `LocalAwsError` if EventBridge would refuse it, or if it uses an
   * operator that the local AWS does not support.
   */
  static parse(pattern: unknown): EventPattern {
    const source: unknown = typeof pattern === "string" ? parseJson(pattern) : pattern;
    return new EventPattern(source, alternativesOf(source, ""));
  }

  /** Matches an event and explains a mismatch by the alternative that came closest. */
  match(event: unknown): MatchResult {
    const fields = eventFields(event);
    const failures: Mismatch[][] = [];
    for (const tests of this.alternatives) {
      const mismatches = tests.filter((test) => !candidates(test, fields)).map((test) => mismatch(test, fields));
      if (mismatches.length === 0) {
        if (canCombine(tests, fields, [])) return { matched: true };
        mismatches.push(...tests.map((test) => mismatch(test, fields)));
      }
      failures.push(mismatches);
    }
    return { matched: false, mismatches: failures.reduce((best, next) => (next.length < best.length ? next : best)) };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LocalAwsError("event pattern is not JSON", { cause });
  }
}

function alternativesOf(pattern: unknown, path: string): FieldTest[][] {
  const field = path ? `event pattern field "${path}"` : "event pattern";
  if (typeof pattern !== "object" || pattern === null || Array.isArray(pattern)) {
    throw new LocalAwsError(
      `${field} must be an object or a list of accepted values, but is ${JSON.stringify(pattern)}`,
    );
  }
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new LocalAwsError(`${field} is an empty object, which EventBridge refuses`);

  let alternatives: FieldTest[][] = [[]];
  for (const [key, value] of entries) {
    const branches = key === "$or" ? orBranches(value, path) : fieldBranches(value, path ? `${path}.${key}` : key);
    alternatives = alternatives.flatMap((tests) => branches.map((branch) => [...tests, ...branch]));
  }
  return alternatives;
}

function orBranches(value: unknown, path: string): FieldTest[][] {
  if (!Array.isArray(value) || value.length < 2) {
    throw new LocalAwsError(
      `event pattern field "${path ? `${path}.` : ""}$or" must be a list of two or more patterns`,
    );
  }
  return value.flatMap((branch) => alternativesOf(branch, path));
}

function fieldBranches(value: unknown, path: string): FieldTest[][] {
  if (!Array.isArray(value)) return alternativesOf(value, path);
  if (value.length === 0) {
    throw new LocalAwsError(
      `event pattern field "${path}" is an empty list, which EventBridge refuses: name at least one accepted value`,
    );
  }
  return [[{ path, matchers: value.map((entry) => parseMatcher(path, entry)) }]];
}

/** The event's fields that satisfy a test; `"missing"` when the test is content without the field; nothing when it fails. */
function candidates(test: FieldTest, fields: readonly EventField[]): EventField[] | "missing" | undefined {
  const present = fields.filter((field) => field.path === test.path);
  if (present.length === 0) return test.matchers.some((matcher) => matcher.acceptsMissing) ? "missing" : undefined;
  const accepted = present.filter((field) => test.matchers.some((matcher) => matcher.accepts(field.value)));
  return accepted.length > 0 ? accepted : undefined;
}

/** Chooses one field for each test so that no two of them lie in different elements of one array. */
function canCombine(
  tests: readonly FieldTest[],
  fields: readonly EventField[],
  chosen: readonly EventField[],
): boolean {
  const [test, ...rest] = tests;
  if (!test) return true;
  const options = candidates(test, fields);
  if (options === "missing") return canCombine(rest, fields, chosen);
  return (options ?? []).some(
    (option) => chosen.every((each) => inSameElements(each, option)) && canCombine(rest, fields, [...chosen, option]),
  );
}

function mismatch(test: FieldTest, fields: readonly EventField[]): Mismatch {
  return {
    field: test.path,
    accepted: test.matchers.map((matcher) => matcher.source),
    seen: fields.filter((field) => field.path === test.path).map((field) => field.value),
  };
}
