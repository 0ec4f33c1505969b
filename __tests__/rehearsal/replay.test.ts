import { AwsAccount, uniqueId } from "../../local-aws/api/account";
import { findingEvent } from "../../rehearsal/story/finding-event";
import { type Replay, replay } from "../../rehearsal/replay/replay";
import { summarize } from "../../rehearsal/replay/summary";
import { paintFor } from "../../rehearsal/print/terminal";
import { renderFact } from "../../rehearsal/print/timeline";
import { attackSequenceEvent, roleActor, userActor } from "../support/attack-sequence";
import { SynthesizedOutputs } from "./support/synthesized-output";

const LAB_ROLE = "GuardDuty-Example-EC2-Compromised";

let outputs: SynthesizedOutputs;
let anyRole: SynthesizedOutputs;
let sequences: SynthesizedOutputs;
beforeAll(() => {
  outputs = SynthesizedOutputs.create();
  sequences = SynthesizedOutputs.create({ GUARDDUTY_RESPONSE_FINDINGS: "AttackSequence:IAM/CompromisedCredentials" });
  anyRole = SynthesizedOutputs.create({
    GUARDDUTY_RESPONSE_REVOCABLE_ROLES: "any",
    GUARDDUTY_RESPONSE_ALERT_SEVERITY: "4",
  });
});
afterAll(() => {
  outputs.remove();
  anyRole.remove();
  sequences.remove();
});

/** A finding about a role of some account, with parts of the event replaced. */
function event(roleName: string, change: (event: any) => void = () => {}): Record<string, unknown> {
  const account = new AwsAccount({ accountId: "444455556666" });
  account.addRole({ name: roleName });
  const now = new Date();
  const stolen = { roleName, sessionName: "i-0abc", accessKeyId: uniqueId("ASIA", roleName), issuedAt: now };
  const made = findingEvent(account, { stolen, firstSeen: now, lastSeen: now, count: 1, publishedAt: now });
  change(made);
  return made;
}

const play = (directory: string, played: Record<string, unknown>): Promise<Replay> =>
  replay(directory, { name: "finding.json", event: played, assumptions: [] }, { VERIFY_AFTER_SECONDS: "0.01" });

test.concurrent("revokes the role that the finding names, in the account of the event", async () => {
  const played = await play(outputs.original, event(LAB_ROLE));
  expect(summarize(played)).toEqual({
    file: "finding.json",
    matched: true,
    outcome: "revoked",
    reason: "",
    mailSubject: expect.stringMatching(
      /^GuardDuty: Sessions revoked: role GuardDuty-Example-EC2-Compromised, 444455556666/,
    ),
  });
  expect(played.facts.map(({ kind }) => kind)).toEqual(["rule", "mail", "invocation", "policy", "mail"]);
  expect(played.assumptions).toEqual([
    expect.stringMatching(
      /^the account has the role arn:aws:iam::444455556666:role\/GuardDuty-Example-EC2-Compromised with the id AROA\w{17}, and the instance i-0abc runs with it$/,
    ),
  ]);
});

test.concurrent("revokes each role of an attack sequence that is handled, and mails once", async () => {
  // GIVEN sessions of two roles, one of which is the lab's
  const roles = [LAB_ROLE, "app"].map((roleName) =>
    roleActor({ roleName, roleId: uniqueId("AROA", roleName), accessKeyId: uniqueId("ASIA", roleName) }),
  );
  // WHEN
  const played = await play(sequences.original, attackSequenceEvent([...roles, userActor()]));
  // THEN
  expect(summarize(played)).toMatchObject({ outcome: "not-revoked", reason: "protected-role" });
  expect(played.facts.map(({ kind }) => kind)).toEqual(["rule", "mail", "invocation", "policy", "mail"]);
  expect(played.assumptions).toHaveLength(2);
  const [, alert, invocation, , report] = played.facts.map((fact) =>
    renderFact(fact, paintFor({}, {})).join("\n").replace(/\s+/g, " "),
  );
  expect(alert).toContain("GuardDuty-Example-EC2-Compromised app mallory");
  expect(invocation).toContain(`not-revoked: protected-role; role unknown not-revoked: not-a-role; role ${LAB_ROLE}`);
  expect(report).toContain("ONE FINDING, 3 PRINCIPALS");
});

test.concurrent("says which setting handles an attack sequence that no rule matches", async () => {
  const played = await play(outputs.original, attackSequenceEvent());
  expect(played.facts).toMatchObject([
    { text: expect.stringMatching(/\nGUARDDUTY_RESPONSE_FINDINGS=AttackSequence:IAM\/CompromisedCredentials handles/) },
  ]);
});

