import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";

import { CreateRoleCommand, GetRolePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { TerraformStack } from "cdktf";

import { FunctionProcess } from "../../../local-aws/function/function-process";
import {
  CredentialExfiltrationResponse,
  type CredentialExfiltrationResponseProps,
  Detector,
  MemberAccounts,
  OutcomeDestination,
  RevocableRoles,
} from "../../../src";
import { ZIP_NAME } from "../../../scripts/terraform-module/response/module";
import { type AwsEmulator, emulatorEnvironment, emulatorMissing, startEmulator } from "../../support/aws-emulator";
import { findingEvent } from "../../support/finding";
import { describeWith } from "../../support/terraform";
import { HclRoot, SOURCE } from "./hcl-root";
import { type Construct, plannedOver, synthesized } from "./planned-over";

jest.setTimeout(300_000);

const ROLE = "arn:aws:iam::123456789012:role/app";
const QUEUE = "arn:aws:sqs:us-west-2:123456789012:cases";
const BUS = "arn:aws:events:us-west-2:123456789012:event-bus/security-outcomes";
const TOPIC = "arn:aws:sns:us-west-2:123456789012:security";

/** The same wish, said to the module and to the construct. */
interface Wish {
  readonly inputs: string;
  readonly props: (stack: TerraformStack) => CredentialExfiltrationResponseProps;
  /** What CDKTF's users do with the construct that they have made. */
  readonly further?: (response: CredentialExfiltrationResponse) => void;
}

const WISHES: Readonly<Record<string, Wish>> = {
  "as little as possible": {
    inputs: `revocable_roles = { arns = ["${ROLE}"] }
      alert_emails = ["security@example.com"]`,
    props: () => ({ revocableRoles: RevocableRoles.named(ROLE), alertEmails: ["security@example.com"] }),
  },
  everything: {
    inputs: `revocable_roles = { tag = { key = "Revocable", value = "yes" } }
      protected_role_arns = ["arn:aws:iam::123456789012:role/admin", "arn:aws:iam::123456789012:role/break-glass"]
      exempt_tag = { key = "never", value = "revoke" }
      findings = ["AttackSequence:IAM/CompromisedCredentials", "UnauthorizedAccess:IAMUser/MaliciousIPCaller"]
      response = "notify-only"
      scope = "session"
      minimum_severity = 5.5
      severity_overrides = { "Recon:IAMUser/TorIPCaller" = 8, "UnauthorizedAccess:EC2/SSHBruteForce" = 2 }
      verify_after_seconds = 0
      alert_emails = ["a@example.com", "b@example.com"]
      alert_severity = 4
      create_detector = true
      dashboard = true
      alarm_actions = ["${TOPIC}"]
      prefix = "Everything"
      rule_name = "rule"
      function_name = "function"
      function_role_name = "role"
      topic_name = "topic"
      runtime = "nodejs20.x"
      architecture = "x86_64"
      memory_size = 512
      log_retention_days = 30
      keep_log = true
      activity = true
      follow_sessions = true
      events = true
      subscribers = {
        pager = { protocol = "https", endpoint = "https://pager.example.com", endpoint_auto_confirms = false }
        cases = {
          protocol             = "sqs"
          endpoint             = "${QUEUE}"
          raw_message_delivery = true
          filter_policy        = jsonencode({ "needs-a-person" = ["true"] })
        }
      }
      outcome_destination = { arn = "${BUS}" }
      redrive_role_names = ["operations"]
      tags = {}`,
    props: (stack) => ({
      revocableRoles: RevocableRoles.tagged("Revocable", "yes"),
      protectedRoles: ["arn:aws:iam::123456789012:role/admin", "arn:aws:iam::123456789012:role/break-glass"],
      exemptTag: { key: "never", value: "revoke" },
      findings: ["AttackSequence:IAM/CompromisedCredentials", "UnauthorizedAccess:IAMUser/MaliciousIPCaller"],
      response: "notify-only",
      scope: "session",
      minimumSeverity: 5.5,
      severityOverrides: { "Recon:IAMUser/TorIPCaller": 8, "UnauthorizedAccess:EC2/SSHBruteForce": 2 },
      verifyAfterSeconds: 0,
      alertEmails: ["a@example.com", "b@example.com"],
      alertSeverity: 4,
      detector: new Detector(stack, "detector"),
      dashboard: true,
      alarmActions: [TOPIC],
      prefix: "Everything",
      ruleName: "rule",
      functionName: "function",
      functionRoleName: "role",
      topicName: "topic",
      runtime: "nodejs20.x",
      architecture: "x86_64",
      memorySize: 512,
      logRetentionDays: 30,
      keepLog: true,
      activity: true,
      followSessions: true,
      events: true,
      subscribers: {
        pager: { protocol: "https", endpoint: "https://pager.example.com", endpointAutoConfirms: false },
        cases: {
          protocol: "sqs",
          endpoint: QUEUE,
          rawMessageDelivery: true,
          filterPolicy: { "needs-a-person": ["true"] },
        },
      },
    }),
    further: (response) => {
      response.revoker.sendOutcomesTo(OutcomeDestination.eventBus(BUS));
      response.grantRedrive("operations", "operations");
    },
  },
  "an existing topic, and no alarms": {
    inputs: `revocable_roles = { path = "/application/" }
      existing_topic = { arn = "${TOPIC}" }
      alert_severity = 0
      alarms = false
      dashboard = true
      events = true
      event_bus_arn = "${BUS}"
      prefix = "Existing"`,
    props: () => ({
      revocableRoles: RevocableRoles.withPath("/application/"),
      topicArn: TOPIC,
      alertSeverity: 0,
      alarms: false,
      dashboard: true,
      events: true,
      eventBusArn: BUS,
      prefix: "Existing",
    }),
  },
  "an organization, and further regions": {
    inputs: `revocable_roles = { any_of_every_account = true }
      protected_role_arns = ["arn:aws:iam::*:role/break-glass"]
      alert_emails = ["security@example.com"]
      members = {
        organization_id = "o-a1b2c3d4e5"
        except          = ["333333333333", "222222222222"]
      }
      further_regions = true
      findings = ["AttackSequence:IAM/CompromisedCredentials"]
      alert_severity = 4
      severity_overrides = { "Recon:IAMUser/TorIPCaller" = 8 }
      dashboard = true
      prefix = "Organization"`,
    props: () => ({
      revocableRoles: RevocableRoles.anyOfEveryAccount(),
      protectedRoles: ["arn:aws:iam::*:role/break-glass"],
      alertEmails: ["security@example.com"],
      members: MemberAccounts.ofOrganization("o-a1b2c3d4e5", { except: ["333333333333", "222222222222"] }),
      furtherRegions: true,
      findings: ["AttackSequence:IAM/CompromisedCredentials"],
      alertSeverity: 4,
      severityOverrides: { "Recon:IAMUser/TorIPCaller": 8 },
      dashboard: true,
      prefix: "Organization",
    }),
  },
  "named accounts": {
    inputs: `revocable_roles = { arns = ["arn:aws:iam::222222222222:role/app"] }
      protected_role_arns = ["arn:aws:iam::333333333333:role/app"]
      alert_emails = ["security@example.com"]
      members = {
        accounts  = ["222222222222", "333333333333"]
        role_name = "revoker"
        role_path = "/security/"
      }
      further_regions = true
      alarms = false
      prefix = "Named"`,
    props: () => ({
      revocableRoles: RevocableRoles.named("arn:aws:iam::222222222222:role/app"),
      protectedRoles: ["arn:aws:iam::333333333333:role/app"],
      alertEmails: ["security@example.com"],
      members: MemberAccounts.named(["222222222222", "333333333333"], { roleName: "revoker", rolePath: "/security/" }),
      furtherRegions: true,
      alarms: false,
      prefix: "Named",
    }),
  },
};

/**
 * A plan before the first apply says little: most of what matters, such as policies, is known only after it. So the
 * module is applied, and what it made is then given to the construct: if that plans no change, both want the same.
 */
describeWith(emulatorMissing(), "the Terraform module, applied", () => {
  let emulator: AwsEmulator;
  let roots: Record<string, HclRoot>;
  beforeAll(async () => {
    emulator = await startEmulator();
    await clients(emulator).iam.send(new CreateRoleCommand({ RoleName: "operations", AssumeRolePolicyDocument: "{}" }));
    const applied = Object.entries(WISHES).map(async ([name, { inputs }]) => {
      const root = await HclRoot.create(rootModule(inputs), emulatorEnvironment(emulator));
      await root.terraform(["apply", "-auto-approve"]);
      return [name, root] as const;
    });
    roots = Object.fromEntries(await Promise.all(applied));
  });
  afterAll(async () => {
    for (const root of Object.values(roots ?? {})) {
      if (emulator.shared) await root.terraform(["destroy", "-auto-approve"]);
      root.remove();
    }
    await emulator?.stop();
  });

  test.each(Object.keys(WISHES))("is what the construct makes: %s", async (name) => {
    // GIVEN
    const construct = constructOf(WISHES[name]!);

    // WHEN
    const changes = await plannedOver(roots[name]!, construct);

    // THEN
    expect(changes).toBe("No changes.");
    rmSync(construct.directory, { recursive: true });
  });

  test.each(Object.keys(WISHES))("plans nothing once it has been applied: %s", async (name) => {
    await roots[name]!.terraform(["plan", "-detailed-exitcode"], [0]);
  });

  test("is not what the construct makes when asked for something else", async () => {
    // GIVEN
    const { props } = WISHES["as little as possible"]!;
    const construct = constructOf({
      inputs: "",
      props: (stack) => ({ ...props(stack), protectedRoles: [`${ROLE}-admin`] }),
    });

    // WHEN
    const changes = await plannedOver(roots["as little as possible"]!, construct);

    // THEN
    expect(changes).toBe("Plan: 0 to add, 2 to change, 0 to destroy.");
    rmSync(construct.directory, { recursive: true });
  });

  test("plans nothing a second time", async () => {
    await roots["everything"]!.terraform(["plan", "-detailed-exitcode"]);
  });

  test("revokes the sessions of a role with the function that it deployed", async () => {
    // GIVEN
    const root = roots["as little as possible"]!;
    const { response } = JSON.parse((await root.terraform(["output", "-json"])).output);
    const { iam, lambda } = clients(emulator);
    const trust = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: "app", AssumeRolePolicyDocument: trust }));
    const deployed = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: response.value.function_name }),
    );
    const zip = readFileSync(path.join(root.directory, SOURCE, ZIP_NAME));
    expect(deployed.CodeSha256).toBe(createHash("sha256").update(zip).digest("base64"));
    const revoker = await FunctionProcess.start(
      {
        functionName: deployed.FunctionName!,
        functionArn: deployed.FunctionArn!,
        zip,
        handler: deployed.Handler!,
        environment: { ...deployed.Environment?.Variables, VERIFY_AFTER_SECONDS: "0" },
        region: "us-west-2",
        timeoutSeconds: deployed.Timeout!,
        memorySize: deployed.MemorySize!,
      },
      {
        endpointUrl: emulator.url,
        credentials: { accessKeyId: "testing", secretAccessKey: "testing", sessionToken: "testing" },
      },
    );

    // WHEN
    const event = findingEvent({ accountId: "123456789012", roleName: "app", roleId: Role?.RoleId, time: new Date() });
    const invocation = await revoker.invoke(event);
    await revoker.stop();

    // THEN
    expect(invocation).toMatchObject({ kind: "returned", result: { outcome: "revoked", role: "app" } });
    const policy = await iam.send(new GetRolePolicyCommand({ RoleName: "app", PolicyName: "RevokeOldSessions" }));
    expect(decodeURIComponent(policy.PolicyDocument!)).toContain("aws:TokenIssueTime");
  });
});

function rootModule(inputs: string): string {
  return `provider "aws" {
  region = "us-west-2"
}
module "response" {
  source = "${SOURCE}"
  ${inputs}
}
output "response" {
  value = module.response
}`;
}

const constructOf = ({ props, further }: Wish): Construct =>
  synthesized("response", "us-west-2", (stack) => {
    const response = new CredentialExfiltrationResponse(stack, "response", props(stack));
    further?.(response);
  });

function clients({ url: endpoint }: AwsEmulator) {
  const configuration = {
    endpoint,
    region: "us-west-2",
    credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
  };
  return { iam: new IAMClient(configuration), lambda: new LambdaClient(configuration) };
}
