import { uniqueId } from "../../local-aws/api/account";
import type { RoleSession } from "../../local-aws/deployment/role-session";
import { functionSession, type LocalDeployment } from "../../local-aws/deployment/local-deployment";
import type { DeployedRule } from "../../local-aws/terraform/deployment";
import { ALL_SESSIONS_POLICY, OLD_SESSIONS_POLICY } from "../../src/contract/policy-names";
import { claim, unlessContains } from "../play/claim";
import { explainMismatches } from "../play/mismatch-text";
import type { Fact, Scene } from "../play/scene";
import type { Theft } from "./finding-event";
import { iamCallEvent, type PolicyChange } from "./iam-call-event";
import { tryCall } from "./thief";

/** From where the pipeline calls: an address that is reserved for documentation. */
const PIPELINES_ADDRESS = "203.0.113.10";

/** The rule of what was synthesized that looks at calls to IAM; undefined if there is no guard. */
export const guardRule = ({ deployment }: LocalDeployment): DeployedRule | undefined =>
  deployment.rules.find(({ eventPattern }) => eventPattern.includes("aws.iam"));

/** A pipeline that owns all policies of the role removes what the function attached. */
export async function policyIsRemoved(local: LocalDeployment, { stolen }: Theft, rule: DeployedRule): Promise<Scene> {
  const { account, deployment } = local;
  const { roleName } = stolen;
  const now = new Date();
  const pipeline: RoleSession = {
    roleName: "deploy",
    sessionName: "pipeline",
    accessKeyId: uniqueId("ASIA", "pipeline"),
    issuedAt: now,
  };
  const policies = account.roles.get(roleName)!.policies;
  const removed = [...policies.keys()].filter((name) =>
    [OLD_SESSIONS_POLICY, ALL_SESSIONS_POLICY].some((prefix) => name.startsWith(prefix)),
  );
  const change = { roleName, address: PIPELINES_ADDRESS, at: now, region: rule.arn.split(":")[3]! };
  const send = (call: Pick<PolicyChange, "call" | "policyName" | "by">) =>
    local.send(iamCallEvent(account, { ...change, ...call }));

  const facts: Fact[] = [];
  const problems: string[] = [];
  for (const policyName of removed) {
    policies.delete(policyName);
    const outcomes = await send({ call: "DeleteRolePolicy", policyName, by: pipeline });
    const matching = outcomes.filter(({ match }) => match.matched);
    const mails = matching.flatMap(({ deliveries }) =>
      deliveries.flatMap((delivery) => (delivery.kind === "mailed" ? delivery.mail : [])),
    );
    facts.push(...matching.map((outcome): Fact => ({ kind: "rule", outcome })));
    facts.push(...mails.map((mail): Fact => ({ kind: "mail", mail })));
    if (matching.length === 0) problems.push(explainMismatches(outcomes));
    const told = [roleName, policyName, `${pipeline.roleName}/${pipeline.sessionName}`, PIPELINES_ADDRESS];
    const missing = unlessContains(mails.map(({ message }) => message).join("\n"), told);
    if (missing !== undefined) problems.push(missing);
  }
  const again = await tryCall(local, "the thief, whose credentials work again", stolen);

  const mailed: string[] = [];
  for (const each of deployment.functions) {
    const outcomes = await send({ call: "PutRolePolicy", policyName: OLD_SESSIONS_POLICY, by: functionSession(each) });
    mailed.push(...outcomes.filter(({ match }) => match.matched).map((outcome) => outcome.rule.name));
  }
  return {
    title: "A pipeline removes the policy, and the guard mails who it was",
    facts: [...facts, again.fact],
    claims: [
      claim(
        "a mail says who removed which policy of which role",
        problems.length > 0 ? problems.join("; ") : undefined,
      ),
      claim(
        "what the function writes itself is not mailed",
        mailed.length > 0 ? `it matches ${mailed.join(", ")}` : undefined,
      ),
    ],
  };
}
