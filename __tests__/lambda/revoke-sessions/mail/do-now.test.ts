import type { Incident, Verification } from "../../../../lambda/revoke-sessions/incident";
import { mailAbout } from "../../../../lambda/revoke-sessions/mail";
import { doNow } from "../../../../lambda/revoke-sessions/mail/do-now";
import { notPermitted } from "../../../../lambda/revoke-sessions/permission";
import { NOT_REVOKED_REASONS, type NotRevokedReason } from "../../../../src/contract/reasons";
import { type FindingOptions, INSTANCE_ID, ROLE_ID } from "../../../support/finding";
import { ofAnotherRole, prose, refused, revoked, ROLE, stepsOf, stolenFrom, trust } from "../../../support/incident";
import { assuming, lookedUp } from "../../../support/trail";

const WITHOUT_INSTANCE = { "detail.resource.instanceDetails": undefined };
const RESOURCE = "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS";
const USER_KEY = { "detail.resource.accessKeyDetails.accessKeyId": "AKIAINVENTED00000001" };
const SECOND_USER_KEY = { accessKeyId: "AKIAINVENTED00000002", principalId: `${ROLE_ID}:${INSTANCE_ID}` };
const NO_PLAN = { plan: undefined };

/** The prose before the first step and without the runbook: whether it is over. */
const state = (incident: Incident): string => {
  const lines = doNow(incident);
  const end = lines.findIndex((line) => /^(Runbook:|Run with|1\.)/.test(line));
  return prose(end < 0 ? lines : lines.slice(0, end));
};
const texts = (incident: Incident): string[] => stepsOf(mailAbout(incident)).map(({ text }) => text);
/** The first words of each step. */
const steps = (incident: Incident): string[] => texts(incident).map((text) => text.split(" ").slice(0, 3).join(" "));

const ISOLATE = "Isolate what is";
const ACTIVITY = "See what the";
const POLICY = "See that the";
const REVOKE = "Revoke by hand:";
const OTHERS = "Revoke what other";
const DELETER = "Find out who";

describe("whether it is over", () => {
  test.each<[Verification["state"], string]>([
    ["verified", "The stolen sessions are denied. What they did before is not undone, and the hole is still open."],
    [
      "restored",
      "The stolen sessions are denied, but somebody removed the policy once. What they did before is not undone, and the hole " +
        "is still open.",
    ],
    ["not-kept", "NOT over: somebody removes the policy as fast as it is written."],
    ["role-gone", "The stolen sessions are dead with their role. What they did before is not undone."],
    ["unverified", "The policy was written, but nobody has seen it in place since. See yourself."],
    ["not-asked", "The policy was written, and not looked at since: this deployment does not. See yourself."],
  ])("is told first, of a revocation that is %s", (verification, expected) => {
    expect(state(revoked({}, { verification: { why: "no", state: verification } as Verification }))).toBe(expected);
  });

  test("is told first, if other principals' credentials are in the finding", () => {
    expect(state(revoked({ recentCredentials: [ofAnotherRole(2)] }))).toMatch(
      /^NOT over: other principals' credentials are in the finding too\. The stolen sessions are denied\./,
    );
  });

  test("is told first, if new sessions are denied too", () => {
    expect(state(revoked({}, { cutoff: new Date("9999-12-31T23:59:59Z") }))).toMatch(
      /still open\. New sessions are denied as well: see WHAT WAS DONE\.$/,
    );
  });

  const ALIVE = "NOT over: nothing was revoked, and the stolen credentials still work.";
  const UNLESS = "If it is a theft, it is not over: the stolen credentials still work.";
  test.each<[NotRevokedReason, string]>([
    ["sample-finding", "Nothing: this is a sample finding, and nothing was stolen."],
    ["archived-finding", `The finding is archived: somebody has dealt with it. ${UNLESS}`],
    ["unsupported-type", `This deployment does not handle such findings. ${UNLESS}`],
    ["below-severity", `The severity is below this deployment's limit. ${UNLESS}`],
    ["other-account", `The finding is about another account, in which this deployment must not act. ${UNLESS}`],
    ["not-a-role", ALIVE],
    ["role-unknown", ALIVE],
    ["role-not-found", "The stolen sessions are dead with their role. Who deleted it, and what was done before?"],
    [
      "role-mismatch",
      "The stolen sessions are dead with the role that they were of. Who deleted it, and what was done before?",
    ],
    ["protected-role", ALIVE],
    ["exempt-role", ALIVE],
    ["unmodifiable-role", ALIVE],
    ["policy-quota-exceeded", ALIVE],
    ["notify-only", ALIVE],
    ["not-permitted", ALIVE],
  ])("is told first, of a refusal for %s", (reason, expected) => {
    expect(state(refused(reason))).toBe(expected);
  });

  test("is told first, of a refusal in part", () => {
    const incident = refused("not-permitted", { recentCredentials: [stolenFrom(2)] }, {}, { scope: "session" });
    expect(state({ ...incident, attached: [incident.plan!.targets[0]] })).toBe(
      "NOT over: only some of the stolen sessions are denied.",
    );
  });
});

