import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";

import { AlertTopic, CredentialExfiltrationResponse, Detector, RevocableRoles, RevocationGuard } from "../../src";
import { readSettings } from "../../workshop/settings";
import { LabStack } from "../../workshop/lab-stack";
import { ResponseStack } from "../../workshop/response-stack";
import { type AwsEmulator, emulatorEnvironment, emulatorMissing, startEmulator } from "../support/aws-emulator";
import { testStack } from "../support/template";
import { describeWith, describeWithTerraform, terraform } from "../support/terraform";

jest.setTimeout(180_000);

const SETTINGS = readSettings({ alertEmails: ["security@example.com"], alertSeverity: 4 }, {});
const workshop = () => new ResponseStack(Testing.app(), "guardduty-response", SETTINGS);

/** The construct with every option at once, under a provider of its own. */
function everything(): { stack: TerraformStack; response: CredentialExfiltrationResponse } {
  const stack = testStack();
  const provider = new AwsProvider(stack, "other", { alias: "other", region: "eu-central-1" });
  const response = new CredentialExfiltrationResponse(stack, "response", {
    provider,
    detector: new Detector(stack, "detector", { provider }),
    alertEmails: ["a@example.com", "b@example.com"],
    revocableRoles: RevocableRoles.tagged("team", "web"),
    protectedRoles: ["arn:aws:iam::123456789012:role/break-glass"],
    exemptTag: { key: "never", value: "revoke" },
    scope: "session",
    severityOverrides: { "Recon:IAMUser/TorIPCaller": 8 },
    alertSeverity: 4,
    dashboard: true,
    prefix: "Acme",
    reservedConcurrency: 2,
    architecture: "x86_64",
    permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
  });
  new RevocationGuard(stack, "guard", {
    provider: new AwsProvider(stack, "iam", { alias: "iam", region: "us-east-1" }),
    functionRoleArns: [response.functionRoleArn, "arn:aws:iam::123456789012:role/Acme-Revoke-us-west-2"],
    alertEmails: ["a@example.com"],
    prefix: "Acme",
  });
  return { stack, response };
}

describeWithTerraform("what is synthesized is valid Terraform", () => {
  test("the response of the workshop", () => {
    expect(Testing.fullSynth(workshop())).toBeValidTerraform();
  });

  test("the lab", () => {
    expect(Testing.fullSynth(new LabStack(Testing.app(), "guardduty-lab", SETTINGS))).toBeValidTerraform();
  });

  test("the construct with every option, under an aliased provider", () => {
    expect(Testing.fullSynth(everything().stack)).toBeValidTerraform();
  });

  test("rejects a property that the provider does not know", async () => {
    // GIVEN
    const { stack, response } = everything();
    response.failureQueue.resource.addOverride("imagined", true);
    const directory = path.join(Testing.fullSynth(stack), "stacks/test");

    // WHEN
    await terraform(directory, ["init"]);
    const { output } = await terraform(directory, ["validate"], {}, [1]);

    // THEN
    expect(output).toContain('No argument or block type is named "imagined"');
  });
});

