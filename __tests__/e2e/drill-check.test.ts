import { execFile } from "node:child_process";
import { join } from "node:path";

import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateDetectorCommand,
  DeleteDetectorCommand,
  GuardDutyClient,
  ListDetectorsCommand,
  UpdateDetectorCommand,
} from "@aws-sdk/client-guardduty";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  AddPermissionCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { ListSubscriptionsByTopicCommand, SNSClient, SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import { PurgeQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

import { assumeRole } from "../../drill/aws/assume-role";
import { Clients } from "../../drill/aws/clients";
import { check } from "../../drill/check/check";
import { judgeMembers } from "../../drill/check/judge/members";
import { readMembers } from "../../drill/check/read/members";
import type { Result } from "../../drill/check/result";
import { PROJECT } from "../../scripts/project-files";
import { RevocableRoles } from "../../src/revocation/revocable-roles";
import { memberRoleDocuments } from "../../src/revocation/member-policies";
import { deployed } from "../drill/support/deployed";
import { functionPackage } from "../../src/revocation/function-package";
import { type AwsEmulator, emulatorEnvironment, emulatorMissing, startEmulator } from "../support/aws-emulator";
import { describeWith } from "../support/terraform";
import { WorkshopDeployment } from "../support/workshop-deployment";

const LAB_ROLE = "GuardDuty-Example-EC2-Compromised";
const RULE = "GuardDuty-Event-IAMUser-InstanceCredentialExfiltration";
const FUNCTION = "GuardDuty-Example-Remediation-InstanceCredentialExfiltration";
const LOG = `/aws/lambda/${FUNCTION}`;
const FURTHER_REGION = "ap-southeast-2";
const FORWARDER_ROLE = `GuardDuty-Example-Forward-${FURTHER_REGION}`;
const ALARM = "GuardDuty-Example-act-by-hand";
const HOUR = 60 * 60_000;

jest.setTimeout(600_000);

describeWith(emulatorMissing(), "the drill's check of the workshop, deployed by Terraform", () => {
  let emulator: AwsEmulator;
  let workshop: WorkshopDeployment;
  let outputs: Record<string, string>;
  let aws: ReturnType<typeof clientsOf>;
  const before = { ...process.env };

  beforeAll(async () => {
    emulator = await startEmulator();
    Object.assign(process.env, emulatorEnvironment(emulator));
    workshop = await WorkshopDeployment.synthesize(emulator, {
      GUARDDUTY_RESPONSE_ALERT_EMAILS: "you@example.com",
      GUARDDUTY_RESPONSE_REGIONS: FURTHER_REGION,
    });
    await workshop.apply();
    outputs = await workshop.outputs();
    aws = clientsOf(workshop);
    await fetch(`${emulator.url}/drill-trail`, { method: "PUT" });
    await aws.cloudTrail.send(
      new CreateTrailCommand({ Name: TRAIL, S3BucketName: "drill-trail", IsMultiRegionTrail: true }),
    );
    await aws.cloudTrail.send(new StartLoggingCommand({ Name: TRAIL }));
  });

  afterAll(async () => {
    if (emulator?.shared) await workshop?.destroy();
    workshop?.remove();
    await emulator?.stop();
    process.env = before;
  });

  const look = (): Promise<Result[]> => check(new Clients({}), { without: [] }, functionPackage().sha256);

  test("all of it holds", async () => {
    const results = await look();
    expect(results.filter(({ holds }) => !holds)).toEqual([]);
    expect(results).toHaveLength(16);
  });

  test("the command ends with 0, and writes one JSON document", async () => {
    const { exitCode, stdout } = await drill(["check", "--json"], emulatorEnvironment(emulator));
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 0, holds: true });
  });

  test("the command ends with 1 where nothing is deployed, and says where it has looked", async () => {
    const { exitCode, stdout } = await drill(["check", "--region", "eu-west-3"], emulatorEnvironment(emulator));
    expect(exitCode).toBe(1);
    expect(stdout.replace(/\s+/g, " ")).toContain("no function that revokes sessions is deployed in region eu-west-3");
  });

  /** What somebody does to the deployment, what undoes it, and what the one check says that sees it. */
  type Breach = [what: string, check: string, says: string, breach: () => Promise<() => Promise<unknown>>];

  const revoked = (cutoff: Date) =>
    policy({
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: { DateLessThan: { "aws:TokenIssueTime": seconds(cutoff) } },
    });

  const put = async (RoleName: string, PolicyName: string, PolicyDocument: string) => {
    await aws.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
    return () => aws.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  };

  test.each<Breach>([
    [
      "GuardDuty is suspended",
      "detector",
      "is suspended",
      async () => {
        const { DetectorIds: [DetectorId] = [] } = await aws.guardDuty.send(new ListDetectorsCommand({}));
        await aws.guardDuty.send(new UpdateDetectorCommand({ DetectorId, Enable: false }));
        return () => aws.guardDuty.send(new UpdateDetectorCommand({ DetectorId, Enable: true }));
      },
    ],
    [
      "GuardDuty publishes every six hours",
      "detector",
      "every SIX_HOURS",
      async () => {
        const { DetectorIds: [DetectorId] = [] } = await aws.guardDuty.send(new ListDetectorsCommand({}));
        const publish = (FindingPublishingFrequency: "SIX_HOURS" | "FIFTEEN_MINUTES") =>
          aws.guardDuty.send(new UpdateDetectorCommand({ DetectorId, FindingPublishingFrequency }));
        await publish("SIX_HOURS");
        return () => publish("FIFTEEN_MINUTES");
      },
    ],
    [
      "the rule is disabled",
      "rule",
      "is disabled",
      async () => {
        await aws.events.send(new DisableRuleCommand({ Name: RULE }));
        return () => aws.events.send(new EnableRuleCommand({ Name: RULE }));
      },
    ],
    [
      "the rule has the pattern of 2019",
      "rule",
      "does not match every finding",
      async () => {
        const { EventPattern } = await aws.events.send(new DescribeRuleCommand({ Name: RULE }));
        const old = { detail: { type: ["UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration"] } };
        const EVENTS = { source: ["aws.guardduty"], "detail-type": ["GuardDuty Finding"] };
        await aws.events.send(new PutRuleCommand({ Name: RULE, EventPattern: JSON.stringify({ ...EVENTS, ...old }) }));
        return () => aws.events.send(new PutRuleCommand({ Name: RULE, EventPattern }));
      },
    ],
    [
      "the rule does not alert people",
      "rule",
      "does not alert the topic",
      async () => {
        const { Targets } = await aws.events.send(new ListTargetsByRuleCommand({ Rule: RULE }));
        await aws.events.send(new RemoveTargetsCommand({ Rule: RULE, Ids: ["topic"] }));
        return () => aws.events.send(new PutTargetsCommand({ Rule: RULE, Targets }));
      },
    ],
    [
      "a target has no dead-letter queue",
      "rule",
      "has no queue for what cannot be delivered",
      async () => {
        const { Targets = [] } = await aws.events.send(new ListTargetsByRuleCommand({ Rule: RULE }));
        const without = Targets.filter(({ Id }) => Id === "topic").map(({ DeadLetterConfig: _, ...target }) => target);
        await aws.events.send(new PutTargetsCommand({ Rule: RULE, Targets: without }));
        return () => aws.events.send(new PutTargetsCommand({ Rule: RULE, Targets }));
      },
    ],
    [
      "a forwarder is disabled",
      "forwarders",
      `GuardDuty-Example-ForwardFindings in ${FURTHER_REGION} is disabled`,
      async () => {
        const Name = "GuardDuty-Example-ForwardFindings";
        await aws.furtherEvents.send(new DisableRuleCommand({ Name }));
        return () => aws.furtherEvents.send(new EnableRuleCommand({ Name }));
      },
    ],
    [
      "a forwarder's role may not send",
      "forwarders",
      "may not send to the event bus",
      async () => {
        const sending = { RoleName: FORWARDER_ROLE, PolicyName: "ForwardFindings" };
        const { PolicyDocument = "" } = await aws.iam.send(new GetRolePolicyCommand(sending));
        await aws.iam.send(new DeleteRolePolicyCommand(sending));
        return () => put(FORWARDER_ROLE, "ForwardFindings", decodeURIComponent(PolicyDocument));
      },
    ],
    [
      "GuardDuty is on in a region without a forwarder",
      "forwarders",
      "GuardDuty is on in eu-west-1, and nobody handles its findings",
      async () => {
        const { DetectorId } = await aws.irishGuardDuty.send(new CreateDetectorCommand({ Enable: true }));
        return () => aws.irishGuardDuty.send(new DeleteDetectorCommand({ DetectorId }));
      },
    ],
    [
      "the function is switched off",
      "function",
      "is switched off",
      async () => {
        await aws.lambda.send(
          new PutFunctionConcurrencyCommand({ FunctionName: FUNCTION, ReservedConcurrentExecutions: 0 }),
        );
        return () => aws.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: FUNCTION }));
      },
    ],
    [
      "the rule may not invoke the function",
      "function",
      "may not invoke",
      async () => {
        const StatementId = "InvokedByRule";
        const { Arn } = await aws.events.send(new DescribeRuleCommand({ Name: RULE }));
        await aws.lambda.send(new RemovePermissionCommand({ FunctionName: FUNCTION, StatementId }));
        return () =>
          aws.lambda.send(
            new AddPermissionCommand({
              FunctionName: FUNCTION,
              StatementId,
              Action: "lambda:InvokeFunction",
              Principal: "events.amazonaws.com",
              SourceArn: Arn,
            }),
          );
      },
    ],
    [
      "the function's environment is not usable",
      "environment",
      "RESPONSE",
      async () => {
        const { Environment } = await aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: FUNCTION }));
        const set = (Variables: Record<string, string>) =>
          aws.lambda.send(
            new UpdateFunctionConfigurationCommand({ FunctionName: FUNCTION, Environment: { Variables } }),
          );
        await set({ ...Environment?.Variables, RESPONSE: "revok" });
        return () => set(Environment?.Variables ?? {});
      },
    ],
    [
      "the function may revoke itself",
      "permissions",
      "NeverProtectedRoles",
      async () => {
        const RoleName = outputs["function_role_arn"]!.split("/").at(-1)!;
        const { PolicyDocument = "" } = await aws.iam.send(
          new GetRolePolicyCommand({ RoleName, PolicyName: "RevokeSessions" }),
        );
        const document = JSON.parse(decodeURIComponent(PolicyDocument)) as { Statement: { Sid: string }[] };
        const Statement = document.Statement.filter(({ Sid }) => Sid !== "NeverProtectedRoles");
        await put(RoleName, "RevokeSessions", JSON.stringify({ ...document, Statement }));
        return () => put(RoleName, "RevokeSessions", JSON.stringify(document));
      },
    ],
    [
      "the function's role has another inline policy",
      "permissions",
      "did not give it: backdoor",
      () => {
        const RoleName = outputs["function_role_arn"]!.split("/").at(-1)!;
        return put(RoleName, "backdoor", policy({ Effect: "Allow", Action: "iam:*", Resource: "*" }));
      },
    ],
    [
      "the function's role has a managed policy",
      "permissions",
      "policy/further",
      async () => {
        const RoleName = outputs["function_role_arn"]!.split("/").at(-1)!;
        const PolicyDocument = policy({ Effect: "Allow", Action: "iam:*", Resource: "*" });
        const { Policy } = await aws.iam.send(new CreatePolicyCommand({ PolicyName: "further", PolicyDocument }));
        const attached = { RoleName, PolicyArn: Policy?.Arn };
        await aws.iam.send(new AttachRolePolicyCommand(attached));
        return async () => {
          await aws.iam.send(new DetachRolePolicyCommand(attached));
          await aws.iam.send(new DeletePolicyCommand({ PolicyArn: Policy?.Arn }));
        };
      },
    ],
    [
      "what the function cannot handle is lost",
      "failures",
      "has no destination for failures",
      async () => {
        const FunctionName = FUNCTION;
        const { DestinationConfig } = await aws.lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
        await aws.lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName }));
        return () => aws.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, DestinationConfig }));
      },
    ],
    [
      "a finding waits in the failure queue",
      "failures",
      "1 finding that could not be handled",
      async () => {
        const QueueUrl = outputs["failure_queue_url"];
        await aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "{}" }));
        return () => aws.sqs.send(new PurgeQueueCommand({ QueueUrl }));
      },
    ],
    [
      "nobody is subscribed",
      "topic",
      "nobody is subscribed",
      async () => {
        const TopicArn = outputs["topic_arn"];
        const { Subscriptions = [] } = await aws.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
        for (const { SubscriptionArn } of Subscriptions) {
          await aws.sns.send(new UnsubscribeCommand({ SubscriptionArn }));
        }
        return () => aws.sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "you@example.com" }));
      },
    ],
    [
      "an alarm is in ALARM",
      "alarms",
      `${ALARM} is in ALARM`,
      async () => {
        const set = (StateValue: "ALARM" | "OK") =>
          aws.cloudWatch.send(new SetAlarmStateCommand({ AlarmName: ALARM, StateValue, StateReason: "test" }));
        await set("ALARM");
        return () => set("OK");
      },
    ],
    [
      "the log is kept for ever",
      "log",
      "is kept for ever",
      async () => {
        await aws.logs.send(new DeleteRetentionPolicyCommand({ logGroupName: LOG }));
        return () => aws.logs.send(new PutRetentionPolicyCommand({ logGroupName: LOG, retentionInDays: 365 }));
      },
    ],
    [
      "the trail does not log",
      "trail",
      "does not log",
      async () => {
        await aws.cloudTrail.send(new StopLoggingCommand({ Name: TRAIL }));
        return () => aws.cloudTrail.send(new StartLoggingCommand({ Name: TRAIL }));
      },
    ],
    [
      "the guard is disabled",
      "guard",
      "is disabled",
      async () => {
        const Name = "GuardDuty-Example-RevocationChanged";
        await aws.guardEvents.send(new DisableRuleCommand({ Name }));
        return () => aws.guardEvents.send(new EnableRuleCommand({ Name }));
      },
    ],
    [
      "a revocation is fourteen hours old",
      "revocations",
      "denies only sessions that have expired",
      () => put(LAB_ROLE, "RevokeOldSessions", revoked(new Date(Date.now() - 14 * HOUR))),
    ],
    [
      "an instance is locked out that is gone",
      "revocations",
      "locks out i-0123456789abcdef0, which does not exist any more",
      () =>
        put(LAB_ROLE, "RevokeAllSessions-i-0123456789abcdef0", policy({ Effect: "Deny", Action: "*", Resource: "*" })),
    ],
    [
      "a drill was interrupted",
      "revocations",
      "is left of a drill",
      async () => {
        const cutoff = seconds(new Date());
        const stream = { logGroupName: LOG, logStreamName: "drill" };
        const line = { message: "finding handled", outcome: "revoked", findingId: "drill-1", role: LAB_ROLE, cutoff };
        await aws.logs.send(new CreateLogStreamCommand(stream));
        const message = JSON.stringify(line);
        await aws.logs.send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp: Date.now(), message }] }));
        const remove = await put(LAB_ROLE, "RevokeOldSessions", revoked(new Date(cutoff)));
        return async () => {
          await aws.logs.send(new DeleteLogStreamCommand(stream));
          await remove();
        };
      },
    ],
  ])("names it if %s", async (_, name, says, breach) => {
    // GIVEN
    const mend = await breach();
    try {
      // WHEN
      const wrong = (await look()).filter(({ holds }) => !holds);

      // THEN
      expect(wrong).toEqual([
        { check: name, holds: false, what: expect.stringContaining(says), mend: expect.stringMatching(/./) },
      ]);
    } finally {
      await mend();
    }
  });

  test("looks into member accounts by a role of theirs", async () => {
    // GIVEN a member that has its role, and one that has none
    const MEMBER = "222222222222";
    const members = { organization: "o-a1b2c3d4e5", role: "/guardduty-response/GuardDuty-Response-Member" };
    const { name, path, trust, policyName, permissions } = memberRoleDocuments("aws", {
      trust: { securityAccountId: "123456789012" },
      limits: { revocableRoles: RevocableRoles.withPath("/application/") },
    });
    const { clients } = await assumeRole(new Clients({}), `arn:aws:iam::${MEMBER}:role/setup`, "setup");
    const AssumeRolePolicyDocument = JSON.stringify(trust);
    await clients.iam().send(new CreateRoleCommand({ RoleName: name, Path: path, AssumeRolePolicyDocument }));
    const PolicyDocument = JSON.stringify(permissions);
    await clients.iam().send(new PutRolePolicyCommand({ RoleName: name, PolicyName: policyName, PolicyDocument }));

    // WHEN
    const sample = { accountIds: [MEMBER, "333333333333"], auditRole: "audit" };
    const looked = await readMembers(new Clients({}), "aws", members, sample);

    // THEN
    const [own, none] = looked;
    expect(own).toMatchObject({ accountId: MEMBER, role: { arn: `arn:aws:iam::${MEMBER}:role${path}${name}` } });
    expect(none).toEqual({ accountId: "333333333333", role: undefined });
    const [first, ...others] = judgeMembers(members, looked, {
      ...deployed(),
      accountId: "123456789012",
      roleArn: "arn:aws:iam::123456789012:role/GuardDuty-Response-Revoke-us-west-2",
    });
    expect(others).toEqual([]);
    expect(first!.what).toContain("the member 333333333333 has no role");
  });

  test("names it if another package is deployed", async () => {
    const results = await check(new Clients({}), { without: [] }, "of another version");
    expect(results.filter(({ holds }) => !holds)).toMatchObject([{ check: "package" }]);
  });

  test("does not look at a revocation that is still wanted, or at what is left out, as if it were wrong", async () => {
    // GIVEN
    const remove = await put(LAB_ROLE, "RevokeOldSessions", revoked(new Date(Date.now() - HOUR)));

    // WHEN
    const results = await look();
    await remove();

    // THEN
    expect(results.filter(({ holds }) => !holds)).toEqual([]);
    expect(results.at(-1)).toMatchObject({ check: "revocations", what: expect.stringContaining(LAB_ROLE) });
  });

  test("all of it holds again", async () => {
    expect((await look()).filter(({ holds }) => !holds)).toEqual([]);
  });
});

