/**
 * Why a finding did not lead to a revocation, and whether a person has to act: the routine ones are decided on purpose, or
 * concern nothing of this account that is alive.
 *
 * In the order in which they are looked at: of several that apply, the first is reported. A role that is not among the
 * revocable ones is `protected-role` too, but looked at after `unmodifiable-role`.
 */
export const NOT_REVOKED = {
  "sample-finding": "routine",
  "archived-finding": "routine",
  "unsupported-type": "routine",
  "below-severity": "routine",
  // An administrator's account sees the findings of every member.
  "other-account": "routine",
  "not-a-role": "act by hand",
  "role-unknown": "act by hand",
  "member-role-refused": "act by hand",
  "role-not-found": "act by hand",
  "role-mismatch": "act by hand",
  "protected-role": "act by hand",
  "exempt-role": "act by hand",
  "unmodifiable-role": "act by hand",
  "policy-quota-exceeded": "act by hand",
  "notify-only": "act by hand",
  "not-permitted": "act by hand",
} as const;

/** Why a finding did not lead to a revocation. */
export type NotRevokedReason = keyof typeof NOT_REVOKED;

/** The reasons, in the order in which they are looked at. */
export const NOT_REVOKED_REASONS = Object.keys(NOT_REVOKED) as NotRevokedReason[];
