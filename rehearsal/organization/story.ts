import { uniqueId } from "../../local-aws/api/account";
import type { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import type { RoleSession } from "../../local-aws/deployment/role-session";
import { type Scene, untilBroken } from "../play/scene";
import type { Theft } from "../story/finding-event";
import { firstTheft, tryCall } from "../story/thief";
import { recordStart, recordTheft } from "../story/trail";
import { memberRoleIsFenced } from "./fence-scene";
import { findingIsForwarded, forwardedFindingIsMatched, undeliveredIsKept } from "./forwarding-scenes";
import { publish } from "./member-finding";
import { memberIsRevoked, memberRoleIsAssumed, startedSessionIsRevoked } from "./member-scenes";
import { controlPolicyDenies, newMemberHasNoRole } from "./obstacle-scenes";
import { instanceWith, Organization, ROBBED_ROLE, SECOND_ROLE, STARTED_ROLE } from "./organization";

const MEMBER = "222233334444";
const NEW_MEMBER = "777788889999";

/**
 * Plays the story of an organization: a member's role is robbed in a further region, the finding comes to the home region, and the
 * function revokes in the member; then what stands in its way: a role that is not there, a policy of the organization, a forwarder
 * that may not send.
 */
export const playOrganization = (local: LocalDeployment): AsyncGenerator<Scene> => untilBroken(scenes(local));

/** Each scene may take for granted what the claims of the scenes before it say. */
async function* scenes(local: LocalDeployment): AsyncGenerator<Scene> {
  const organization = Organization.of(local);
  const member = organization.join(MEMBER);
  organization.deployMemberRole(member);
  const theft = theftOf(ROBBED_ROLE, "1");
  const started = startedSession(theft);
  recordTheft(member, theft);
  recordStart(member, theft, started);

  const attempt = await tryCall({ account: member }, "the thief", theft.stolen);
  const handled = await publish(organization, member, theft);
  yield findingIsForwarded(member, attempt, handled);
  yield forwardedFindingIsMatched(organization, member, theft, handled);
  const invoked = handled.invoked!;
  yield await memberRoleIsAssumed(organization, member, invoked);
  yield await memberIsRevoked(organization, member, theft, invoked);
  yield await startedSessionIsRevoked(member, started, invoked);
  yield await memberRoleIsFenced(organization, member);

  yield await newMemberHasNoRole(organization, organization.join(NEW_MEMBER), theftOf(ROBBED_ROLE, "2"));
  yield await controlPolicyDenies(organization, member, theftOf(SECOND_ROLE, "3"));
  yield await undeliveredIsKept(organization, member, theftOf(SECOND_ROLE, "4"));
}

/** A theft of its own, in a finding of its own. */
function theftOf(roleName: string, number: string): Theft {
  const theft = firstTheft(instanceWith(roleName), new Date());
  const stolen = { ...theft.stolen, accessKeyId: uniqueId("ASIA", `stolen ${number}`) };
  return { ...theft, stolen, findingId: number.padStart(32, "0") };
}

/** The session of another role that the thief started soon after. */
const startedSession = ({ firstSeen }: Theft): RoleSession => ({
  roleName: STARTED_ROLE,
  sessionName: "export",
  accessKeyId: uniqueId("ASIA", "started"),
  issuedAt: new Date(firstSeen.getTime() + 20_000),
});
