/** Name of the policy that denies old sessions, of a whole role; with `-` and an instance's id, those of that instance. */
export const OLD_SESSIONS_POLICY = "RevokeOldSessions";

/** Beginning of the name of a policy that denies all sessions of an instance, those to come included; `-` and its id follow. */
export const ALL_SESSIONS_POLICY = "RevokeAllSessions";
