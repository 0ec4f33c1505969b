import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import {
  CreateRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformOutput, TerraformStack } from "cdktf";

import { FunctionProcess } from "../../local-aws/function/function-process";
import {
  CredentialExfiltrationResponse,
  FindingForwarder,
  MemberAccounts,
  MemberRole,
  RevocableRoles,
} from "../../src";
import { functionPackage } from "../../src/revocation/function-package";
import { type AwsEmulator, emulatorEnvironment, emulatorMissing, startEmulator } from "../support/aws-emulator";
import { EventBridge } from "../support/event-bridge";
import { findingEvent } from "../support/finding";
import { Inbox } from "../support/inbox";
import { deployedZip } from "../support/packaged-function";
import { describeWith, terraform } from "../support/terraform";

const REGION = "us-west-2";
const FURTHER_REGION = "eu-central-1";
/** The account that the emulator takes its callers for. */
const SECURITY = "123456789012";
const MEMBER = "222233334444";
const PREFIX = "Organization-Example";
const ROLE = "web";
const POLICY = "RevokeOldSessions";
const FORWARDED = { Rule: `${PREFIX}-ForwardedCredentialExfiltration`, EventBusName: `${PREFIX}-findings` };
/** So many calls of the emulator are let through before policies count. */
const NOT_ENFORCED = "1000000";

jest.setTimeout(400_000);

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

/** The response and its forwarder in the security account, and the member role in the member. */
function synthesize(outdir: string): string {
  const app = new App({ outdir, stackTraces: false });
  const stack = new TerraformStack(app, "organization");
  stack.addOverride("terraform.required_providers.aws.version", ">= 5.100.0, < 7.0.0");
  new AwsProvider(stack, "aws", { region: REGION });
  const limits = { revocableRoles: RevocableRoles.withPath("/application/") };
  const response = new CredentialExfiltrationResponse(stack, "response", {
    prefix: PREFIX,
    alertEmails: ["security@example.com"],
    members: MemberAccounts.named([MEMBER]),
    furtherRegions: true,
    verifyAfterSeconds: 1,
    ...limits,
  });
  new FindingForwarder(stack, "forwarder", {
    prefix: PREFIX,
    to: response,
    alertEmails: ["security@example.com"],
    provider: new AwsProvider(stack, "further", { alias: "further", region: FURTHER_REGION }),
  });
  const member = new MemberRole(stack, "member-role", {
    trust: { securityAccountId: SECURITY, prefix: PREFIX },
    limits,
    provider: new AwsProvider(stack, "member", {
      alias: "member",
      region: REGION,
      assumeRole: [{ roleArn: `arn:aws:iam::${MEMBER}:role/Deploy` }],
    }),
  });
  new TerraformOutput(stack, "function_role_arn", { value: response.functionRoleArn });
  new TerraformOutput(stack, "function_name", { value: response.functionName });
  new TerraformOutput(stack, "member_role_arn", { value: member.roleArn });
  app.synth();
  return path.join(outdir, "stacks", "organization");
}

