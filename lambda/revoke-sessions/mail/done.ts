import { type Finding, principalRoleId, sessionInstance } from "../finding";
import type { Refused, Revoked, Verification } from "../incident";
import { isForever, isoSeconds } from "../policy";
import { instanceTargets, type Target } from "../target";
import { mayAssumeItself } from "../trust";
import { endDenialNow } from "./by-hand";
import { deniesAhead } from "./cutoff";
import { block, printable, wrap } from "./text";

/** What a revocation did: the policies, why they deny more than was asked for, and how far they are known to hold. */
export function done(incident: Revoked): string[] {
  const { plan, moved, isRepeat, writtenAt, distrusted, verification, configuration } = incident;
  const paragraphs = [
    widened(incident),
    isRepeat &&
      "The stolen credentials were denied and reported before. This mail is about sessions that they started, of which CloudTrail " +
        "tells now: see WHAT THE KEYS WERE USED FOR.",
    !moved &&
      !isRepeat &&
      "Nothing was cut again: the stolen credentials were denied already before this finding. They were made out of sessions, " +
        "or belong to sessions, that were issued before the cut-off. " +
        (writtenAt ? "The policy now remembers them." : "The role has no room to remember them."),
    distrusted &&
      "The credentials were seen alive after the cut-off that should have ended them: the earlier policy did not hold, or somebody " +
        "planted it. The cut-off was moved. Find out in CloudTrail who wrote it (PutRolePolicy).",
    ...plan.targets.map((target, index) => `${denial(target, incident.cutoffs[index]!)}.`),
    plan.scope === "instance" &&
      "That is a lock: credentials that are stolen from the instance from now on are dead as well. It holds until a person lifts it.",
    verificationText(verification, configuration.verifyAfterSeconds),
  ];
  return [...paragraphs.flatMap((text) => (text ? wrap(text) : [])), ...ahead(incident)];
}

/** What was done although IAM refused a part, or all. */
export function refusedAll({ attached, refusal }: Refused): string[] {
  const done =
    attached.length === 0
      ? "Nothing was changed:"
      : `Only a part: ${attached.map(({ policyName }) => policyName).join(", ")} is attached, the rest was refused:`;
  const why = printable(refusal.explanation, 1_000);
  // What AWS says stays in one line, to be searched for.
  return [...wrap(done), ...(refusal.reason === "not-permitted" ? [why] : wrap(`${why}.`))];
}

function denial({ policyName, userId }: Target, cutoff: Date): string {
  const whose = userId ? `the session ${userId}` : "every session of the role";
  const issued = isForever(cutoff) ? ", whenever issued" : ` issued before ${isoSeconds(cutoff)}`;
  return `The inline policy ${policyName} denies ${whose}${issued}`;
}

/** Why all sessions of the role are denied if single ones were asked for. */
function widened({ finding, plan, asked, role, moved }: Revoked): string | undefined {
  if (asked === "role" || plan.scope !== "role") return undefined;
  const why = () => {
    if (mayAssumeItself(role.trust, role)) {
      return "the role may assume itself, so the thief may have sessions of other names";
    }
    if (!instanceTargets(finding, { roleName: plan.roleName, roleId: role.roleId }, asked)) {
      return hasOthers(finding) ? "one of the stolen sessions is not an instance's" : "too many sessions were stolen";
    }
    return moved ? "the role has no room for more policies" : "a policy that denies all of them was in place already";
  };
  const wanted = asked === "instance" ? "locks single instances" : "revokes single sessions";
  return `This deployment ${wanted}, but here all sessions of the role are denied: ${why()}.`;
}

function hasOthers({ credentials }: Finding): boolean {
  const roleId = principalRoleId(credentials[0].principalId);
  const own = credentials.filter(
    ({ principalId }) => principalId === undefined || principalRoleId(principalId) === roleId,
  );
  return own.some(({ principalId }) => sessionInstance(principalId) === undefined);
}

/** What keeps the application down, which no renewal of credentials ends. */
function ahead(incident: Revoked): string[] {
  if (!deniesAhead(incident)) return [];
  const { plan, cutoff } = incident;
  const until = isForever(cutoff) ? "for good" : `until ${isoSeconds(cutoff)}`;
  return [
    ...wrap(
      `SOMEBODY ELSE DENIES NEW SESSIONS TOO, ${until}: not this function, which leaves it as it is. The application stays down ` +
        "until a person lifts that. If nobody wants it, this denies what was issued until you run it, and nothing else:",
    ),
    ...block(endDenialNow(plan.roleName, plan.targets)),
  ];
}

function verificationText(verification: Verification, seconds: number): string {
  switch (verification.state) {
    case "verified":
      return `Verified: read back ${seconds} s later, it was in place.`;
    case "restored":
      return (
        "The policy was removed and restored: somebody deleted or weakened it right after it was written. Unless that was " +
        "this function about another finding, whoever did so may still hold other credentials of this account."
      );
    case "not-kept": {
      const why = printable(verification.refusal?.explanation ?? "somebody removes it as fast as it is written", 1_000);
      return `THE POLICY COULD NOT BE KEPT: ${why}. Act by hand, as above.`;
    }
    case "role-gone":
      return (
        "The role is gone since, and its sessions with it. Find out in CloudTrail who deleted it (DeleteRole); a new role of " +
        "that name was left alone."
      );
    case "unverified":
      return `Not verified: reading the policy back failed (${printable(verification.why)}). Look at the role.`;
    case "not-asked":
      return "Not verified: this deployment does not read the policy back.";
  }
}
