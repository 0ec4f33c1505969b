import { CREDENTIAL_EXFILTRATION_TYPES } from "../contract/finding-kinds";

/**
 * The pattern of findings from a severity up, by the severities that count: a type with an override matches, or not, by
 * its override alone. Stolen role credentials are left out, since their own rule mails them.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function anyFindingFrom(severity: number, overrides: Readonly<Record<string, number>> = {}): object {
  const hasOwnRule = (type: string) => CREDENTIAL_EXFILTRATION_TYPES.some((prefix) => type.startsWith(prefix));
  const raised = Object.keys(overrides).filter((type) => overrides[type]! >= severity && !hasOwnRule(type));
  const bySeverity = typesBySeverity(severity, Object.keys(overrides));
  return raised.length === 0 ? bySeverity : orTypes(bySeverity, raised);
}

/**
 * Findings from a severity up, but for the types that other rules or overrides decide about.
 *
 * @param severity a number, or a template whose value is one.
 */
export function typesBySeverity(severity: unknown, overridden: readonly string[]) {
  const elsewhere = [...CREDENTIAL_EXFILTRATION_TYPES.map((prefix) => `${prefix}*`), ...overridden];
  return { type: [{ "anything-but": { wildcard: elsewhere } }], severity: [{ numeric: [">=", severity] }] };
}

/** What a pattern matches, and these types whatever their severity. */
export function orTypes(pattern: object, types: readonly string[]) {
  return { $or: [pattern, { type: types }] };
}
