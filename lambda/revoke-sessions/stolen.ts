import type { Finding } from "./finding";

/** No role session lives longer. */
export const LONGEST_SESSION_MILLISECONDS = 12 * 3_600_000;

/** From when on stolen credentials can have been used, before GuardDuty saw it too; undefined if it does not say when it did. */
export const usableSince = ({ sighting: { firstSeen } }: Finding): Date | undefined =>
  firstSeen && new Date(firstSeen.getTime() - LONGEST_SESSION_MILLISECONDS);

/** What tells the calls of stolen credentials from others. */
export interface Stolen {
  readonly accessKeyIds: readonly string[];
  /** Sessions, as `AROA…:session-name`: access keys can be made out of a stolen one. */
  readonly principalIds: readonly string[];
  /** The addresses from which the finding saw them used. */
  readonly addresses: readonly string[];
}

/** All that a finding calls stolen, of whichever principal. */
export function stolenOf({ credentials, activity }: Finding): Stolen {
  const unique = (ids: readonly string[]) => [...new Set(ids)];
  return {
    accessKeyIds: unique(credentials.flatMap(({ accessKeyId }) => accessKeyId ?? [])),
    principalIds: unique(credentials.flatMap(({ principalId }) => principalId ?? [])),
    addresses: activity.ipAddress?.split(" and ") ?? [],
  };
}
