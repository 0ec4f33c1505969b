import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { KeyActivity } from "../lambda/revoke-sessions/activity";
import type { FunctionConfiguration } from "../lambda/revoke-sessions/configuration";
import { eventAbout } from "../lambda/revoke-sessions/incident-event";
import { logLine } from "../lambda/revoke-sessions/log";
import { type Mail, mailAbout } from "../lambda/revoke-sessions/mail";
import type { Account } from "../lambda/revoke-sessions/ports";
import { respond } from "../lambda/revoke-sessions/respond";
import { POLICY_NAME } from "../lambda/revoke-sessions/target";
import { AwsAccount } from "../local-aws/api/account";
import { transformInput } from "../local-aws/eventbridge/input-transformer";
import { evaluateTemplate } from "../local-aws/terraform/expression";
import { iamCallEvent } from "../rehearsal/story/iam-call-event";
import { DEFAULTS } from "../src/contract/defaults";
import type { IncidentEvent } from "../src/contract/incident-event";
import { LAB_ROLE_NAME } from "../workshop/lab/lab-instance";
import type { Block } from "./block";
import { PROJECT } from "./project-files";
import { referencedBy, workshopResources } from "./workshop-resources";

/** What stands for the placeholders of `docs/workshop-event.json`, in an account that does not exist. */
const PLACEHOLDERS = {
  ACCOUNT_ID: "111122223333",
  ROLE_ID: "AROAEXAMPLEROLEID1234",
  INSTANCE_ID: "i-0123456789abcdef0",
  ACCESS_KEY_ID: "ASIAEXAMPLEKEYID1234",
  FIRST_SEEN: "2026-03-01T14:02:11Z",
  LAST_SEEN: "2026-03-01T14:05:47Z",
};

const WRITTEN_AT = new Date("2026-03-01T14:12:31Z");

/** What the workshop's guide shows: everything that comes of its event, made by the code that makes it in AWS. */
export interface WorkshopExample {
  /** The text that EventBridge mails. */
  readonly alert: string;
  /** What the function mails. */
  readonly mail: Mail;
  /** What the guard mails when a pipeline removes the policy. */
  readonly guardMail: string;
  /** The policy on the role. */
  readonly policy: object;
  /** The line in the function's log. */
  readonly logLine: object;
  /** What a machine is told, if the deployment tells one. */
  readonly event: IncidentEvent;
}

export async function workshopExample(): Promise<WorkshopExample> {
  const event = exampleEvent();
  const policies: string[] = [];
  const account: Account = {
    getRole: async (name) => ({
      arn: `arn:aws:iam::${PLACEHOLDERS.ACCOUNT_ID}:role/${name}`,
      path: "/",
      roleId: PLACEHOLDERS.ROLE_ID,
      tags: [],
      // The workshop's role trusts whoever has deployed the lab.
      trust: {
        services: ["ec2.amazonaws.com"],
        principals: [`arn:aws:iam::${PLACEHOLDERS.ACCOUNT_ID}:user/you`],
        providers: [],
      },
    }),
    getRolePolicy: async () => policies.at(-1),
    listRolePolicies: async () => [],
    putRolePolicy: async (_role, _policy, document) => void policies.push(document),
    lookUpActivity: async () => ACTIVITY,
    findRoleUse: async () => [
      {
        instanceId: PLACEHOLDERS.INSTANCE_ID,
        name: "GuardDuty-Example: Compromised Instance: Scenario 3",
        state: "running",
      },
    ],
  };
  const { outcome, incident } = await respond(event, {
    configuration: CONFIGURATION,
    accountOf: async () => account,
    report: async () => {},
    announce: async () => true,
    now: () => WRITTEN_AT,
    wait: async () => {},
    secondsLeft: () => 100,
  });
  const [policy] = policies;
  if (!incident || policy === undefined) throw new Error("the workshop's event must lead to a revocation and a mail");
  return {
    alert: mailedText("response_rule", event),
    guardMail: mailedText("guard_changed", removalEvent()),
    mail: mailAbout(incident),
    event: eventAbout(incident, mailAbout(incident)),
    policy: JSON.parse(policy) as object,
    logLine: JSON.parse(logLine(outcome, incident, WRITTEN_AT)) as object,
  };
}

