import type { AwsAccount } from "../../local-aws/api/account";
import { functionSession, type InvokedFunction } from "../../local-aws/deployment/local-deployment";
import type { RoleSession } from "../../local-aws/deployment/role-session";
import { decideForSession } from "../../local-aws/deployment/session-access";
import { claim, unlessContains, unlessDecided } from "../play/claim";
import { cutoffOf, deniedCalls, endingOf, outcomeOf } from "../play/function-result";
import type { Fact, Scene } from "../play/scene";
import type { Theft } from "../story/finding-event";
import { instanceSession, tryCall } from "../story/thief";
import { instanceWith, type Organization } from "./organization";

/** The function acts in the member by the member's role, and nobody else can assume that. */
export async function memberRoleIsAssumed(
  { security }: Organization,
  member: AwsAccount,
  invoked: InvokedFunction,
): Promise<Scene> {
  const { outcome, actedIn, memberRole = "" } = outcomeOf(invoked) ?? {};
  const { deployed } = invoked;
  const own = functionSession(deployed);
  security.addRole({ name: "Administrator", policies: { everything: ALLOW_ALL } });
  const admin: RoleSession = { ...own, roleName: "Administrator", sessionName: "somebody", functionArn: undefined };
  const other: RoleSession = {
    ...own,
    sessionName: "other",
    functionArn: deployed.functionArn.replace(/[^:]+$/, "other"),
  };
  const attempts = [
    { who: "an admin of the security account", session: admin },
    { who: "another function with the same role", session: other },
  ].map(async ({ who, session }) => ({
    who,
    session,
    at: new Date(),
    decision: await decideForSession(security, session, "sts:AssumeRole", memberRole),
  }));
  const refused = await Promise.all(attempts);
  return {
    title: "The function assumes the member's role, and nobody else can",
    facts: [
      { kind: "invocation", invoked },
      ...refused.map((each): Fact => ({ kind: "access", action: "sts:AssumeRole", ...each })),
    ],
    claims: [
      claim("both accounts allow every call that it makes", deniedCalls(invoked)),
      claim("its outcome is that the sessions are revoked", outcome === "revoked" ? undefined : endingOf(invoked)),
      claim(
        `it acted in ${member.accountId}, by ${memberRole}`,
        actedIn === member.accountId ? undefined : `in ${actedIn}`,
      ),
      claim("it calls IAM, EC2 and CloudTrail of the member alone", unlessOf(member, invoked)),
      ...refused.map(({ who, decision }) => claim(`${who} is refused`, unlessDecided(decision, "implicitly denied"))),
    ],
  };
}

const ALLOW_ALL = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

function unlessOf(member: AwsAccount, { calls }: InvokedFunction): string | undefined {
  const inAccounts = calls.filter(({ service }) => ["iam", "ec2", "cloudtrail"].includes(service));
  const strays = inAccounts.filter(({ account }) => account !== member);
  return strays.length === 0 ? undefined : strays.map(({ service, action }) => `${service}:${action}`).join(", ");
}

/** The member's role carries the policy, and the security account's role of the same name does not. */
export async function memberIsRevoked(
  { security }: Organization,
  member: AwsAccount,
  { stolen }: Theft,
  invoked: InvokedFunction,
): Promise<Scene> {
  const { roleName } = stolen;
  const outcome = outcomeOf(invoked);
  const { policyName = "", memberRole = "" } = outcome ?? {};
  const document = member.policy(roleName, policyName);
  const untouched = security.policy(roleName, policyName);
  const [report] = invoked.mails;
  const denied = await tryCall({ account: member }, "the thief", stolen);
  const newer = instanceSession(instanceWith(roleName), new Date(cutoffOf(outcome) ?? 0), "fresh");
  const fresh = await tryCall({ account: member }, "a session started after the cut-off", newer);
  return {
    title: "The member's role is revoked, and the role of the same name in the security account is not",
    facts: [
      ...(document ? [{ kind: "policy" as const, roleName, policyName, document }] : []),
      ...(report ? [{ kind: "mail" as const, mail: report }] : []),
      denied.fact,
      fresh.fact,
    ],
    claims: [
      claim(`the member's role carries ${policyName}`, document ? undefined : "it has no such inline policy"),
      claim("the security account's does not", untouched ? "it carries it too" : undefined),
      claim(
        "the mail names the account, and the role by which it acted",
        unlessContains(report?.message ?? "", [member.accountId, memberRole]),
      ),
      claim("the thief is explicitly denied", unlessDecided(denied.decision, "explicitly denied")),
      claim("a session started after the cut-off is allowed", unlessDecided(fresh.decision, "allowed")),
    ],
  };
}

/** What the thief started with the stolen credentials, a session of another role, is denied by a policy of that role. */
export async function startedSessionIsRevoked(
  member: AwsAccount,
  started: RoleSession,
  { mails }: InvokedFunction,
): Promise<Scene> {
  const denied = await tryCall({ account: member }, "the thief, in the session it started", started);
  const another = { ...started, sessionName: "nightly", accessKeyId: started.accessKeyId.replace(/.$/, "A") };
  const allowed = await tryCall({ account: member }, "another session of that role", another);
  const own = denied.decision.statements.every(({ policyName }) => member.policy(started.roleName, policyName));
  return {
    title: `The thief had started a session of another role, ${started.roleName}: it is revoked too`,
    facts: [denied.fact, allowed.fact],
    claims: [
      claim("that session is explicitly denied", unlessDecided(denied.decision, "explicitly denied")),
      claim("by a policy of its own role", own ? undefined : "the policy is another role's"),
      claim("other sessions of that role go on working", unlessDecided(allowed.decision, "allowed")),
      claim("the mail names it", unlessContains(mails[0]?.message ?? "", [started.roleName, started.sessionName])),
    ],
  };
}
