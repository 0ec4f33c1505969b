import { readFileSync } from "node:fs";
import { join } from "node:path";

import { PROJECT } from "../../scripts/project-files";
import { workshopResources } from "../../scripts/workshop-resources";
import { NOT_REVOKED, NOT_REVOKED_REASONS } from "../../src/contract/reasons";

const RUNBOOK = readFileSync(join(PROJECT, "docs", "operations.md"), "utf8");
const SECURITY = readFileSync(join(PROJECT, "docs", "security.md"), "utf8");

/** The first cell of each row that holds code, below a heading. */
function firstCells(document: string, heading: string): string[] {
  const section = document.split(`${heading}\n`)[1]?.split(/^#{2,}/m)[0] ?? "";
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell]) => cell!);
}

test("the runbook has a row for each reason that the function knows, and no other", () => {
  expect(firstCells(RUNBOOK, '### "NOT revoked"')).toEqual([...NOT_REVOKED_REASONS]);
});

test("the runbook says from which reason on a person has to act", () => {
  const [, from] = /From `([\w-]+)` down, the alarm/.exec(RUNBOOK) ?? [];
  const reasons = firstCells(RUNBOOK, '### "NOT revoked"');
  const after = reasons.slice(reasons.indexOf(from!));
  expect(after).toEqual(NOT_REVOKED_REASONS.filter((reason) => NOT_REVOKED[reason] === "act by hand"));
});

test("the runbook has a row for each alarm that is deployed, and no other", () => {
  const alarms = workshopResources()
    .filter(({ type }) => type === "aws_cloudwatch_metric_alarm")
    .map(({ block }) => String(block["alarm_name"]).replace("GuardDuty-Example-", "…-"));
  expect(firstCells(RUNBOOK, "### Alarms").sort()).toEqual(alarms.sort());
});

test("the cost table counts the alarms that are deployed", () => {
  const deployed = (settings = {}) =>
    workshopResources(settings).filter(({ type }) => type === "aws_cloudwatch_metric_alarm").length;
  const [all, withoutGuard] = [deployed(), deployed({ guard: false })];
  const more = [{ alertSeverity: 4 }, { findings: ["AttackSequence:IAM/CompromisedCredentials"] }];
  expect(RUNBOOK).toContain(`| ${withoutGuard} alarms, ${all - withoutGuard} more with the guard; 2 more each with `);
  expect(more.map((settings) => deployed(settings) - all)).toEqual([2, 2]);
});

test("the threat model names every action that the function's role is allowed", () => {
  // GIVEN
  const policies = workshopResources({
    events: true,
    memberAccounts: ["444455556666"],
    revocableRoles: "path:/application/",
  }).filter(({ address }) => address.startsWith("aws_iam_role_policy.response_revoker"));
  const { Statement } = JSON.parse(policies[0]!.block["policy"]) as { Statement: { Action: string | string[] }[] };

  // WHEN
  const named = new Set(
    SECURITY.split("## What it may do")[1]!
      .split("###")[0]!
      .match(/[a-z0-9]+:[A-Z][A-Za-z*]+/g),
  );

  // THEN
  expect(policies).toHaveLength(1);
  expect([...named].sort()).toEqual([...new Set(Statement.flatMap(({ Action }) => Action))].sort());
});
