import { readFileSync } from "node:fs";
import { join } from "node:path";

import { CloudwatchEventBus } from "@cdktf/provider-aws/lib/cloudwatch-event-bus";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";

import type { PolicyDocument } from "../../local-aws/iam/policy";
import { decide } from "../../local-aws/iam/simulator";
import { PROJECT } from "../../scripts/project-files";
import { CredentialExfiltrationResponse, FindingForwarder, RevocableRoles, RevocationGuard } from "../../src";
import { Template } from "../support/template";

const ACCOUNT = "111122223333";
const SECURITY = readFileSync(join(PROJECT, "docs", "security.md"), "utf8");

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
}

/** The policy of the page that stands behind a comment. */
function policyBehind(comment: string): PolicyDocument & { readonly Statement: readonly Statement[] } {
  const [, after = ""] = SECURITY.split(`<!-- ${comment}; a test reads it. -->`);
  return JSON.parse(/^\n```json\n([\s\S]*?)\n```/.exec(after)![1]!);
}
const SCP = policyBehind("The service control policy");
const BOUNDARY = policyBehind("The permissions boundary");

const actionsOf = (sid: string): string[] => [SCP.Statement.find(({ Sid }) => Sid === sid)!.Action].flat();

/** What IAM decides for a role that may do everything, below one of the policies. */
async function decideBelow(policy: PolicyDocument, roleName: string, action: string, resource: string, context = {}) {
  const { effect } = await decide({
    principal: `arn:aws:sts::${ACCOUNT}:assumed-role/${roleName.split("/").at(-1)}/session`,
    action,
    resource,
    accountId: ACCOUNT,
    context: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/${roleName}`, ...context },
    identityPolicies: [
      {
        name: "everything",
        policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
      },
      { name: "below", policy },
    ],
  });
  return effect;
}

/** What the construct deploys under its default names, by the service that its actions belong to. */
function deployed(): Record<string, string[]> {
  const template = Template.from((stack) => {
    const response = new CredentialExfiltrationResponse(stack, "response", {
      alertEmails: ["security@example.com"],
      revocableRoles: RevocableRoles.withPath("/app/"),
      alertSeverity: 7,
      dashboard: true,
      furtherRegions: true,
    });
    const provider = new AwsProvider(stack, "virginia", { alias: "virginia", region: "us-east-1" });
    new RevocationGuard(stack, "guard", { provider, functionRoleArns: [response.functionRoleArn] });
    new FindingForwarder(stack, "forwarder", { provider, to: response });
  });
  const arn = (service: string, name: string): string => `arn:aws:${service}:us-west-2:${ACCOUNT}:${name}`;
  const named = (type: Parameters<Template["all"]>[0], attribute: string): string[] =>
    template.all(type).map((block) => String(block[attribute]).replace(/\$\{[^}]*\}/g, "us-west-2"));
  return {
    lambda: named(LambdaFunction, "function_name").map((name) => arn("lambda", `function:${name}`)),
    events: named(CloudwatchEventRule, "name").map((name) => arn("events", `rule/${name}`)),
    buses: named(CloudwatchEventBus, "name").map((name) => arn("events", `event-bus/${name}`)),
    iam: named(IamRole, "name").map((name) => `arn:aws:iam::${ACCOUNT}:role/${name}`),
    sns: named(SnsTopic, "name").map((name) => arn("sns", name)),
    sqs: named(SqsQueue, "name").map((name) => arn("sqs", name)),
    cloudwatch: named(CloudwatchMetricAlarm, "alarm_name").map((name) => arn("cloudwatch", `alarm:${name}`)),
    logs: named(CloudwatchLogGroup, "name").map((name) => arn("logs", `log-group:${name}`)),
    aliases: named(KmsAlias, "name"),
  };
}

describe("the service control policy", () => {
  const guarded = [
    ...actionsOf("OnlyTheDeploymentChangesTheResponse"),
    ...actionsOf("OnlyTheDeploymentSilencesTheResponse"),
  ];

  test("is short enough for AWS Organizations, which takes 5,120 characters", () => {
    expect(JSON.stringify(SCP).length).toBeLessThanOrEqual(5_120);
  });

  test.each(guarded)("denies %s on everything of the response to all but the deployment role", async (action) => {
    const resources = deployed()[action === "events:DeleteEventBus" ? "buses" : action.split(":")[0]!]!;
    expect(resources).not.toEqual([]);
    for (const resource of resources) {
      // A log group's streams are what some actions are about.
      const on = action === "logs:DeleteLogStream" ? `${resource}:log-stream:x` : resource;
      expect([on, await decideBelow(SCP, "Admin", action, on)]).toEqual([on, "explicitly denied"]);
      expect([on, await decideBelow(SCP, "DEPLOYMENT_ROLE", action, on)]).toEqual([on, "allowed"]);
    }
  });

  test.each(actionsOf("OnlyTheDeploymentTakesTheTopicsKey"))("denies %s on the topic's key", async (action) => {
    const key = `arn:aws:kms:us-west-2:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    const aliases = deployed()["aliases"]!;
    const decision = (of: string[]) => decideBelow(SCP, "Admin", action, key, { "kms:ResourceAliases": of });
    expect(aliases).toHaveLength(3);
    for (const alias of aliases) expect(await decision([alias])).toBe("explicitly denied");
    // Whoever uses a key needs its own policy too, and there is none here.
    expect(await decision(["alias/other"])).toBe("implicitly denied");
  });

  test("lets the function write, and people handle what is in the queue", async () => {
    const { sqs, logs } = deployed();
    expect(await decideBelow(SCP, "on-call", "sqs:DeleteMessage", sqs![0]!)).toBe("allowed");
    expect(
      await decideBelow(SCP, "GuardDuty-Response-Revoke-us-west-2", "logs:PutLogEvents", `${logs![0]!}:log-stream:x`),
    ).toBe("allowed");
    expect(
      await decideBelow(
        SCP,
        "GuardDuty-Response-Revoke-us-west-2",
        "iam:PutRolePolicy",
        `arn:aws:iam::${ACCOUNT}:role/app/web`,
      ),
    ).toBe("allowed");
  });
});

describe.each([
  ["the service control policy", SCP],
  ["the permissions boundary", BOUNDARY],
])("%s", (_, policy) => {
  const APPLICATION = "APPLICATION_ROLES/web";
  const own = `arn:aws:iam::${ACCOUNT}:role/${APPLICATION}`;

  test.each(["iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:TagRole", "iam:UntagRole"])(
    "denies an application's role %s on itself",
    async (action) => {
      expect(await decideBelow(policy, APPLICATION, action, own)).toBe("explicitly denied");
    },
  );

  test("names sts:GetScopedCredentials, which the simulator does not know yet, beside them", () => {
    const statement = policy.Statement.find(({ Sid }) => Sid === "ApplicationsDoNotFreeThemselves");
    expect(statement?.Action).toContain("sts:GetScopedCredentials");
  });

  test("leaves an application what it is there for", async () => {
    expect(await decideBelow(policy, APPLICATION, "s3:GetObject", "arn:aws:s3:::bucket/key")).toBe("allowed");
  });
});