test.concurrent("says why no rule matched, and invokes nothing", async () => {
  const played = await play(
    outputs.original,
    event(LAB_ROLE, (each) => (each.detail.type = "Recon:IAMUser/TorIPCaller")),
  );
  expect(summarize(played)).toEqual({ file: "finding.json", matched: false, outcome: "-", reason: "detail.type" });
  expect(played.facts).toEqual([
    {
      kind: "note",
      text: expect.stringMatching(
        /no rule matches.*\n.*detail\.type is "Recon:IAMUser\/TorIPCaller"; accepted: \{"prefix"/,
      ),
    },
  ]);
});

test.concurrent("mails any finding from the chosen severity up, if the deployment has that rule", async () => {
  const other = (severity: number) =>
    event(LAB_ROLE, (each) => Object.assign(each.detail, { type: "Recon:IAMUser/TorIPCaller", severity }));
  expect(summarize(await play(anyRole.original, other(5)))).toMatchObject({ matched: true, outcome: "mailed" });
  expect(summarize(await play(anyRole.original, other(2)))).toMatchObject({
    matched: false,
    outcome: "-",
    reason: "detail.severity, detail.type",
  });
});

test.concurrent.each<[string, string, (each: any) => void, string, string]>([
  ["a role that may not be revoked", "other", () => {}, "not-revoked", "protected-role"],
  [
    "a sample",
    LAB_ROLE,
    (each) => (each.detail.service.additionalInfo = { sample: true }),
    "not-revoked",
    "sample-finding",
  ],
  ["an archived finding", LAB_ROLE, (each) => (each.detail.service.archived = true), "not-revoked", "archived-finding"],
  ["a low severity", LAB_ROLE, (each) => (each.detail.severity = 5), "not-revoked", "below-severity"],
  ["another account", LAB_ROLE, (each) => (each.detail.accountId = "777788889999"), "not-revoked", "other-account"],
  [
    "an IAM user",
    LAB_ROLE,
    (each) => Object.assign(each.detail.resource.accessKeyDetails, { userType: "IAMUser", principalId: "AIDAX" }),
    "not-revoked",
    "not-a-role",
  ],
  [
    "a role without name",
    LAB_ROLE,
    (each) => delete each.detail.resource.accessKeyDetails.userName,
    "not-revoked",
    "role-unknown",
  ],
  ["a service-linked role", "AWSServiceRoleForSupport", () => {}, "not-revoked", "unmodifiable-role"],
  ["a role of Identity Center", "AWSReservedSSO_Admin_0123456789abcdef", () => {}, "not-revoked", "unmodifiable-role"],
  ["no resource at all", LAB_ROLE, (each) => delete each.detail.resource, "not-revoked", "role-unknown"],
])("plays %s", async (_, roleName, change, outcome, reason) => {
  expect(summarize(await play(outputs.original, event(roleName, change)))).toMatchObject({
    matched: true,
    outcome,
    reason,
    mailSubject: expect.stringContaining(reason),
  });
});

test.concurrent.each<[string, string, (each: any) => void, RegExp]>([
  ["protected-role", "other", () => {}, /GUARDDUTY_RESPONSE_REVOCABLE_ROLES=any/],
  ["below-severity", LAB_ROLE, (each) => (each.detail.severity = 5), /GUARDDUTY_RESPONSE_MINIMUM_SEVERITY is 7/],
])("says beside %s which setting decided", async (reason, roleName, change, hint) => {
  const played = await play(outputs.original, event(roleName, change));
  expect(summarize(played)).toMatchObject({ reason, hint: expect.stringMatching(hint) });
  const invocation = played.facts.find(({ kind }) => kind === "invocation");
  const paint = paintFor({}, {});
  expect(renderFact(invocation!, paint).join(" ").replace(/\s+/g, " ")).toMatch(
    new RegExp(`not-revoked: ${reason}.*${hint.source}`),
  );
});

test.concurrent("does not blame the settings for a sample", async () => {
  const sample = event(LAB_ROLE, (each) => (each.detail.service.additionalInfo = { sample: true }));
  expect(summarize(await play(outputs.original, sample)).hint).toBeUndefined();
});

test.concurrent.each<[string, string, string, RegExp]>([
  ["an ECS task", "Resource", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", /, which ECS tasks may assume$/],
  ["a Lambda function", "Resource", "orders", /, which Lambda functions may assume$/],
  ["an EKS pod", "Instance", "eks-shop-web-0a1b2c3d", /, which EKS pods may assume$/],
  ["a server", "Instance", "00c0ffee1122334455667788", /, which servers with IAM Roles Anywhere may assume$/],
  ["a person", "Instance", "alice", /, which principals of the account may assume$/],
])("supposes a role that the session of %s can have", async (_, kind, session, assumption) => {
  const stolen = event("other", ({ detail }) => {
    detail.type = `UnauthorizedAccess:IAMUser/${kind}CredentialExfiltration.OutsideAWS`;
    detail.resource.accessKeyDetails.principalId = `AROAEXAMPLEEXAMPLE123:${session}`;
  });
  expect((await play(anyRole.original, stolen)).assumptions).toEqual([expect.stringMatching(assumption)]);
});

test.concurrent("plays the same finding in a deployment that may revoke any role", async () => {
  expect(summarize(await play(anyRole.original, event("other")))).toMatchObject({ outcome: "revoked" });
});

test.concurrent("says what it had to assume about the event", async () => {
  const played = await replay(
    outputs.original,
    {
      name: "f",
      event: event(LAB_ROLE, (each) => Object.assign(each, { account: "root", region: "eu-west-1" })),
      assumptions: ["the keys are others"],
    },
    {},
  );
  expect(played.assumptions).toEqual([
    "the keys are others",
    '"root" is not an account id: replayed in account 111122223333',
    expect.stringMatching(/^the deployment in us-west-2 stands for one in eu-west-1/),
  ]);
});
