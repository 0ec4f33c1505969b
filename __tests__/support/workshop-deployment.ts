import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { DeleteRolePolicyCommand, GetRoleCommand, GetRolePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";

import { FunctionProcess } from "../../local-aws/function/function-process";
import { runApp } from "./app-process";
import { type AwsEmulator, emulatorEnvironment } from "./aws-emulator";
import { terraform } from "./terraform";

const STACKS = ["guardduty-response", "guardduty-lab"] as const;

/** The workshop's two stacks, synthesized by the app into a folder of its own, and applied to an emulator by Terraform. */
export class WorkshopDeployment {
  private readonly environment: Record<string, string>;

  private constructor(
    readonly emulator: AwsEmulator,
    private readonly directory: string,
  ) {
    this.environment = emulatorEnvironment(emulator);
  }

  /**
   * Synthesizes the stacks and initializes Terraform for both; nothing is deployed yet.
   *
   * @param settings environment variables that configure the workshop.
   */
  static async synthesize(
    emulator: AwsEmulator,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<WorkshopDeployment> {
    const directory = mkdtempSync(path.join(tmpdir(), "workshop-"));
    const deployment = new WorkshopDeployment(emulator, directory);
    const { exitCode, stderr } = await runApp({ CDKTF_OUTDIR: path.join(directory, "out"), ...settings });
    if (exitCode !== 0) throw new Error(`the app cannot be synthesized: ${stderr}`);
    await deployment.eachStack(["init"]);
    return deployment;
  }

  /** Deploys both stacks. */
  async apply(): Promise<void> {
    await this.eachStack(["apply", "-auto-approve"]);
  }

  /** What Terraform would change now, as it prints it; undefined if that is nothing. */
  async plannedChanges(): Promise<string | undefined> {
    // Exit code 2 says that there is something to change.
    const plans = await this.eachStack(["plan", "-detailed-exitcode"], [0, 2]);
    return plans.every(({ exitCode }) => exitCode === 0) ? undefined : plans.map(({ output }) => output).join("\n");
  }

  async destroy(): Promise<void> {
    await this.eachStack(["destroy", "-auto-approve"]);
  }

  /** Addresses of the resources that Terraform still knows. */
  async resources(): Promise<string[]> {
    const lists = await this.eachStack(["state", "list"]);
    return lists
      .flatMap(({ output }) => output.split("\n"))
      .filter((address) => address !== "" && !address.startsWith("data."));
  }

  /** The outputs of both stacks. */
  async outputs(): Promise<Record<string, string>> {
    const outputs = await this.eachStack(["output", "-json"]);
    const values = outputs.flatMap(({ output }) =>
      Object.entries(JSON.parse(output) as Record<string, { value: string }>),
    );
    return Object.fromEntries(values.map(([name, { value }]) => [name, value]));
  }

  /**
   * Starts the function as it was deployed: its zip, in a process of its own, with the environment and the settings that
   * the emulator says it has.
   */
  async startFunction(): Promise<FunctionProcess> {
    const lambda = new LambdaClient(this.clientConfiguration);
    const { function_name: FunctionName } = await this.outputs();
    const deployed = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const zip = this.zip();
    const sha256 = createHash("sha256").update(zip).digest("base64");
    if (deployed.CodeSha256 !== sha256) {
      throw new Error(`${deployed.CodeSha256} is deployed, not what was synthesized: ${sha256}`);
    }
    return FunctionProcess.start(
      {
        functionName: deployed.FunctionName!,
        functionArn: deployed.FunctionArn!,
        zip,
        handler: deployed.Handler!,
        environment: deployed.Environment?.Variables ?? {},
        region: this.environment["AWS_REGION"]!,
        timeoutSeconds: deployed.Timeout!,
        memorySize: deployed.MemorySize!,
      },
      {
        endpointUrl: this.emulator.url,
        credentials: { accessKeyId: "testing", secretAccessKey: "testing", sessionToken: "testing" },
      },
    );
  }

  /** The unique id of a role; undefined if there is no such role. */
  async roleId(RoleName: string): Promise<string | undefined> {
    const { Role } = await orUndefined(this.iam.send(new GetRoleCommand({ RoleName })));
    return Role?.RoleId;
  }

  /** The trust policy of a role. */
  async trustPolicy(RoleName: string): Promise<string> {
    const { Role } = await this.iam.send(new GetRoleCommand({ RoleName }));
    return decodeURIComponent(Role!.AssumeRolePolicyDocument!);
  }

  /** An inline policy of a role; undefined if there is none. */
  async rolePolicy(RoleName: string, PolicyName: string): Promise<string | undefined> {
    const { PolicyDocument } = await orUndefined(this.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })));
    return PolicyDocument === undefined ? undefined : decodeURIComponent(PolicyDocument);
  }

  async removeRolePolicy(RoleName: string, PolicyName: string): Promise<void> {
    await this.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  }

  /** Configuration that leads clients of the SDK to the emulator. */
  get clientConfiguration() {
    const { AWS_REGION: region = "" } = this.environment;
    return { endpoint: this.emulator.url, region, credentials: { accessKeyId: "testing", secretAccessKey: "testing" } };
  }

  /** Removes what is on this machine. What is deployed to a shared emulator is to be destroyed before. */
  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  private get iam(): IAMClient {
    return new IAMClient(this.clientConfiguration);
  }

  /** Runs Terraform in both stacks at the same time: they do not depend on each other. */
  private async eachStack(args: readonly string[], expected?: readonly number[]) {
    return Promise.all(STACKS.map((stack) => terraform(this.folderOf(stack), args, this.environment, expected)));
  }

  private folderOf(stack: (typeof STACKS)[number]): string {
    return path.join(this.directory, "out", "stacks", stack);
  }

  private zip(): Buffer {
    const assets = path.join(this.folderOf("guardduty-response"), "assets");
    const [zip, ...others] = readdirSync(assets, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".zip"),
    );
    if (!zip || others.length > 0) throw new Error(`expected one zip in ${assets}`);
    return readFileSync(path.join(assets, zip));
  }
}

async function orUndefined<Answer extends object>(answer: Promise<Answer>): Promise<Partial<Answer>> {
  try {
    return await answer;
  } catch (error) {
    if ((error as Error).name === "NoSuchEntityException") return {};
    throw error;
  }
}