describe("the first steps after a revocation", () => {
  test.each<[Verification["state"], string[]]>([
    ["verified", [ISOLATE, ACTIVITY, POLICY]],
    ["restored", [POLICY, ISOLATE, ACTIVITY]],
    ["not-kept", ["Deny the role", "Find out who", ISOLATE]],
    ["role-gone", [DELETER, ISOLATE, ACTIVITY]],
    ["unverified", [POLICY, ISOLATE, ACTIVITY]],
    ["not-asked", [POLICY, ISOLATE, ACTIVITY]],
  ])("that is %s are %j", (verification, expected) => {
    expect(steps(revoked({}, { verification: { why: "no", state: verification } as Verification }))).toEqual(expected);
  });

  test("begin with what is not revoked", () => {
    expect(steps(revoked({ recentCredentials: [ofAnotherRole(2)] }))).toEqual([OTHERS, ISOLATE, ACTIVITY]);
  });

  test.each<[string, FindingOptions, string]>([
    ["a function", { session: "orders", type: RESOURCE }, "Stop what is"],
    ["a task", { session: "0a1b2c3d4e5f60718293a4b5c6d7e8f9" }, "Stop what is"],
    ["a pod", { session: "eks-c-p-5af5e7ac-5754-49ea-b28f-2c2a2eb95fbb" }, "Stop what is"],
    ["a server", { session: "00c0ffee1122334455667788" }, "Let nobody start"],
    ["anything else", { session: "deploy" }, "Find out who"],
  ])("fit %s", (_, options, expected) => {
    expect(steps(revoked({ ...options, set: WITHOUT_INSTANCE }))).toEqual([expected, ACTIVITY, POLICY]);
  });

  test("fit a function that is known from who may use the role", () => {
    const role = { ...ROLE, trust: trust({ services: ["lambda.amazonaws.com"] }) };
    expect(steps(revoked({ session: "orders", set: WITHOUT_INSTANCE }, { role }))[0]).toBe("Stop what is");
  });

  test("isolate nothing if the finding tells no session", () => {
    const set = { ...WITHOUT_INSTANCE, "detail.resource.accessKeyDetails.principalId": undefined };
    expect(steps(revoked({ set }))).toEqual([ACTIVITY, POLICY]);
  });
});

describe("the first steps after a refusal", () => {
  test.each<[NotRevokedReason, string[]]>([
    ["sample-finding", []],
    ["archived-finding", [POLICY, REVOKE, ACTIVITY]],
    ["unsupported-type", [ACTIVITY, REVOKE]],
    ["below-severity", [REVOKE, ISOLATE, ACTIVITY]],
    ["other-account", [REVOKE, ISOLATE, ACTIVITY]],
    ["role-not-found", [DELETER, ISOLATE, ACTIVITY]],
    ["role-mismatch", [DELETER, ISOLATE, ACTIVITY]],
    ["protected-role", [REVOKE, ISOLATE, ACTIVITY]],
    ["exempt-role", [REVOKE, ISOLATE, ACTIVITY]],
    ["unmodifiable-role", [ISOLATE, ACTIVITY]],
    ["policy-quota-exceeded", [REVOKE, ISOLATE, ACTIVITY]],
    ["notify-only", [REVOKE, ISOLATE, ACTIVITY]],
    ["not-permitted", [REVOKE, ISOLATE, ACTIVITY]],
  ])("for %s are %j", (reason, expected) => {
    expect(steps(refused(reason))).toEqual(expected);
  });

  test.each<[string, NotRevokedReason, FindingOptions, string[]]>([
    ["temporary ones", "not-a-role", {}, [ACTIVITY]],
    ["a user's", "not-a-role", { set: USER_KEY }, ["Switch off the", ACTIVITY]],
    [
      "a user's two",
      "not-a-role",
      { set: USER_KEY, recentCredentials: [SECOND_USER_KEY] },
      ["Switch off the", ACTIVITY],
    ],
    ["of a role without a name", "role-unknown", {}, ["Revoke the role", ACTIVITY]],
    ["of nobody", "role-unknown", { set: { "detail.resource": undefined } }, []],
  ])("about credentials that are %s, without a plan", (_, reason, options, expected) => {
    expect(steps(refused(reason, options, NO_PLAN))).toEqual(expected);
  });

  test("go on with what belongs to other principals", () => {
    expect(steps(refused("exempt-role", { recentCredentials: [ofAnotherRole(2)] }))).toEqual([REVOKE, OTHERS, ISOLATE]);
  });

  test.each(NOT_REVOKED_REASONS.filter((reason) => reason !== "sample-finding"))(
    "are there without a plan, for %s: at least to look",
    (reason) => {
      expect(steps(refused(reason, {}, NO_PLAN))).toContain(ACTIVITY);
    },
  );
});

