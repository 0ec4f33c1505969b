import type { NotRevokedReason } from "../../src/contract/reasons";

/** Why the function did not revoke: a reason for machines, an explanation for people. */
export interface Refusal {
  readonly reason: NotRevokedReason;
  readonly explanation: string;
}

/** AWS refuses a call for good: trying again would end the same way. */
export class RefusalError extends Error {
  override readonly name = "RefusalError";

  constructor(
    readonly refusal: Refusal,
    options?: ErrorOptions,
  ) {
    super(`${refusal.reason}: ${refusal.explanation}`, options);
  }
}
