/** What the ids of findings begin with that a drill makes up: GuardDuty's own are hexadecimal. */
export const DRILL_FINDING = "drill-";

/** Whether a finding was made up by a drill. */
export const isDrillFinding = (findingId: string): boolean => findingId.startsWith(DRILL_FINDING);