describe("a step says", () => {
  const first = (incident: Incident) => texts(incident)[0];

  test("what isolating does", () => {
    const rest =
      "whoever can reach the instance takes the next credentials. This turns its metadata service off, then stops all " +
      "traffic. Leave it running, so that its memory can be looked at. Connections that are open may survive. If";
    expect(first(revoked())).toBe(`Isolate what is compromised: ${rest} it is not found, look in your other regions.`);
    expect(first(revoked({ recentCredentials: [stolenFrom(2)] }))).toBe(
      `Isolate what is compromised: ${rest} one is not found, look in your other regions.`,
    );
  });

  test.each<[FindingOptions, string]>([
    [
      { session: "orders", type: RESOURCE },
      "Stop what is compromised: whoever makes the function run code reads its credentials. To let it run again: aws lambda " +
        "delete-function-concurrency.",
    ],
    [
      { session: "0a1b2c3d4e5f60718293a4b5c6d7e8f9" },
      "Stop what is compromised: whoever can reach the task takes the next credentials. Its service starts another one, with " +
        "new credentials and the same hole.",
    ],
    [
      { session: "eks-c-p-5af5e7ac-5754-49ea-b28f-2c2a2eb95fbb" },
      "Stop what is compromised: whoever can reach the pod takes the next credentials. The session's name holds those of the " +
        "cluster and the pod, cut short; put in the pod's own and its namespace.",
    ],
    [
      { session: "00c0ffee1122334455667788" },
      "Let nobody start new sessions with a certificate: whoever has its private key can, and no cut-off stops that. The " +
        "session's name is the certificate's serial number: revoke it, then enable the profile again.",
    ],
    [
      { session: "deploy" },
      "Find out who started the stolen session, and stop that: whoever can start it gets the next credentials. Events may " +
        "come 15 minutes late.",
    ],
  ])("what to stop: %j", (options, expected) => {
    expect(first(revoked({ ...options, set: WITHOUT_INSTANCE }))).toBe(expected);
  });

  test("what to look for in CloudTrail, and what is not there", () => {
    expect(texts(revoked())[1]).toBe(
      "See what the stolen credentials did, by access key, and by session name: that also finds keys made out of the session, " +
        "and what its owner did. Look for AssumeRole, GetScopedCredentials, CreateUser, CreateAccessKey, PutRolePolicy, " +
        "UpdateFunctionCode, RunInstances. Events may come 15 minutes late; reading S3 objects or DynamoDB items is not among " +
        "them.",
    );
  });

  test.each<[Incident, string]>([
    [revoked(), "2026-03-01T12:00:40Z or later"],
    [refused("archived-finding"), "later than the theft"],
  ])("how to see that it holds", (incident, time) => {
    expect(texts(incident).find((text) => text.startsWith("See that"))).toBe(
      `See that the revocation holds: aws:TokenIssueTime must be ${time}. NoSuchEntity means that there is no policy.`,
    );
  });

  test("whose sessions are revoked by hand", () => {
    expect(first(refused("exempt-role"))).toBe(
      "Revoke by hand: this denies every session of the role, as far as issued until you run it.",
    );
    expect(first(refused("exempt-role", {}, {}, { scope: "session" }))).toBe(
      "Revoke by hand: this denies the compromised instances' sessions, as far as issued until you run it.",
    );
  });

  test.each([
    ["an explicit deny in a service control policy", " It takes a principal whom the service control policy exempts."],
    ["an explicit deny", " It takes a principal whom the policy exempts."],
    ["because no identity-based policy allows the iam:PutRolePolicy action", ""],
  ])("whom it takes if AWS does not permit it with %s", (sentence, expected) => {
    const refusal = notPermitted(`User: x is not authorized to perform: iam:PutRolePolicy with ${sentence}`);
    expect(first(refused("not-permitted", {}, { refusal }))).toBe(
      `Revoke by hand: this denies every session of the role, as far as issued until you run it.${expected}`,
    );
  });

  test.each<[string, Incident]>([
    [
      "Revoke what other principals hold: the finding calls it stolen too, and nobody else does it. Roles are looked up by " +
        "their ids. Leave out whom you must not cut.",
      revoked({ recentCredentials: [ofAnotherRole(2)] }),
    ],
    [
      "Revoke the role by hand, which is looked up by its id: this denies every session, as far as issued until you run it.",
      refused("role-unknown", {}, NO_PLAN),
    ],
    ["Switch off the user's access key.", refused("not-a-role", { set: USER_KEY }, NO_PLAN)],
    [
      "Deny the role altogether until you know who removes the policy: whatever runs with it stops, with new credentials too. " +
        "aws iam detach-role-policy lifts it.",
      revoked({}, { verification: { state: "not-kept" } }),
    ],
    ["Find out who deleted the role. Events may come 15 minutes late.", refused("role-not-found")],
  ])("what it is for: %s", (expected, incident) => {
    expect(first(incident)).toBe(expected);
  });

  test("that a lock has no time", () => {
    expect(texts(revoked({}, {}, { scope: "instance" }))[2]).toBe(
      "See that the revocation holds: the policy must deny aws:userid without a time. NoSuchEntity means that there is no policy.",
    );
  });

  test("how many keys of the user are switched off, and leaves out those of others", () => {
    const ofOther = { accessKeyId: "AKIAINVENTED00000009", principalId: "AIDAINVENTEDOTHER" };
    const about = (...recentCredentials: object[]) =>
      first(refused("not-a-role", { set: USER_KEY, recentCredentials }, NO_PLAN));
    expect(about(ofOther)).toBe("Switch off the user's access key.");
    expect(about(ofOther, SECOND_USER_KEY)).toBe("Switch off the user's access keys.");
  });

  test("whose sessions were started with the stolen keys", () => {
    const incident = { ...revoked(), activity: lookedUp([assuming("deploy")]) };
    expect(first(incident)).toBe(
      "Revoke the sessions of other roles that were started with the stolen keys, as far as issued until you run it. Leave out " +
        "what belongs to the keys' owner.",
    );
  });

  test("nothing of whom a policy exempts, of what failed for another reason", () => {
    const explanation = "no room, with an explicit deny in a service control policy";
    const refusal = { reason: "policy-quota-exceeded" as const, explanation };
    expect(first(refused("policy-quota-exceeded", {}, { refusal }))).toBe(
      "Revoke by hand: this denies every session of the role, as far as issued until you run it.",
    );
  });

  test("whom to look for if the policy is not kept", () => {
    expect(texts(revoked({}, { verification: { state: "not-kept" } }))[1]).toBe(
      "Find out who removes the policy, and revoke that principal too. Events may come 15 minutes late.",
    );
  });
});

describe("the account whose credentials the commands need", () => {
  const account = (incident: Incident) => doNow(incident).find((line) => line.startsWith("Run with"));
  const of = (id: string) => `Run with credentials of account ${id}, each block as a whole:`;

  test("is the finding's", () => {
    expect(account(refused("other-account", { accountId: "444455556666" }))).toBe(of("444455556666"));
  });

  test("is the deployment's if the finding names none", () => {
    const set = { account: undefined, "detail.accountId": undefined };
    expect(account(refused("other-account", { set }))).toBe(of("111122223333"));
  });

  test("is not named if there is nothing to run", () => {
    expect(account(refused("sample-finding"))).toBeUndefined();
  });
});

describe("the runbook", () => {
  test.each<[string, Incident]>([
    ["a revocation", revoked({}, {}, { runbook: "https://example.com/runbook" })],
    ["a sample", refused("sample-finding", {}, {}, { runbook: "https://example.com/runbook" })],
  ])("stands last, after %s", (_, incident) => {
    expect(doNow(incident).at(-1)).toBe("Runbook: https://example.com/runbook");
  });
});