/** What CloudTrail had when the function asked: the first call, and not yet the last. */
const ACTIVITY: KeyActivity = {
  kind: "looked-up",
  regions: [
    { region: "us-west-2", deliveredUntil: new Date("2026-03-01T14:05:12Z") },
    { region: "us-east-1", deliveredUntil: new Date("2026-03-01T14:06:40Z") },
  ],
  calls: 2,
  firstCall: new Date(PLACEHOLDERS.FIRST_SEEN),
  lastCall: new Date("2026-03-01T14:04:30Z"),
  addresses: [{ address: "198.51.100.23", count: 2, isThiefs: true }],
  called: [{ source: "dynamodb.amazonaws.com", name: "ListTables", count: 2 }],
  changed: [],
  denied: [],
  sessions: [],
  madeKeys: [],
  otherKeys: { calls: 0, accessKeyIds: [] },
};

/** The function's settings in the workshop, which its guide leaves as they are. */
const CONFIGURATION: FunctionConfiguration = {
  accountId: PLACEHOLDERS.ACCOUNT_ID,
  topicArn: `arn:aws:sns:us-west-2:${PLACEHOLDERS.ACCOUNT_ID}:GuardDuty-Example`,
  partition: "aws",
  findings: [],
  response: "revoke",
  scope: "role",
  minimumSeverity: 7,
  severityOverrides: {},
  revocableRoles: { arns: [`arn:aws:iam::${PLACEHOLDERS.ACCOUNT_ID}:role/${LAB_ROLE_NAME}`] },
  protectedRoles: [],
  exemptTag: DEFAULTS.exemptTag,
  verifyAfterSeconds: 10,
  runbook: DEFAULTS.runbook,
  activity: true,
  followSessions: false,
};

export function exampleEvent(): Record<string, unknown> {
  const template = readFileSync(join(PROJECT, "docs", "workshop-event.json"), "utf8");
  const filled = Object.entries(PLACEHOLDERS).reduce((text, [name, value]) => text.replaceAll(name, value), template);
  return JSON.parse(filled) as Record<string, unknown>;
}

/** The event of a pipeline that removes what the function has attached. */
function removalEvent(): Record<string, unknown> {
  const account = new AwsAccount({ accountId: PLACEHOLDERS.ACCOUNT_ID, region: "us-west-2" });
  const event = iamCallEvent(account, {
    call: "DeleteRolePolicy",
    roleName: LAB_ROLE_NAME,
    policyName: POLICY_NAME,
    by: {
      roleName: "deploy",
      sessionName: "pipeline",
      accessKeyId: "ASIAEXAMPLEKEYID5678",
      issuedAt: new Date("2026-03-01T15:59:30Z"),
    },
    address: "203.0.113.10",
    at: new Date("2026-03-01T16:00:00Z"),
    region: "us-east-1",
  });
  Object.assign(event["detail"] as object, { eventID: "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff" });
  return event;
}

/** What a synthesized rule makes of an event for the topic. */
function mailedText(rulePath: string, event: Record<string, unknown>): string {
  const resources = workshopResources();
  const target = resources.find(({ address }) => address.startsWith(`aws_cloudwatch_event_target.${rulePath}_topic_`));
  const [rule] = target ? referencedBy(target.block["rule"], resources) : [];
  if (!target || !rule) throw new Error(`no rule ${rulePath} of the workshop has the topic as a target`);
  const { input_paths, input_template } = target.block["input_transformer"] as Block;
  const inputTemplate = String(evaluateTemplate(input_template, () => "aws"));
  return transformInput({ inputPaths: input_paths, inputTemplate }, event, {
    ruleName: rule.block["name"],
    ruleArn: `arn:aws:events:${String(event["region"])}:${PLACEHOLDERS.ACCOUNT_ID}:rule/${rule.block["name"]}`,
    ingestionTime: PLACEHOLDERS.LAST_SEEN,
  });
}