describeWith(emulatorMissing(), "what is synthesized can be planned", () => {
  let emulator: AwsEmulator;
  const before = { ...process.env };
  beforeAll(async () => {
    emulator = await startEmulator();
    Object.assign(process.env, emulatorEnvironment(emulator));
  });
  afterAll(async () => {
    process.env = before;
    await emulator.stop();
  });

  test("as a root module, with every option", () => {
    expect(Testing.fullSynth(everything().stack)).toPlanSuccessfully();
  });

  test.each([
    ["region", "arn:aws:sns:eu-west-1:123456789012:security"],
    ["account", "arn:aws:sns:us-west-2:210987654321:security"],
  ])("rejects a topic of another %s", async (_, topicArn) => {
    // GIVEN
    const stack = testStack();
    new CredentialExfiltrationResponse(stack, "response", { topicArn, revocableRoles: RevocableRoles.anyOfAccount() });
    const directory = path.join(Testing.fullSynth(stack), "stacks/test");
    await terraform(directory, ["init"]);

    // WHEN
    const { output } = await terraform(directory, ["plan"], {}, [1]);

    // THEN
    expect(output.replace(/[\s│]+/g, " ")).toContain(
      `The topic must be in region us-west-2 of account 123456789012, like the function; received ${topicArn}.`,
    );
  });

  describe("a guard whose region only Terraform knows", () => {
    /** What a plan says of a guard under a provider that is configured by the environment. */
    async function planned(region: string, topicArn?: string): Promise<string> {
      const stack = new TerraformStack(Testing.app(), "test");
      new AwsProvider(stack, "aws");
      stack.addOverride("terraform.required_providers.aws.version", ">= 5.100.0, < 7.0.0");
      new RevocationGuard(stack, "guard", {
        functionRoleArns: ["arn:aws:iam::123456789012:role/Acme-Revoke-us-west-2"],
        topicArn,
      });
      const directory = path.join(Testing.fullSynth(stack), "stacks/test");
      await terraform(directory, ["init"]);
      const { output } = await terraform(directory, ["plan"], { AWS_REGION: region }, [0, 1]);
      return output.replace(/[\s│]+/g, " ");
    }

    test("is planned where the events of IAM are", async () => {
      expect(await planned("us-east-1")).toMatch(/Plan: \d{2} to add/);
    });

    test("rejects any other region", async () => {
      expect(await planned("eu-west-1")).toContain(
        "The guard must be in us-east-1, which has the events of IAM; received eu-west-1.",
      );
    });

    test("rejects a topic of another region", async () => {
      const topicArn = "arn:aws:sns:us-west-2:123456789012:security";
      expect(await planned("us-east-1", topicArn)).toContain(
        `The topic must be in region us-east-1 of account 123456789012, like the guard; received ${topicArn}.`,
      );
    });
  });

  test("accepts a topic of the same region and account", async () => {
    // GIVEN
    const stack = testStack();
    const topicArn = "arn:aws:sns:us-west-2:123456789012:security";
    new CredentialExfiltrationResponse(stack, "response", { topicArn, revocableRoles: RevocableRoles.anyOfAccount() });

    // THEN
    expect(Testing.fullSynth(stack)).toPlanSuccessfully();
  });

  test("with a warning that names the addresses that nobody has confirmed", async () => {
    // GIVEN two addresses, of which one is still pending
    const stack = testStack();
    const alertEmails = ["confirmed@example.com", "pending@example.com"];
    new AlertTopic(stack, "topic", { topicName: "unconfirmed", alertEmails });
    const directory = path.join(Testing.fullSynth(stack), "stacks/test");
    await terraform(directory, ["init"]);
    const applied = await terraform(directory, ["apply", "-auto-approve"]);
    const state = path.join(
      directory,
      readdirSync(directory).find((file) => file.endsWith(".tfstate"))!,
    );
    const resources = JSON.parse(readFileSync(state, "utf8"));
    const attributes = resources.resources.flatMap(({ instances }: any) =>
      instances.map((each: any) => each.attributes),
    );
    attributes.find(({ endpoint }: any) => endpoint === "pending@example.com").pending_confirmation = true;
    writeFileSync(state, JSON.stringify(resources));

    // WHEN
    const { output } = await terraform(directory, ["plan", "-refresh=false"]);

    // THEN
    expect(applied.output).not.toContain("Nobody has confirmed");
    expect(output.replace(/[\s│]+/g, " ")).toMatch(
      /Check block assertion failed .* confirmed the subscription of pending@example\.com, so/,
    );
    expect(output).not.toContain("of confirmed@example.com");
    await terraform(directory, ["destroy", "-auto-approve"]);
  });

  test("as a child module of somebody's configuration", async () => {
    // GIVEN
    const synthesized = Testing.fullSynth(workshop());
    const root = mkdtempSync(path.join(tmpdir(), "child-module-"));
    cpSync(path.join(synthesized, "stacks/guardduty-response"), path.join(root, "response"), { recursive: true });
    writeFileSync(
      path.join(root, "main.tf.json"),
      JSON.stringify({
        module: { response: { source: "./response" } },
        output: { topic_arn: { value: "${module.response.topic_arn}" } },
      }),
    );

    // WHEN
    await terraform(root, ["init"]);
    const { output } = await terraform(root, ["plan"]);

    // THEN
    expect(output).toContain("module.response.aws_lambda_function.response_revoker_");
    expect(output).toMatch(/Plan: \d{2} to add, 0 to change, 0 to destroy/);
    rmSync(root, { recursive: true });
    rmSync(synthesized, { recursive: true });
  });
});
