import { rmSync } from "node:fs";
import path from "node:path";

import type { TerraformStack } from "cdktf";

import { FindingForwarder, MemberRole, RevocableRoles } from "../../../src";
import { type AwsEmulator, emulatorEnvironment, emulatorMissing, startEmulator } from "../../support/aws-emulator";
import { describeWith, describeWithTerraform, terraform } from "../../support/terraform";
import { HclRoot, SOURCE } from "./hcl-root";
import { plannedOver, synthesized } from "./planned-over";

jest.setTimeout(300_000);

const BUS = "arn:aws:events:us-west-2:123456789012:event-bus/GuardDuty-Response-findings";
const TOPIC = "arn:aws:sns:us-east-1:123456789012:security";
const BOUNDARY = "arn:aws:iam::*:policy/boundary";

/** The same wish, said to a submodule and to its construct. */
interface Wish {
  readonly module: "member-role" | "finding-forwarder";
  readonly inputs: string;
  readonly make: (stack: TerraformStack) => void;
}

const WISHES: Readonly<Record<string, Wish>> = {
  "a member role with as little as possible": {
    module: "member-role",
    inputs: `security_account_id = "111122223333"
      revocable_roles = { path = "/application/" }`,
    make: (stack) =>
      new MemberRole(stack, "member-role", {
        trust: { securityAccountId: "111122223333" },
        limits: { revocableRoles: RevocableRoles.withPath("/application/") },
      }),
  },
  "a member role with everything": {
    module: "member-role",
    inputs: `security_account_id = "111122223333"
      organization_id = "o-a1b2c3d4e5"
      function_role_name = "Everything-Revoke-us-west-2"
      revocable_roles = { tag = { key = "team", value = "web" } }
      protected_role_arns = ["arn:aws:iam::*:role/break-glass", "arn:aws:iam::123456789012:role/operations/*"]
      exempt_tag = { key = "never", value = "revoke" }
      activity = true
      required_boundary_arn = "${BOUNDARY}"
      role_name = "revoker"
      role_path = "/security/"`,
    make: (stack) =>
      new MemberRole(stack, "member-role", {
        trust: {
          securityAccountId: "111122223333",
          organizationId: "o-a1b2c3d4e5",
          functionRoleName: "Everything-Revoke-us-west-2",
        },
        limits: {
          revocableRoles: RevocableRoles.tagged("team", "web"),
          protectedRoles: ["arn:aws:iam::*:role/break-glass", "arn:aws:iam::123456789012:role/operations/*"],
          exemptTag: { key: "never", value: "revoke" },
          activity: true,
          requiredBoundary: BOUNDARY,
        },
        roleName: "revoker",
        rolePath: "/security/",
      }),
  },
  "a member role for named roles, with a boundary": {
    module: "member-role",
    inputs: `security_account_id = "111122223333"
      prefix = "Named"
      revocable_roles = { arns = ["arn:aws:iam::123456789012:role/app"] }
      required_boundary_arn = "${BOUNDARY}"`,
    make: (stack) =>
      new MemberRole(stack, "member-role", {
        trust: { securityAccountId: "111122223333", prefix: "Named" },
        limits: {
          revocableRoles: RevocableRoles.named("arn:aws:iam::123456789012:role/app"),
          requiredBoundary: BOUNDARY,
        },
      }),
  },
  "a forwarder with as little as possible": {
    module: "finding-forwarder",
    inputs: `finding_bus_arn = "${BUS}"
      alert_emails = ["security@example.com"]`,
    make: (stack) =>
      new FindingForwarder(stack, "forwarder", { to: { findingBusArn: BUS }, alertEmails: ["security@example.com"] }),
  },
  "a forwarder with everything": {
    module: "finding-forwarder",
    inputs: `finding_bus_arn = "${BUS}"
      alarm_actions = ["${TOPIC}"]
      runbook_url = "https://example.com/runbook"
      prefix = "Everything"`,
    make: (stack) =>
      new FindingForwarder(stack, "forwarder", {
        to: { findingBusArn: BUS },
        alarmActions: [TOPIC],
        runbookUrl: "https://example.com/runbook",
        prefix: "Everything",
      }),
  },
};

describeWith(emulatorMissing(), "the submodules, applied", () => {
  let emulator: AwsEmulator;
  beforeAll(async () => {
    emulator = await startEmulator();
  });
  afterAll(async () => {
    await emulator?.stop();
  });

  test.each(Object.entries(WISHES))("are what their constructs make: %s", async (_, { module, inputs, make }) => {
    // GIVEN
    const root = await HclRoot.create(rootModule(module, inputs), emulatorEnvironment(emulator));
    const construct = synthesized(module === "member-role" ? "member-role" : "forwarder", "us-east-1", make);

    // WHEN
    await root.terraform(["apply", "-auto-approve"]);
    const changes = await plannedOver(root, construct);

    // THEN
    expect(changes).toBe("No changes.");
    await root.terraform(["plan", "-detailed-exitcode"]);
    await root.terraform(["destroy", "-auto-approve"]);
    rmSync(construct.directory, { recursive: true });
    root.remove();
  });

  test.each<[string, Wish["module"], string, string[]]>([
    [
      "every bad input of a member role",
      "member-role",
      `security_account_id = "security"
        organization_id = "ours"
        function_role_name = "*"
        role_path = "security"
        revocable_roles = { path = "application" }`,
      ["security_account_id", "organization_id", "function_role_name", "role_path", "revocable_roles.path"],
    ],
    [
      "every bad input of a forwarder",
      "finding-forwarder",
      `finding_bus_arn = "arn:aws:events:us-west-2:123456789012:event-bus/default"
        alarm_actions = []
        prefix = "-"`,
      ["finding_bus_arn", "alarm_actions", "prefix"],
    ],
    [
      "a forwarder beside its bus",
      "finding-forwarder",
      `finding_bus_arn = "${BUS.replace("us-west-2", "us-east-1")}"
        alarm_actions = ["${TOPIC}"]`,
      ["The forwarder"],
    ],
    [
      "alarms that notify another region",
      "finding-forwarder",
      `finding_bus_arn = "${BUS}"
        alarm_actions = ["${TOPIC.replace("us-east-1", "us-west-2")}"]`,
      ["alarm_actions"],
    ],
  ])("refuse %s", async (_, module, inputs, named) => {
    // GIVEN
    const root = await HclRoot.create(rootModule(module, inputs), emulatorEnvironment(emulator));

    // WHEN
    const { output } = await root.terraform(["plan"], [1]);

    // THEN
    for (const name of named) expect(output).toMatch(new RegExp(`${name} must`));
    root.remove();
  });
});

describeWithTerraform("the example of an organization in HCL", () => {
  test("is valid", async () => {
    // GIVEN
    const root = await HclRoot.create("");
    const directory = path.join(root.directory, SOURCE, "examples", "organization");

    // WHEN
    await terraform(directory, ["init"]);

    // THEN
    await terraform(directory, ["validate"]);
    root.remove();
  });
});

const rootModule = (module: Wish["module"], inputs: string): string => `provider "aws" {
  region = "us-east-1"
}
module "made" {
  source = "${SOURCE}/modules/${module}"
  ${inputs}
}`;
