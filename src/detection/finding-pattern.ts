import { CREDENTIAL_EXFILTRATION_TYPES, findingKind } from "../contract/finding-kinds";

/** EventBridge accepts 2,048 characters for a rule's pattern, with the source and the type of the event. */
export const MAX_PATTERN_CHARACTERS = 1_950;

/** The pattern of findings of some types, each given by its beginning. */
export const typesOf = (prefixes: readonly string[]) => ({ type: prefixes.map((prefix) => ({ prefix })) });

/**
 * The pattern of findings from a severity up, by the severities that count: a type with an override matches, or not, by
 * its override alone. Findings that are handled are left out, since other rules mail them.
 *
 * @param handled the types that are handled besides stolen role credentials, as prefixes.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function anyFindingFrom(
  severity: number,
  overrides: Readonly<Record<string, number>> = {},
  handled: readonly string[] = [],
): object {
  const hasOwnRule = (type: string) => findingKind(type, handled) !== undefined;
  const raised = Object.keys(overrides).filter((type) => overrides[type]! >= severity && !hasOwnRule(type));
  const bySeverity = typesBySeverity(severity, [...handled.map((prefix) => `${prefix}*`), ...Object.keys(overrides)]);
  return raised.length === 0 ? bySeverity : orTypes(bySeverity, raised);
}

/**
 * Findings from a severity up, but for the types that other rules or overrides decide about.
 *
 * @param severity a number, or a template whose value is one.
 * @param elsewhere those types besides stolen role credentials; `*` stands for any text.
 */
export function typesBySeverity(severity: unknown, elsewhere: readonly string[]) {
  const wildcard = [...CREDENTIAL_EXFILTRATION_TYPES.map((prefix) => `${prefix}*`), ...elsewhere];
  return { type: [{ "anything-but": { wildcard } }], severity: [{ numeric: [">=", severity] }] };
}

/** What a pattern matches, and these types whatever their severity. */
export function orTypes(pattern: object, types: readonly string[]) {
  return { $or: [pattern, { type: types }] };
}
