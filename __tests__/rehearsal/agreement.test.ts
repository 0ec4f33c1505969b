import type { FunctionProcess } from "../../local-aws/function/function-process";
import { invokedIn, outcomeOf } from "../../rehearsal/play/function-result";
import type { PolicyDocument } from "../../local-aws/iam/policy";
import { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import { readDeployment } from "../../local-aws/terraform/read-deployment";
import { type AwsEmulator, emulatorMissing, startEmulator } from "../support/aws-emulator";
import { findingEvent, type FindingOptions } from "../support/finding";
import { type DeliveredMail, Mailbox } from "../support/mailbox";
import { describeWith } from "../support/terraform";
import { WorkshopDeployment } from "../support/workshop-deployment";
import { SynthesizedOutputs } from "./support/synthesized-output";

const ROLE = "GuardDuty-Example-EC2-Compromised";
const POLICY = "RevokeOldSessions";
// The emulator has no CloudTrail to look into.
const SETTINGS = { GUARDDUTY_RESPONSE_VERIFY_AFTER_SECONDS: "0.2", GUARDDUTY_RESPONSE_ACTIVITY: "false" };

/** What one of the two made of a finding. */
interface Handled {
  readonly result: unknown;
  readonly policy: unknown;
  readonly mails: readonly DeliveredMail[];
}

/** Both have clocks of their own: only times may differ, and where a line that has one is broken. */
const timeless = (handled: Handled): unknown =>
  JSON.parse(
    JSON.stringify(handled)
      .replace(/(\\n|\s)+/g, " ")
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z|\b\d{14}\b/g, "<time>")
      .replace(/The thief had \d+ min( \d+ s)?/g, "The thief had <duration>")
      .replace(/"Answers\w+"/g, (id) => id.replace(/(?<=^"Answers(?:\w{9})*\w{6})\w{3}/g, "<minute>")),
  );

jest.setTimeout(300_000);

describeWith(emulatorMissing(), "the rehearsal and the deployment to an emulator", () => {
  let emulator: AwsEmulator;
  let workshop: WorkshopDeployment;
  let lambda: FunctionProcess;
  let mailbox: Mailbox;
  let outputs: SynthesizedOutputs;
  let local: LocalDeployment;
  let lab: {
    readonly accountId: string;
    readonly roleName: string;
    readonly roleId?: string;
    readonly session?: string;
  };
  let ownRole: { readonly roleName: string; readonly roleId?: string };

  beforeAll(async () => {
    emulator = await startEmulator();
    workshop = await WorkshopDeployment.synthesize(emulator, SETTINGS);
    await workshop.apply();
    const { topic_arn, function_role_arn, instance_id } = await workshop.outputs();
    const [, , , , accountId = "", path = ""] = function_role_arn!.split(":");
    const ownRoleName = path.split("/").at(-1)!;
    mailbox = await Mailbox.subscribe(workshop, topic_arn!);
    lambda = await workshop.startFunction();
    lab = { accountId, roleName: ROLE, roleId: await workshop.roleId(ROLE), session: instance_id };
    ownRole = { roleName: ownRoleName, roleId: await workshop.roleId(ownRoleName) };

    // The same account: only ids that AWS invents, and who deployed, have to be taken over.
    outputs = SynthesizedOutputs.create(SETTINGS);
    local = await LocalDeployment.start(readDeployment(outputs.original, accountId));
    for (const { roleName: name, roleId } of [lab, ownRole]) {
      const policies = [...local.account.roles.get(name)!.policies].map(([policy, text]) => [policy, JSON.parse(text)]);
      const trustPolicy = JSON.parse(await workshop.trustPolicy(name)) as PolicyDocument;
      local.account.addRole({ name, roleId, trustPolicy, policies: Object.fromEntries(policies) });
    }
    const [instance] = local.account.instances.splice(0);
    local.account.addInstance({ ...instance!, instanceId: lab.session! });
  });

  afterAll(async () => {
    await local?.close();
    await lambda?.stop();
    outputs?.remove();
    if (emulator?.shared) {
      await mailbox?.remove();
      await workshop?.destroy();
    }
    workshop?.remove();
    await emulator?.stop();
  });

  async function deployed(event: unknown): Promise<Handled> {
    const invocation = await lambda.invoke(event);
    const document = await workshop.rolePolicy(ROLE, POLICY);
    return {
      result: invocation.kind === "returned" ? invocation.result : invocation.kind,
      policy: document === undefined ? undefined : JSON.parse(document),
      mails: await mailbox.read(),
    };
  }

  async function rehearsed(event: Record<string, unknown>): Promise<Handled> {
    const invoked = invokedIn((await local.send(event)).flatMap(({ deliveries }) => deliveries))!;
    return {
      result: outcomeOf(invoked) ?? invoked.invocation.kind,
      policy: local.account.policy(ROLE, POLICY),
      mails: invoked.mails.map(({ subject, message }) => ({ subject, message })),
    };
  }

  // In this order: each finds the role as the one before has left it.
  test.each<[string, string, () => FindingOptions]>([
    ["a theft", "revoked", () => ({})],
    ["its repetition after the cut-off", "already-revoked", () => ({ time: new Date(Date.now() + 3_600_000) })],
    [
      "newly stolen credentials",
      "revoked",
      () => ({ accessKeyId: "ASIAINVENTEDSTOLEN02", time: new Date(Date.now() + 3_600_000) }),
    ],
    ["a low severity", "below-severity", () => ({ severity: 4 })],
    ["a sample", "sample-finding", () => ({ sample: true })],
    ["an archived finding", "archived-finding", () => ({ archived: true })],
    ["another account", "other-account", () => ({ set: { "detail.accountId": "999988887777" } })],
    ["an IAM user", "not-a-role", () => ({ set: { "detail.resource.accessKeyDetails.userType": "IAMUser" } })],
    ["a finding without role", "role-unknown", () => ({ set: { "detail.resource.accessKeyDetails": undefined } })],
    ["a role that is not there", "role-not-found", () => ({ roleName: "nobody" })],
    ["a role that was made again", "role-mismatch", () => ({ roleId: "AROAINVENTEDOTHER0001" })],
    ["the function's own role", "protected-role", () => ownRole],
  ])("agree on %s: %s", async (_, expected, options) => {
    const event = findingEvent({ ...lab, accessKeyId: "ASIAINVENTEDSTOLEN01", time: new Date(), ...options() });
    const [real, rehearsal] = [await deployed(event), await rehearsed(event)];
    expect(JSON.stringify(real.result)).toContain(`"${expected}"`);
    expect(timeless(rehearsal)).toEqual(timeless(real));
  });
});
