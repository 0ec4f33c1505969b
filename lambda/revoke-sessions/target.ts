import { createHash } from "node:crypto";

import type { Scope } from "../../src/contract/environment";
import { type Credential, type Finding, principalRoleId, sessionInstance } from "./finding";
import type { Suspect } from "./triage";

/** One inline policy to attach, and the stolen credentials it answers. */
export interface Target {
  readonly policyName: string;
  /** `aws:userid` of the one session to deny; undefined denies all of the role's sessions. */
  readonly userId?: string;
  /** The stolen credentials, in the form in which the policy remembers them. */
  readonly marks: readonly string[];
}

export interface Targets {
  /** The scope in force: `role` where `session` was asked for, but a principal is no instance's session or there are too many. */
  readonly scope: Scope;
  readonly targets: readonly [Target, ...Target[]];
  readonly accessKeyIds: readonly string[];
}

/** The policy that denies all of a role's old sessions; the name is the workshop's. */
export const POLICY_NAME = "RevokeOldSessions";

/** More marks than this in one finding are remembered as one, so that no finding can outgrow the policy. */
const MAX_MARKS = 40;

/** More policies of single sessions than this leave a role no room: its inline policies share 10,240 characters. */
const MAX_SESSIONS = 20;

/**
 * The policies that answer a finding: one for the role, or, in scope `session`, one for each robbed instance.
 *
 * Credentials of another role are left out: no policy on this role could deny them.
 */
export function targetsOf(finding: Finding, suspect: Suspect, wanted: Scope): Targets {
  const stolen = finding.credentials.filter(({ principalId }) => {
    const roleId = principalRoleId(principalId);
    return roleId === undefined || roleId === suspect.roleId;
  });
  const accessKeyIds = [...new Set(stolen.flatMap(({ accessKeyId }) => accessKeyId ?? []))];
  const instances = stolen.map(({ principalId }) => sessionInstance(principalId));
  const userIds = [...new Set(stolen.flatMap(({ principalId }) => principalId ?? []))];
  if (wanted === "role" || instances.includes(undefined) || userIds.length > MAX_SESSIONS) {
    return { scope: "role", targets: [{ policyName: POLICY_NAME, marks: marksOf(stolen, finding) }], accessKeyIds };
  }
  const [first, ...rest] = userIds.map((userId): Target => {
    const own = stolen.filter(({ principalId }) => principalId === userId);
    return { policyName: `${POLICY_NAME}-${sessionInstance(userId)}`, userId, marks: marksOf(own, finding) };
  });
  return { scope: "session", targets: [first!, ...rest], accessKeyIds };
}

function marksOf(credentials: readonly Credential[], finding: Finding): string[] {
  const marks = [
    ...new Set(credentials.map(({ accessKeyId, principalId }) => mark(accessKeyId ?? `${finding.id} ${principalId}`))),
  ];
  if (marks.length <= MAX_MARKS) return marks;
  // Sorted, so that a repeat that lists the same credentials in another order is recognised.
  marks.sort();
  return [...marks.slice(0, MAX_MARKS - 1), mark(marks.slice(MAX_MARKS - 1).join())];
}

/** A statement's id takes letters and digits only: access key ids stand for themselves, anything else for its digest. */
function mark(identity: string): string {
  if (/^[A-Z0-9]{16,24}$/.test(identity)) return identity;
  return createHash("sha256").update(identity).digest("hex").slice(0, 20).toUpperCase();
}
