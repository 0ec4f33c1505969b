import type { AwsAccount } from "../../local-aws/api/account";
import type { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import { decideForSession } from "../../local-aws/deployment/session-access";
import type { Decision } from "../../local-aws/iam/simulator";
import { claim, unlessDecided } from "../play/claim";
import { functionVariable } from "../play/function-variable";
import type { Scene } from "../play/scene";
import { type Organization, STARTED_ROLE } from "./organization";

/** Something that the member role must not be able to do. */
interface Forbidden {
  readonly what: string;
  readonly action: string;
  /** Path and name of the role that it is tried on. */
  readonly role: string;
  readonly effect: Decision["effect"];
}

const WRITE = "iam:PutRolePolicy";
const MORE_THAN_WRITES = ["iam:DeleteRolePolicy", "iam:AttachRolePolicy", "iam:PassRole", "sts:AssumeRole"];
const EXEMPT_ROLE = { name: "break-glass", path: "/application/" };

/** The member role may revoke the roles that were chosen, and nothing else. */
export async function memberRoleIsFenced({ local }: Organization, member: AwsAccount): Promise<Scene> {
  const session = [...member.sessions.values()].at(-1)!;
  const itself = member.roles.get(session.roleName)!;
  member.addRole({ ...EXEMPT_ROLE, tags: exemptTag(local) });
  const account = `arn:${member.partition}:iam::${member.accountId}:role`;
  const tried = forbidden(itself.arn.slice(account.length)).map(async (each) => {
    const decision = await decideForSession(member, session, each.action, account + each.role);
    return { ...each, decision };
  });
  const attempts = await Promise.all(tried);
  const lines = attempts.map(({ action, role, decision: { effect, statements } }) => {
    const by = statements.map(({ statement }) => ` by ${statement.Sid}`).join("");
    return `${action} on ${role}: ${effect}${by}`;
  });
  return {
    title: "The member role can do nothing else",
    facts: [{ kind: "note", text: lines.join("\n") }],
    claims: attempts.map(({ what, effect, decision }) => claim(`it may not ${what}`, unlessDecided(decision, effect))),
  };
}

/** @param itself path and name of the member role. */
function forbidden(itself: string): Forbidden[] {
  const explicitly = { action: WRITE, effect: "explicitly denied" as const };
  const exempt = EXEMPT_ROLE.path + EXEMPT_ROLE.name;
  return [
    { what: "write on itself", role: itself, ...explicitly },
    { what: "write on the role that administers the account", role: "/OrganizationAccountAccessRole", ...explicitly },
    { what: "write on the role that deploys it", role: "/stacksets-exec-0123456789abcdef", ...explicitly },
    { what: "write on an exempt role", role: exempt, ...explicitly },
    { what: "write on a role of another path", action: WRITE, role: "/web", effect: "implicitly denied" },
    ...MORE_THAN_WRITES.map((action) => ({
      what: `call ${action}`,
      action,
      role: `/application/${STARTED_ROLE}`,
      effect: "implicitly denied" as const,
    })),
  ];
}

function exemptTag({ deployment }: LocalDeployment): Record<string, string> {
  const [tag = ""] = deployment.functions.flatMap((each) => functionVariable(each, "EXEMPT_TAG") ?? []);
  const [key = "", value = ""] = tag.split("=");
  return { [key]: value };
}
