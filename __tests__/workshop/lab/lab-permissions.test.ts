import { Testing } from "cdktf";

import { parseFindings } from "../../../lambda/revoke-sessions/finding";
import { readPolicy, writePolicy } from "../../../lambda/revoke-sessions/policy";
import { planRevocation } from "../../../lambda/revoke-sessions/revocation";
import { roleTargets } from "../../../lambda/revoke-sessions/target";
import type { NamedPolicy } from "../../../local-aws/iam/policy";
import { decide } from "../../../local-aws/iam/simulator";
import { readSettings } from "../../../workshop/settings";
import { LabStack } from "../../../workshop/lab-stack";
import { ACCOUNT, deploymentOf, roleOf } from "../../support/deployment";
import { findingEvent } from "../../support/finding";

const ROLE_ID = "AROAEXAMPLEEXAMPLEEXA";
const COMPROMISED = "i-0123456789abcdef0";
const OTHER = "i-0fedcba9876543210";
const STOLEN_KEY = "ASIAEXAMPLESTOLENKEY";
const NOW = new Date("2026-03-14T09:26:53Z");

const lab = roleOf(
  deploymentOf(new LabStack(Testing.app(), "guardduty-lab", readSettings({}, {}))),
  "GuardDuty-Example-EC2-Compromised",
);

/** The policy that the function attaches because of the stolen key. */
function revocation(userId?: string): { policy: NamedPolicy; cutoff: Date } {
  const finding = parseFindings(findingEvent({ accessKeyId: STOLEN_KEY, roleId: ROLE_ID, session: COMPROMISED }))[0];
  const [target] = roleTargets(finding, { roleName: lab.name, roleId: ROLE_ID }).targets;
  const plan = planRevocation(target, readPolicy(undefined, userId, NOW), [], finding.sighting, NOW);
  if (plan.kind !== "cut") throw new Error("a role without a policy must get one");
  return { policy: { name: target.policyName, policy: JSON.parse(writePolicy(plan.policy)) }, cutoff: plan.cutoff };
}

const later = (date: Date, seconds: number) => new Date(date.getTime() + seconds * 1000);

async function tryAs(
  instanceId: string,
  issuedAt: Date,
  policies: readonly NamedPolicy[],
  action = "dynamodb:ListTables",
  resource = "*",
) {
  const { effect } = await decide({
    principal: `arn:aws:sts::${ACCOUNT}:assumed-role/${lab.name}/${instanceId}`,
    action,
    resource,
    accountId: ACCOUNT,
    context: { "aws:TokenIssueTime": issuedAt.toISOString(), "aws:userid": `${ROLE_ID}:${instanceId}` },
    identityPolicies: policies,
  });
  return effect;
}

test("the stolen session may list tables before the revocation, and is denied explicitly after it", async () => {
  // GIVEN
  const { policy, cutoff } = revocation();
  const issued = later(cutoff, -3600);

  // THEN
  expect(await tryAs(COMPROMISED, issued, lab.policies)).toBe("allowed");
  expect(await tryAs(COMPROMISED, issued, [...lab.policies, policy])).toBe("explicitly denied");
});

test("a session issued from the cut-off on is allowed again", async () => {
  // GIVEN
  const { policy, cutoff } = revocation();
  const policies = [...lab.policies, policy];

  // THEN
  expect(await tryAs(COMPROMISED, later(cutoff, -1), policies)).toBe("explicitly denied");
  expect(await tryAs(COMPROMISED, cutoff, policies)).toBe("allowed");
});

test("the session that a thief starts from the stolen one right away is denied too: the cut-off lies ahead", async () => {
  // GIVEN
  const { policy } = revocation();

  // THEN
  expect(await tryAs(COMPROMISED, later(NOW, 5), [...lab.policies, policy])).toBe("explicitly denied");
});

test("with scope role, the role's sessions on other instances are denied as well", async () => {
  // GIVEN
  const { policy, cutoff } = revocation();

  // THEN
  expect(await tryAs(OTHER, later(cutoff, -3600), [...lab.policies, policy])).toBe("explicitly denied");
});

test("with scope session, only the compromised instance's old sessions are denied", async () => {
  // GIVEN
  const { policy, cutoff } = revocation(`${ROLE_ID}:${COMPROMISED}`);
  const policies = [...lab.policies, policy];

  // THEN
  expect(await tryAs(COMPROMISED, later(cutoff, -3600), policies)).toBe("explicitly denied");
  expect(await tryAs(COMPROMISED, cutoff, policies)).toBe("allowed");
  expect(await tryAs(OTHER, later(cutoff, -3600), policies)).toBe("allowed");
});

test.each([
  ["iam:PutRolePolicy", `arn:aws:iam::${ACCOUNT}:role/${lab.name}`],
  ["iam:DeleteRolePolicy", `arn:aws:iam::${ACCOUNT}:role/${lab.name}`],
  ["dynamodb:Scan", `arn:aws:dynamodb:us-west-2:${ACCOUNT}:table/other`],
  ["dynamodb:DeleteTable", `arn:aws:dynamodb:us-west-2:${ACCOUNT}:table/GuardDuty-Example-Customer-DB`],
  ["ssm:GetParameter", `arn:aws:ssm:us-west-2:${ACCOUNT}:parameter/other`],
  ["sts:AssumeRole", `arn:aws:iam::${ACCOUNT}:role/other`],
])("fails to do anything but look at the bait: %s on %s", async (action, resource) => {
  expect(await tryAs(COMPROMISED, NOW, lab.policies, action, resource)).toBe("implicitly denied");
});

test.each([
  ["dynamodb:Scan", `arn:aws:dynamodb:us-west-2:${ACCOUNT}:table/GuardDuty-Example-Customer-DB`],
  ["ssm:GetParameter", `arn:aws:ssm:us-west-2:${ACCOUNT}:parameter/gd_prod_dbpwd_sample`],
])("the lab's role may take the bait: %s on %s", async (action, resource) => {
  expect(await tryAs(COMPROMISED, NOW, lab.policies, action, resource)).toBe("allowed");
});
