import type { AwsAccount } from "../../local-aws/api/account";
import { memberRoleArn } from "../../src/contract/members";
import { claim, unlessContains, unlessDecided } from "../play/claim";
import { endingOf, outcomeOf, reasonOf, writes } from "../play/function-result";
import type { Scene } from "../play/scene";
import type { Theft } from "../story/finding-event";
import { tryCall } from "../story/thief";
import { type Handled, publish, repeated } from "./member-finding";
import type { Organization } from "./organization";

/** An account that has just joined has no role yet: people are told what to do, and the next update of the finding revokes. */
export async function newMemberHasNoRole(organization: Organization, member: AwsAccount, theft: Theft): Promise<Scene> {
  const first = await publish(organization, member, theft);
  const [mail] = first.invoked?.mails ?? [];
  organization.deployMemberRole(member);
  const second = await publish(organization, member, repeated(theft));
  const denied = await tryCall({ account: member }, "the thief", theft.stolen);
  return {
    title: `A role of the new member ${member.accountId} is robbed, before CloudFormation has made the member role`,
    facts: [
      ...invocationOf(first),
      ...(mail ? [{ kind: "mail" as const, mail }] : []),
      { kind: "note", text: "the StackSet's template is deployed, and GuardDuty updates the finding" },
      ...invocationOf(second),
      denied.fact,
    ],
    claims: [
      claim("the outcome is that the member role is refused", unlessReason(first, "member-role-refused")),
      claim("nothing is written", first.invoked && writes(first.invoked)),
      claim(
        "the mail says which account, what to look at, and how to revoke by hand",
        unlessContains(mail?.message ?? "", [member.accountId, "list-stack-instances", "aws iam put-role-policy"]),
      ),
      claim("once the role is there, the next update of the finding revokes", unlessRevoked(second)),
      claim("the thief is explicitly denied", unlessDecided(denied.decision, "explicitly denied")),
    ],
  };
}

/** A service control policy of the member denies writes to IAM, until it excepts the member role. */
export async function controlPolicyDenies(
  organization: Organization,
  member: AwsAccount,
  theft: Theft,
): Promise<Scene> {
  const everyMembers = memberRoleArn(member.partition, "*", { role: organization.memberRole });
  const pipeline = memberRoleArn(member.partition, "*", { role: "/pipeline" });
  member.serviceControlPolicies.push(noPolicies(pipeline));
  const first = await publish(organization, member, theft);
  const [mail] = first.invoked?.mails ?? [];
  member.serviceControlPolicies.splice(0, Infinity, noPolicies(pipeline, everyMembers));
  const second = await publish(organization, member, repeated(theft));
  return {
    title: "A service control policy keeps everybody in the member from writing policies",
    facts: [
      ...invocationOf(first),
      ...(mail ? [{ kind: "mail" as const, mail }] : []),
      { kind: "note", text: `the service control policy excepts ${everyMembers}, and GuardDuty updates the finding` },
      ...invocationOf(second),
    ],
    claims: [
      claim("the outcome is that it is not permitted", unlessReason(first, "not-permitted")),
      claim(
        "the mail quotes AWS, and says which kind of policy it is",
        unlessContains(mail?.message ?? "", ["explicit deny in a service control policy"]),
      ),
      claim("with the exception, the next update of the finding revokes", unlessRevoked(second)),
    ],
  };
}

function noPolicies(...excepted: string[]) {
  const Condition = { ArnNotLike: { "aws:PrincipalArn": excepted } };
  const statement = { Sid: "OnlyThePipeline", Effect: "Deny", Action: "iam:PutRolePolicy", Resource: "*", Condition };
  return { name: "no-policies", policy: { Version: "2012-10-17", Statement: [statement] } };
}

const invocationOf = ({ invoked }: Handled) => (invoked ? [{ kind: "invocation" as const, invoked }] : []);

function unlessReason({ invoked }: Handled, expected: string): string | undefined {
  if (!invoked) return "the function was not invoked";
  const outcome = outcomeOf(invoked);
  return outcome && reasonOf(outcome) === expected ? undefined : endingOf(invoked);
}

function unlessRevoked({ invoked }: Handled): string | undefined {
  if (!invoked) return "the function was not invoked";
  return outcomeOf(invoked)?.outcome === "revoked" ? undefined : endingOf(invoked);
}
