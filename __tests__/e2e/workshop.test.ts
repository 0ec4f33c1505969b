import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { ListFunctionsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";

import type { FunctionProcess } from "../../local-aws/function/function-process";
import { type AwsEmulator, emulatorMissing, startEmulator } from "../support/aws-emulator";
import { EventBridge } from "../support/event-bridge";
import { findingEvent, type FindingOptions } from "../support/finding";
import { Inbox } from "../support/inbox";
import { Mailbox } from "../support/mailbox";
import { describeWith } from "../support/terraform";
import { WorkshopDeployment } from "../support/workshop-deployment";

const ROLE = "GuardDuty-Example-EC2-Compromised";
const POLICY = "RevokeOldSessions";
const STOLEN_KEY = "ASIAINVENTEDSTOLEN01";
const NEWLY_STOLEN_KEY = "ASIAINVENTEDSTOLEN02";

const REGION = "us-west-2";
const FURTHER_REGION = "ap-southeast-2";

/** Nobody is subscribed, and the function looks again after a second. */
const SETTINGS = { GUARDDUTY_RESPONSE_VERIFY_AFTER_SECONDS: "1", GUARDDUTY_RESPONSE_REGIONS: FURTHER_REGION };

jest.setTimeout(400_000);

describeWith(emulatorMissing(), "the workshop, deployed by Terraform", () => {
  let emulator: AwsEmulator;
  let workshop: WorkshopDeployment;
  let outputs: Record<string, string>;
  let lambda: FunctionProcess;
  let mailbox: Mailbox;
  let event: Record<string, unknown>;

  /** The finding that GuardDuty would publish now about the lab's role. */
  async function labFinding(options: FindingOptions = {}): Promise<Record<string, unknown>> {
    const accountId = outputs["function_role_arn"]!.split(":")[4]!;
    const roleId = await workshop.roleId(ROLE);
    const session = outputs["instance_id"];
    return findingEvent({
      accountId,
      roleName: ROLE,
      roleId,
      session,
      accessKeyId: STOLEN_KEY,
      time: new Date(),
      ...options,
    });
  }

  async function invoke(finding: Record<string, unknown>): Promise<Record<string, unknown>> {
    const invocation = await lambda.invoke(finding);
    if (invocation.kind !== "returned") throw new Error(`${invocation.error.name}: ${invocation.error.message}`);
    return invocation.result as Record<string, unknown>;
  }

  async function revocation() {
    const document = await workshop.rolePolicy(ROLE, POLICY);
    if (document === undefined) throw new Error(`${ROLE} has no policy ${POLICY}`);
    return { document, cutoff: cutoffOf(document) };
  }

  beforeAll(async () => {
    emulator = await startEmulator();
    workshop = await WorkshopDeployment.synthesize(emulator, SETTINGS);
    await workshop.apply();
    outputs = await workshop.outputs();
    mailbox = await Mailbox.subscribe(workshop, outputs["topic_arn"]!);
    lambda = await workshop.startFunction();
  });

  afterAll(async () => {
    await lambda?.stop();
    // What is deployed to an emulator of our own goes with it.
    if (emulator?.shared) await workshop?.destroy();
    workshop?.remove();
    await emulator?.stop();
  });

  test("applying a second time changes nothing", async () => {
    expect(await workshop.plannedChanges()).toBeUndefined();
  });

  test("a finding about the lab's role revokes its sessions and mails what was done", async () => {
    // GIVEN
    event = await labFinding();
    const before = Date.now();

    // WHEN
    const result = await invoke(event);

    // THEN
    expect(result).toMatchObject({ outcome: "revoked", role: ROLE, policyName: POLICY, accessKeyIds: [STOLEN_KEY] });
    const { document, cutoff } = await revocation();
    expect(JSON.parse(document).Statement).toEqual([
      {
        Sid: expect.stringMatching(/^Answers/),
        Effect: "Deny",
        Action: "*",
        Resource: "*",
        Condition: { DateLessThan: { "aws:TokenIssueTime": result["cutoff"] } },
      },
    ]);
    expect(cutoff.getTime()).toBeGreaterThanOrEqual(before + 30_000);
    expect(cutoff.getTime()).toBeLessThan(Date.now() + 32_000);

    const [mail, ...others] = await mailbox.read();
    expect(others).toEqual([]);
    expect(mail!.subject).toContain(`Sessions revoked: role ${ROLE}`);
    for (const fact of [
      STOLEN_KEY,
      outputs["instance_id"]!,
      "Verified",
      `aws iam delete-role-policy --role-name ${ROLE}`,
    ]) {
      expect(mail!.message).toContain(fact);
    }
  });

  test("the same event again writes nothing", async () => {
    // GIVEN
    const before = await revocation();

    // WHEN
    const result = await invoke(event);

    // THEN
    expect(result).toMatchObject({ outcome: "already-revoked" });
    expect(await revocation()).toEqual(before);
    await mailbox.read();
  });

  test("the finding repeated later writes nothing and mails nobody", async () => {
    // GIVEN
    const before = await revocation();

    // WHEN
    const result = await invoke(await labFinding({ time: new Date(before.cutoff.getTime() + 60_000) }));

    // THEN
    expect(result).toMatchObject({ outcome: "already-revoked" });
    expect(await revocation()).toEqual(before);
    expect(await mailbox.read()).toEqual([]);
  });

  test("a newly stolen access key that is used after the cut-off moves it forward, and both keys stay covered", async () => {
    // GIVEN
    const before = await revocation();
    const time = new Date(before.cutoff.getTime() + 300_000);

    // WHEN
    const result = await invoke(await labFinding({ accessKeyId: NEWLY_STOLEN_KEY, time }));

    // THEN
    expect(result).toMatchObject({ outcome: "revoked" });
    const { cutoff } = await revocation();
    expect(cutoff.getTime()).toBeGreaterThan(before.cutoff.getTime());
    expect(await mailbox.read()).toHaveLength(1);
    for (const accessKeyId of [STOLEN_KEY, NEWLY_STOLEN_KEY]) {
      expect(await invoke(await labFinding({ accessKeyId, time }))).toMatchObject({ outcome: "already-revoked" });
    }
    await mailbox.read();
  });

  test("does not revoke the function's own role, says why, and mails how to act by hand", async () => {
    // GIVEN
    const ownRole = outputs["function_role_arn"]!.split("/").at(-1)!;
    const finding = await labFinding({ roleName: ownRole, roleId: await workshop.roleId(ownRole) });

    // WHEN
    const result = await invoke(finding);

    // THEN
    expect(result).toMatchObject({ outcome: "not-revoked", reason: "protected-role" });
    expect(await workshop.rolePolicy(ownRole, POLICY)).toBeUndefined();
    const [mail] = await mailbox.read();
    expect(mail!.subject).toContain("NOT revoked (protected-role)");
    expect(mail!.message).toContain("HOW TO ACT BY HAND");
  });

  test("throws when an event is not a finding, so that it ends in the queue", async () => {
    // WHEN
    const invocation = await lambda.invoke({ Records: [] });

    // THEN
    expect(invocation).toMatchObject({ kind: "threw", error: { name: "InvalidEventError" } });
    expect(await mailbox.read()).toEqual([]);
  });

  test("a finding of a further region comes to the home region's bus, and its sessions are revoked", async () => {
    // GIVEN
    const cutoff = (await revocation()).cutoff;
    const finding = await labFinding({ region: FURTHER_REGION, accessKeyId: "ASIAINVENTEDSTOLEN03" });
    const later = new Date(cutoff.getTime() + 240_000).toISOString();
    const { service, ...detail } = finding["detail"] as { service: object };
    const home = new EventBridge(emulator.url, REGION);
    const further = new EventBridge(emulator.url, FURTHER_REGION);
    const inbox = await Inbox.insteadOfTargets(home, FORWARDED, workshop.clientConfiguration);

    // WHEN
    const Detail = JSON.stringify({ ...detail, service: { ...service, eventFirstSeen: later, eventLastSeen: later } });
    const entry = { Source: "aws.guardduty", DetailType: "GuardDuty Finding", Detail };
    await further.call("PutEvents", { Entries: [entry] });
    const forwarded = await inbox.read();
    await inbox.remove();

    // THEN
    expect(forwarded).toHaveLength(1);
    // What the envelope says of the region is not asked: this emulator puts its own into it.
    const result = await invoke(forwarded[0]!);
    expect(result).toMatchObject({ outcome: "revoked", region: FURTHER_REGION, role: ROLE });
    expect(await workshop.plannedChanges()).toBeUndefined();
    await mailbox.read();
  });

  test("a revocation is nothing that Terraform would change", async () => {
    expect(await workshop.plannedChanges()).toBeUndefined();
  });

  test("destroying leaves nothing, not even the role that still carries the revocation", async () => {
    // GIVEN
    await revocation();
    await mailbox.remove();

    // WHEN
    await workshop.destroy();

    // THEN
    expect(await workshop.resources()).toEqual([]);
    expect(await workshop.roleId(ROLE)).toBeUndefined();
    for (const region of [REGION, FURTHER_REGION]) {
      expect(await remains(workshop, region)).toEqual({
        functions: [],
        topics: [],
        queues: [],
        instances: [],
        buses: [],
        rules: [],
      });
    }
    expect(await workshop.roleId(`GuardDuty-Example-Forward-${FURTHER_REGION}`)).toBeUndefined();
  });

  test("applying again works, and nothing is left to change", async () => {
    // WHEN
    await workshop.apply();

    // THEN
    expect(await workshop.plannedChanges()).toBeUndefined();
    expect(await workshop.roleId(ROLE)).toBeDefined();
    expect(await workshop.rolePolicy(ROLE, POLICY)).toBeUndefined();
  });
});

function cutoffOf(document: string): Date {
  const [{ Condition }] = JSON.parse(document).Statement;
  return new Date(Condition.DateLessThan["aws:TokenIssueTime"]);
}

/** The rule on forwarded findings. */
const FORWARDED = {
  Rule: "GuardDuty-Example-ForwardedCredentialExfiltration",
  EventBusName: "GuardDuty-Example-findings",
};

/** What of the workshop is still in a region of the account. */
async function remains({ clientConfiguration: configuration, emulator }: WorkshopDeployment, region: string) {
  const clientConfiguration = { ...configuration, region };
  const eventBridge = new EventBridge(emulator.url, region);
  const ours = (name: string | undefined): name is string => /GuardDuty-Example/.test(name ?? "");
  const { Functions = [] } = await new LambdaClient(clientConfiguration).send(new ListFunctionsCommand({}));
  const { Topics = [] } = await new SNSClient(clientConfiguration).send(new ListTopicsCommand({}));
  const { QueueUrls = [] } = await new SQSClient(clientConfiguration).send(new ListQueuesCommand({}));
  const running = [{ Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] }];
  const { Reservations = [] } = await new EC2Client(clientConfiguration).send(
    new DescribeInstancesCommand({ Filters: running }),
  );
  return {
    functions: Functions.map(({ FunctionName }) => FunctionName).filter(ours),
    topics: Topics.map(({ TopicArn }) => TopicArn).filter(ours),
    queues: QueueUrls.filter(ours),
    buses: (await eventBridge.names("ListEventBuses")).filter(ours),
    rules: (await eventBridge.names("ListRules")).filter(ours),
    instances: Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ Tags = [] }) => Tags.some(({ Value }) => ours(Value)))
      .map(({ InstanceId }) => InstanceId),
  };
}