const TRAIL = "management-events";
const policy = (Statement: object): string => JSON.stringify({ Version: "2012-10-17", Statement });
const seconds = (date: Date): string => date.toISOString().replace(/\.\d{3}Z$/, "Z");

function clientsOf({ clientConfiguration }: WorkshopDeployment) {
  const inVirginia = { ...clientConfiguration, region: "us-east-1" };
  return {
    cloudTrail: new CloudTrailClient(inVirginia),
    cloudWatch: new CloudWatchClient(clientConfiguration),
    events: new EventBridgeClient(clientConfiguration),
    furtherEvents: new EventBridgeClient({ ...clientConfiguration, region: FURTHER_REGION }),
    irishGuardDuty: new GuardDutyClient({ ...clientConfiguration, region: "eu-west-1" }),
    guardEvents: new EventBridgeClient(inVirginia),
    guardDuty: new GuardDutyClient(clientConfiguration),
    iam: new IAMClient(clientConfiguration),
    lambda: new LambdaClient(clientConfiguration),
    logs: new CloudWatchLogsClient(clientConfiguration),
    sns: new SNSClient(clientConfiguration),
    sqs: new SQSClient(clientConfiguration),
  };
}

/** Runs the command in a process of its own. */
async function drill(parameters: readonly string[], environment: Readonly<Record<string, string>>) {
  const args = ["--import", "tsx", join(PROJECT, "drill", "cli.ts"), "drill", ...parameters];
  return new Promise<{ exitCode: number; stdout: string }>((resolve) => {
    execFile(process.execPath, args, { env: { ...process.env, ...environment } }, (error, stdout) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout }),
    );
  });
}
