import { LocalAwsError } from "../local-aws-error";

/**
 * Reads the subset of JSONPath that EventBridge evaluates: `$`, keys by dots, array indices and the wildcard `*`.
 * Returns `undefined` if the event has nothing at that path; a path with a wildcard gives the list of what it found.
 */
export function readJsonPath(event: unknown, path: string): unknown {
  if (!/^\$(\.([\w\-/]+|\*)|\[(\d+|\*)\])*$/.test(path)) {
    throw new LocalAwsError(
      `JSONPath "${path}": EventBridge reads only $, keys by dots (letters, digits, "-", "_", "/"), [index] and *`,
    );
  }
  const steps: string[] = path.slice(1).match(/[\w\-/]+|\*/g) ?? [];
  const found = steps.reduce<unknown[]>((values, step) => values.flatMap((value) => children(value, step)), [event]);
  return steps.includes("*") ? (found.length > 0 ? found : undefined) : found[0];
}

function children(value: unknown, step: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (step === "*") return Object.values(value);
  return Object.hasOwn(value, step) ? [(value as Record<string, unknown>)[step]] : [];
}
