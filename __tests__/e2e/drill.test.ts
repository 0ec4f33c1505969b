import { type ChildProcess, execFile, type ExecFileException } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Result } from "../../drill/check/result";
import type { Step } from "../../drill/step";
import type { FunctionProcess } from "../../local-aws/function/function-process";
import { PROJECT } from "../../scripts/project-files";
import { type AwsEmulator, emulatorEnvironment, emulatorMissing, startEmulator } from "../support/aws-emulator";
import { AwsGateway } from "../support/aws-gateway";
import { Mailbox } from "../support/mailbox";
import { describeWith } from "../support/terraform";
import { WorkshopDeployment } from "../support/workshop-deployment";

const ROLE = "GuardDuty-Example-EC2-Compromised";
const LOG = "/aws/lambda/GuardDuty-Example-Remediation-InstanceCredentialExfiltration";

jest.setTimeout(400_000);

// The emulator neither runs functions nor knows conditions: a gateway before it does.
describeWith(emulatorMissing(), "the drills of the workshop, deployed by Terraform", () => {
  let emulator: AwsEmulator;
  let workshop: WorkshopDeployment;
  let outputs: Record<string, string>;
  let lambda: FunctionProcess;
  let gateway: AwsGateway;
  let mailbox: Mailbox;

  beforeAll(async () => {
    emulator = await startEmulator();
    workshop = await WorkshopDeployment.synthesize(emulator, { GUARDDUTY_RESPONSE_VERIFY_AFTER_SECONDS: "1" });
    await workshop.apply();
    outputs = await workshop.outputs();
    mailbox = await Mailbox.subscribe(workshop, outputs["topic_arn"]!);
    lambda = await workshop.startFunction();
    gateway = await AwsGateway.start(workshop, lambda, LOG);
  });

  afterEach(() => {
    gateway.refused = undefined;
  });

  afterAll(async () => {
    await gateway?.close();
    await lambda?.stop();
    await mailbox?.remove();
    if (emulator?.shared) await workshop?.destroy();
    workshop?.remove();
    await emulator?.stop();
  });

  const environment = () => ({ ...emulatorEnvironment(emulator), AWS_ENDPOINT_URL: gateway.url });
  const drill = (parameters: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
    run(parameters, { ...environment(), ...variables });

  test("the lab's role is revoked, its later sessions work, and nothing of it is left", async () => {
    // WHEN
    const { exitCode, stdout } = await drill(["revoke", "--role", ROLE, "--yes", "--undo", "--json"]);

    // THEN
    const { holds, steps } = JSON.parse(stdout) as { holds: boolean; steps: Step[] };
    expect({ exitCode, broken: steps.flatMap(({ claims }) => claims.filter((each) => !each.holds)) }).toEqual({
      exitCode: 0,
      broken: [],
    });
    expect(holds).toBe(true);
    const facts = steps.flatMap((step) => step.facts);
    expect(facts).toEqual(expect.arrayContaining(["ec2:DescribeRegions: denied", "dynamodb:ListTables: allowed"]));
    expect(facts).toContainEqual(expect.stringMatching(/^\d+\.\d s from the finding to the explicit deny$/));
    expect(steps.at(-1)!.title).toBe("The policy is removed again");
    expect(await workshop.rolePolicy(ROLE, "RevokeOldSessions")).toBeUndefined();
    const [mail, ...others] = await mailbox.read();
    expect(others).toEqual([]);
    expect(mail!.message).toMatch(/Id +drill-/);
  });

  test("a drill that is killed half-way is found by the next check", async () => {
    // GIVEN
    const child = start(["revoke", "--role", ROLE, "--yes", "--undo"], environment());
    while ((await workshop.rolePolicy(ROLE, "RevokeOldSessions")) === undefined) await sleep(100);
    child.kill("SIGKILL");
    await gateway.settled();

    // WHEN
    const { exitCode, stdout } = await drill(["check", "--json"]);

    // THEN
    expect(exitCode).toBe(1);
    const { results } = JSON.parse(stdout) as { results: Result[] };
    const mend = `aws iam delete-role-policy --role-name ${ROLE} --policy-name RevokeOldSessions`;
    expect(results).toContainEqual({
      check: "revocations",
      holds: false,
      what: `RevokeOldSessions of the role ${ROLE} is left of a drill`,
      mend,
    });
    const again = await drill(["revoke", "--role", ROLE, "--yes"]);
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(mend) });
    await workshop.removeRolePolicy(ROLE, "RevokeOldSessions");
    await mailbox.read();
  });

  test("the sample of each type reaches the function, and revokes nothing", async () => {
    // WHEN
    const { exitCode, stdout } = await drill(["wiring", "--json"]);

    // THEN
    const { holds, steps } = JSON.parse(stdout) as { holds: boolean; steps: Step[] };
    expect({ exitCode, holds, steps: steps.length }).toEqual({ exitCode: 0, holds: true, steps: 3 });
    const subjects = (await mailbox.read()).map(({ subject }) => subject);
    expect(subjects).toEqual(Array(2).fill(expect.stringContaining("NOT revoked (sample-finding)")));
    expect(await workshop.rolePolicy(ROLE, "RevokeOldSessions")).toBeUndefined();
  });

  test.each<[string, string[], Record<string, string>, RegExp]>([
    ["somebody uses the role", ["--role", ROLE], {}, /is used by:\n {2}instance i-\w+, in us-west-2\n.*--yes/s],
    ["there is no such role", ["--role", "nobody"], {}, /^the role nobody is not drilled: .*\(role-not-found\)\n$/],
    [
      "nothing is deployed",
      ["--role", ROLE, "--region", "eu-west-3"],
      {},
      /^no function that revokes .* eu-west-3 .*\n$/,
    ],
    ["there is no such function", ["--role", ROLE, "--function", "other"], {}, /^there is no function other in .*\n$/],
    [
      "there are no credentials",
      ["--role", ROLE],
      { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", HOME: "/nowhere" },
      /^AWS does not accept the credentials of this shell or profile: .*\n$/,
    ],
    [
      "there is no such profile",
      ["--role", ROLE, "--profile", "nobody"],
      { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", HOME: "/nowhere" },
      /^AWS does not accept .*\n$/,
    ],
  ])("ends with 2 if %s, and changes nothing", async (_, options, variables, message) => {
    const { exitCode, stderr } = await drill(["revoke", ...options], variables);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(message) });
    expect(await workshop.rolePolicy(ROLE, "RevokeOldSessions")).toBeUndefined();
  });

  test("wiring ends with 2 if nothing is deployed", async () => {
    const { exitCode, stderr } = await drill(["wiring", "--region", "eu-west-3"]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/^no function that revokes .*\n$/),
    });
  });

  test("does not drill the function's own role", async () => {
    const role = outputs["function_role_arn"]!.split("/").at(-1)!;
    const { exitCode, stderr } = await drill(["revoke", "--role", role, "--yes"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("(protected-role)") });
  });

  test.each([
    ["sts:AssumeRole", /^arn:\S+ may not assume arn:\S+: the role's trust policy must let it.*\n$/],
    ["iam:GetRole", /^these credentials lack a permission of docs\/drill\.md: AccessDenied\w*: .*iam:GetRole.*\n$/],
  ])("ends with 2 if %s is not allowed", async (action, message) => {
    gateway.refused = action;
    const { exitCode, stderr } = await drill(["revoke", "--role", ROLE, "--yes"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(message) });
  });
});

/** Runs the command in a process of its own. */
async function run(parameters: readonly string[], environment: Readonly<Record<string, string>>) {
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    start(parameters, environment, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

function start(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
  ended: (error: ExecFileException | null, stdout: string, stderr: string) => void = () => {},
): ChildProcess {
  const args = ["--import", "tsx", join(PROJECT, "drill", "cli.ts"), "drill", ...parameters];
  return execFile(process.execPath, args, { env: { ...process.env, NODE_NO_WARNINGS: "1", ...environment } }, ended);
}
