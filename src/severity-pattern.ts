import { CREDENTIAL_EXFILTRATION_TYPES } from "./finding-types";

/**
 * The pattern of findings from a severity up, by the severities that count: a type with an override matches, or not, by
 * its override alone. Stolen role credentials are left out, since their own rule mails them.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function anyFindingFrom(severity: number, overrides: Readonly<Record<string, number>> = {}): object {
  const answered = (type: string) => CREDENTIAL_EXFILTRATION_TYPES.some((prefix) => type.startsWith(prefix));
  const elsewhere = [...CREDENTIAL_EXFILTRATION_TYPES.map((prefix) => `${prefix}*`), ...Object.keys(overrides)];
  const bySeverity = {
    type: [{ "anything-but": { wildcard: elsewhere } }],
    severity: [{ numeric: [">=", severity] }],
  };
  const raised = Object.keys(overrides).filter((type) => overrides[type]! >= severity && !answered(type));
  return raised.length === 0 ? bySeverity : { $or: [bySeverity, { type: raised }] };
}