describeWith(emulatorMissing(), "an organization, deployed by Terraform", () => {
  let emulator: AwsEmulator;
  let outdir: string;
  let stack: string;
  let outputs: Record<string, string>;
  let security: IAMClient;
  let member: IAMClient;
  let roleId: string;

  const run = (...args: string[]) => terraform(stack, args, emulatorEnvironment(emulator), [0, 2]);
  const configuration = () => ({
    endpoint: emulator.url,
    region: REGION,
    credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
  });

  /** Credentials of a role, which the emulator gives to everybody. */
  async function assume(RoleArn: string) {
    const sts = new STSClient(configuration());
    const { Credentials: made } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "e2e" }));
    return {
      accessKeyId: made!.AccessKeyId!,
      secretAccessKey: made!.SecretAccessKey!,
      sessionToken: made!.SessionToken!,
    };
  }

  /**
   * Leaves of a role's policy what the emulator can evaluate: it takes every condition for one that denies, and knows the resources of
   * IAM's calls alone. What the conditions decide, the story of an organization asks of an independent evaluator.
   */
  async function leaveWhatIsEvaluated(iam: IAMClient, RoleName: string): Promise<void> {
    const { PolicyNames: [PolicyName] = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const { PolicyDocument = "" } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    const { Statement, ...others } = JSON.parse(decodeURIComponent(PolicyDocument)) as { Statement: Statement[] };
    const known = Statement.filter(({ Effect, Condition }) => Effect === "Allow" || !Condition).map((statement) => ({
      ...statement,
      Condition: undefined,
      Resource: [statement.Action].flat().every((action) => action.startsWith("iam:")) ? statement.Resource : "*",
    }));
    const document = JSON.stringify({ ...others, Statement: known });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: document }));
  }

  /** From now on the emulator asks the callers' own policies, or does not. */
  async function enforce(on: boolean): Promise<void> {
    const headers = { "Content-Type": "text/plain" };
    const body = on ? "0" : NOT_ENFORCED;
    await fetch(`${emulator.url}/moto-api/reset-auth`, { method: "POST", headers, body });
  }

  async function policy(iam: IAMClient, RoleName: string): Promise<string | undefined> {
    try {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: POLICY }));
      return decodeURIComponent(PolicyDocument ?? "");
    } catch (error) {
      if ((error as Error).name === "NoSuchEntityException") return undefined;
      throw error;
    }
  }

  /** The deployed function, with the credentials of its own role. */
  async function startFunction(): Promise<FunctionProcess> {
    const lambda = new LambdaClient(configuration());
    const deployed = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: outputs["function_name"] }));
    expect(deployed.CodeSha256).toBe(functionPackage().sha256);
    return FunctionProcess.start(
      {
        functionName: deployed.FunctionName!,
        functionArn: deployed.FunctionArn!,
        zip: deployedZip(),
        handler: deployed.Handler!,
        environment: deployed.Environment?.Variables ?? {},
        region: REGION,
        timeoutSeconds: deployed.Timeout!,
        memorySize: deployed.MemorySize!,
      },
      { endpointUrl: emulator.url, credentials: await assume(outputs["function_role_arn"]!) },
    );
  }

  const memberFinding = () =>
    findingEvent({ accountId: MEMBER, region: FURTHER_REGION, roleName: ROLE, roleId, time: new Date() });

  beforeAll(async () => {
    emulator = await startEmulator();
    outdir = mkdtempSync(path.join(tmpdir(), "organization-"));
    stack = synthesize(outdir);
    await run("init");
    await run("apply", "-auto-approve");
    const { output } = await run("output", "-json");
    const values = JSON.parse(output) as Record<string, { value: string }>;
    outputs = Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
    security = new IAMClient(configuration());
    member = new IAMClient({ ...configuration(), credentials: await assume(`arn:aws:iam::${MEMBER}:role/Somebody`) });
    const role = { RoleName: ROLE, Path: "/application/", AssumeRolePolicyDocument: "{}" };
    await security.send(new CreateRoleCommand(role));
    roleId = (await member.send(new CreateRoleCommand(role))).Role!.RoleId!;
  });

  afterAll(async () => {
    await emulator?.stop();
    if (outdir) rmSync(outdir, { recursive: true });
  });

  test("the member role is in the member, and nothing is left to change", async () => {
    expect(outputs["member_role_arn"]).toBe(`arn:aws:iam::${MEMBER}:role/guardduty-response/${PREFIX}-Member`);
    const RoleName = `${PREFIX}-Member`;
    await expect(member.send(new GetRoleCommand({ RoleName }))).resolves.toBeDefined();
    await expect(security.send(new GetRoleCommand({ RoleName }))).rejects.toThrow();
    expect((await run("plan", "-detailed-exitcode")).output).toContain("No changes.");
  });

  test("a member's finding of the further region comes to the home region, and is revoked in the member alone", async () => {
    // GIVEN
    const inbox = await Inbox.insteadOfTargets(new EventBridge(emulator.url, REGION), FORWARDED, configuration());
    const { source, detail, ...envelope } = memberFinding();
    const further = new EventBridge(emulator.url, FURTHER_REGION);
    const DetailType = envelope["detail-type"];
    await further.call("PutEvents", { Entries: [{ Source: source, DetailType, Detail: JSON.stringify(detail) }] });
    const [forwarded, ...others] = await inbox.read();
    await inbox.remove();
    await leaveWhatIsEvaluated(security, outputs["function_role_arn"]!.split("/").at(-1)!);
    await leaveWhatIsEvaluated(member, `${PREFIX}-Member`);
    const lambda = await startFunction();
    const asMemberRole = new IAMClient({ ...configuration(), credentials: await assume(outputs["member_role_arn"]!) });

    // WHEN policies of roles count
    await enforce(true);
    const more = await asMemberRole
      .send(new DeleteRolePolicyCommand({ RoleName: ROLE, PolicyName: POLICY }))
      .catch((error: Error) => error);
    const invocation = await lambda.invoke(forwarded);
    await enforce(false);
    await lambda.stop();

    // THEN
    expect(others).toEqual([]);
    expect(more).toMatchObject({ message: expect.stringContaining("iam:DeleteRolePolicy") });
    expect(invocation).toEqual(expect.objectContaining({ kind: "returned" }));
    expect(invocation).toMatchObject({
      result: {
        outcome: "revoked",
        accountId: MEMBER,
        actedIn: MEMBER,
        region: FURTHER_REGION,
        memberRole: outputs["member_role_arn"],
      },
    });
    expect(await policy(member, ROLE)).toContain("aws:TokenIssueTime");
    expect(await policy(security, ROLE)).toBeUndefined();
  });

  test("destroying leaves nothing, in neither account", async () => {
    // WHEN
    await run("destroy", "-auto-approve");

    // THEN
    expect((await run("state", "list")).output.trim()).toBe("");
    await expect(member.send(new GetRoleCommand({ RoleName: `${PREFIX}-Member` }))).rejects.toThrow();
    for (const region of [REGION, FURTHER_REGION]) {
      const names = await new EventBridge(emulator.url, region).names("ListRules");
      expect(names.filter((name) => name.startsWith(PREFIX))).toEqual([]);
    }
  });
});
