import { unzipSync, zipSync } from "fflate";

import { AwsAccount } from "../../../local-aws/api/account";
import { faults } from "../../../local-aws/api/fault";
import type { Outcome } from "../../../src/contract/outcome-line";
import { ACCOUNT_ID, findingEvent, type FindingOptions, ROLE_ID, ROLE_NAME } from "../../support/finding";
import { deployedZip, PackagedFunction, type PackagedFunctionOptions } from "../../support/packaged-function";

// Built before the clock of a test runs.
const ZIP = deployedZip();
const MEMBER = "222222222222";
const OTHER = "333333333333";
const ROLE_PATH_AND_NAME = "/guardduty-response/GuardDuty-Response-Member";
const memberRole = (accountId: string) => `arn:aws:iam::${accountId}:role${ROLE_PATH_AND_NAME}`;

/** An account of the organization, with a role of the same name as in the others. */
function member(accountId = MEMBER, { withRole = true } = {}): AwsAccount {
  const account = new AwsAccount({ accountId });
  account.addRole({ name: ROLE_NAME, roleId: ROLE_ID });
  if (withRole) account.addRole({ name: "GuardDuty-Response-Member", path: "/guardduty-response/" });
  return account;
}

let packaged: PackagedFunction | undefined;
afterEach(async () => packaged?.stop());

async function start(neighbours: readonly AwsAccount[], changed: Partial<PackagedFunctionOptions> = {}) {
  const MEMBERS = JSON.stringify({ organization: "o-a1b2c3d4e5", except: [OTHER], role: ROLE_PATH_AND_NAME });
  packaged = await PackagedFunction.start({ zip: ZIP, neighbours, environment: { MEMBERS }, ...changed });
  return packaged;
}

async function outcomeOf(function_: PackagedFunction, options: FindingOptions = {}): Promise<Outcome> {
  const invocation = await function_.invoke(findingEvent({ accountId: MEMBER, ...options }));
  if (invocation.kind !== "returned") throw new Error(JSON.stringify(invocation));
  return invocation.result as Outcome;
}

const actions = ({ endpoint }: PackagedFunction) => endpoint.calls.map(({ service, action }) => `${service}:${action}`);

describe("a finding of a member account", () => {
  test("is answered in that account, by its role, and leaves the role of the same name at home alone", async () => {
    // GIVEN
    const account = member();
    const started = await start([account]);

    // WHEN
    const outcome = await outcomeOf(started);

    // THEN
    expect(outcome).toMatchObject({
      outcome: "revoked",
      accountId: MEMBER,
      actedIn: MEMBER,
      memberRole: memberRole(MEMBER),
    });
    expect(account.policy(ROLE_NAME, "RevokeOldSessions")).toBeDefined();
    expect(started.account.policy(ROLE_NAME, "RevokeOldSessions")).toBeUndefined();
  });

  test("is reported at home, with the account, its region and the role by which the function acted", async () => {
    // GIVEN
    const started = await start([member()]);

    // WHEN
    await outcomeOf(started, { region: "eu-central-1" });

    // THEN
    const [mail] = started.account.mails;
    expect(mail?.subject).toContain(`${MEMBER} eu-central-1`);
    expect(mail?.message).toContain(`Acted by     ${memberRole(MEMBER)}`);
    expect(mail?.message).toContain(`Run with credentials of account ${MEMBER}`);
  });

  test("asks EC2 and CloudTrail of that account, EC2 in the finding's region", async () => {
    // GIVEN
    const account = member();
    account.addInstanceProfile({ name: ROLE_NAME, roleName: ROLE_NAME });
    const started = await start([account], {
      environment: {
        MEMBERS: JSON.stringify({ accounts: [MEMBER], role: ROLE_PATH_AND_NAME }),
        ACTIVITY: "true",
      },
    });

    // WHEN
    await outcomeOf(started, { region: "eu-central-1" });

    // THEN
    const asked = started.endpoint.calls.filter(({ service }) => service === "ec2" || service === "cloudtrail");
    expect(asked.map((call) => call.account.accountId)).toEqual(asked.map(() => MEMBER));
    expect(asked.filter(({ service }) => service === "ec2").map(({ region }) => region)).toEqual(["eu-central-1"]);
    expect(asked.some(({ service }) => service === "cloudtrail")).toBe(true);
  });

  test("names the session that acts after the finding, and signs for the function's own region", async () => {
    // GIVEN
    const account = member();
    const started = await start([account]);

    // WHEN
    await outcomeOf(started, { id: "0123456789abcdef0123456789abcdef", region: "eu-central-1" });

    // THEN
    expect([...account.sessions.values()].map(({ sessionName }) => sessionName)).toEqual([
      "finding-0123456789abcdef0123456789abcdef",
    ]);
    expect(started.endpoint.calls.find(({ service }) => service === "sts")?.region).toBe("us-west-2");
  });

  test("keeps the session for the account's next finding, and for no other account's", async () => {
    // GIVEN
    const [one, two] = [member(MEMBER), member("444444444444")];
    const started = await start([one, two]);

    // WHEN
    await outcomeOf(started, { id: "first" });
    await outcomeOf(started, { id: "second", time: new Date() });
    await outcomeOf(started, { id: "third", accountId: two.accountId });

    // THEN
    expect(started.effective("AssumeRole").map(({ resource }) => resource)).toEqual([
      memberRole(MEMBER),
      memberRole("444444444444"),
    ]);
    expect(two.policy(ROLE_NAME, "RevokeOldSessions")).toBeDefined();
  });

  test("makes a new session after an attempt that threw: its role may have been made anew", async () => {
    // GIVEN a role that was made anew after its session was
    const account = member();
    const started = await start([account]);
    await outcomeOf(started, { id: "first" });
    const [old] = account.sessions.keys();
    started.endpoint.hooks.fault = ({ accessKeyId }) => (accessKeyId === old ? faults.invalidToken() : undefined);

    // WHEN
    const event = findingEvent({ accountId: MEMBER, id: "second", time: new Date() });
    const delivered = await started.deliver(event);

    // THEN
    expect(delivered).toMatchObject({ result: { actedIn: MEMBER } });
    expect(account.sessions.size).toBe(2);
  });
});

describe("a member role that cannot be assumed", () => {
  test("is told at once, with what to look at and the command to run there, and nothing is written anywhere", async () => {
    // GIVEN an account whose StackSet instance is missing
    const account = member(MEMBER, { withRole: false });
    const started = await start([account]);

    // WHEN
    const outcome = await outcomeOf(started);

    // THEN
    expect(outcome).toMatchObject({
      outcome: "not-revoked",
      reason: "member-role-refused",
      actedIn: MEMBER,
      memberRole: memberRole(MEMBER),
      needsPerson: true,
    });
    expect(actions(started)).toEqual(["sts:AssumeRole", "sns:Publish"]);
    const [mail] = started.account.mails;
    expect(mail?.subject).toContain(`NOT revoked (member-role-refused): role ${ROLE_NAME}, ${MEMBER}`);
    expect(mail?.message).toContain("aws iam put-role-policy");
    expect(mail?.message.replace(/\s+/g, " ")).toContain(`--stack-instance-account ${MEMBER}`);
  });

  test.each([
    ["by its trust policy, or by a policy of the organization", faults.accessDenied],
    ["since its account is suspended or has left", () => faults.invalidToken()],
  ])("%s, is told at once and not tried again", async (_, fault) => {
    // GIVEN
    const started = await start([member()]);
    started.endpoint.hooks.fault = (call) => (call.service === "sts" ? fault(call) : undefined);

    // WHEN
    const outcome = await outcomeOf(started);

    // THEN
    expect(outcome).toMatchObject({ reason: "member-role-refused" });
    expect(actions(started)).toEqual(["sts:AssumeRole", "sns:Publish"]);
  });

  test("is assumed for the next finding once it is there", async () => {
    // GIVEN
    const account = member(MEMBER, { withRole: false });
    const started = await start([account]);
    await outcomeOf(started);

    // WHEN its StackSet instance is made, and GuardDuty updates the finding
    account.addRole({ name: "GuardDuty-Response-Member", path: "/guardduty-response/" });
    const outcome = await outcomeOf(started, { time: new Date() });

    // THEN
    expect(outcome).toMatchObject({ outcome: "revoked", actedIn: MEMBER });
  });

  test("because STS is throttled, is tried again", async () => {
    // GIVEN
    const started = await start([member()]);
    let throttled = 2;
    started.endpoint.hooks.fault = ({ service }) =>
      service === "sts" && throttled-- > 0 ? faults.throttled("sts") : undefined;

    // WHEN
    const outcome = await outcomeOf(started);

    // THEN
    expect(outcome).toMatchObject({ outcome: "revoked" });
  });
});

test("a service control policy of the member that denies the write is told at once, with AWS's sentence", async () => {
  // GIVEN
  const started = await start([member()]);
  started.endpoint.hooks.fault = (call) =>
    call.action === "PutRolePolicy"
      ? faults.accessDenied(call, { policyType: "service control policy", explicit: true })
      : undefined;

  // WHEN
  const outcome = await outcomeOf(started);

  // THEN
  expect(outcome).toMatchObject({ reason: "not-permitted", memberRole: memberRole(MEMBER) });
  expect(started.account.mails[0]?.message).toContain("with an explicit deny in a service control policy");
});

test("a region that is not enabled in the member leaves the instances unknown, and the role is revoked all the same", async () => {
  // GIVEN
  const account = member();
  account.addInstanceProfile({ name: ROLE_NAME, roleName: ROLE_NAME });
  const started = await start([account]);
  started.endpoint.hooks.fault = (call) => (call.service === "ec2" ? faults.accessDenied(call) : undefined);

  // WHEN
  const outcome = await outcomeOf(started, { region: "ap-southeast-5" });

  // THEN
  expect(outcome).toMatchObject({ outcome: "revoked" });
  expect(account.policy(ROLE_NAME, "RevokeOldSessions")).toBeDefined();
  const [mail] = started.account.mails;
  expect(mail?.message).toContain("EC2 instances could not be listed (UnauthorizedOperation");
});

test("a member that another response has revoked already is left as it is", async () => {
  // GIVEN a member with a response of its own, which was faster: it acted in its own account
  const own = await PackagedFunction.start({ zip: ZIP });
  const faster = await own.invoke(findingEvent());
  const before = own.account.policy(ROLE_NAME, "RevokeOldSessions");
  await own.stop();
  const account = member();
  account.roles.get(ROLE_NAME)!.policies.set("RevokeOldSessions", JSON.stringify(before));
  const started = await start([account]);

  // WHEN
  const outcome = await outcomeOf(started);

  // THEN
  expect(faster).toMatchObject({ result: { outcome: "revoked" } });
  expect(outcome).toMatchObject({ outcome: "already-revoked", actedIn: MEMBER });
  expect(actions(started)).not.toContain("iam:PutRolePolicy");
  expect(account.policy(ROLE_NAME, "RevokeOldSessions")).toEqual(before);
});

describe("the function does not act", () => {
  test.each<[string, FindingOptions, Record<string, unknown>]>([
    ["in an account that is excepted", { accountId: OTHER }, {}],
    ["in an account that is not named", { accountId: "444444444444" }, { accounts: [MEMBER], organization: undefined }],
    ["for a finding without an account", { set: { "detail.accountId": undefined } }, {}],
    ["for an account that is not one", { accountId: "22222222222a" }, {}],
  ])("%s", async (_, options, changed) => {
    // GIVEN
    const members = { organization: "o-a1b2c3d4e5", except: [OTHER], role: ROLE_PATH_AND_NAME, ...changed };
    const started = await start([member(), member(OTHER), member("444444444444")], {
      environment: { MEMBERS: JSON.stringify(members) },
    });

    // WHEN
    const outcome = await outcomeOf(started, options);

    // THEN
    expect(outcome).toMatchObject({ outcome: "not-revoked", reason: "other-account" });
    expect(outcome).not.toHaveProperty("actedIn");
    expect(actions(started)).toEqual(["sns:Publish"]);
  });

  test("on the role that it assumes, nor on a role that administers the account", async () => {
    // GIVEN
    const account = member();
    const { roleId } = account.addRole({ name: "stacksets-exec-0123456789abcdef" });
    const protectedRole = "arn:aws:iam::*:role/stacksets-exec-*";
    const started = await start([account], {
      environment: {
        MEMBERS: JSON.stringify({ accounts: [MEMBER], role: ROLE_PATH_AND_NAME }),
        PROTECTED_ROLES: JSON.stringify([protectedRole]),
      },
    });

    // WHEN
    const outcome = await outcomeOf(started, { roleName: "stacksets-exec-0123456789abcdef", roleId });

    // THEN
    expect(outcome).toMatchObject({ reason: "protected-role" });
    expect(actions(started)).not.toContain("iam:PutRolePolicy");
  });
});

test("a finding of the own account calls no STS and loads nothing for members", async () => {
  // GIVEN a package without the file that members need
  const { "member-session.js": members, ...own } = unzipSync(ZIP);
  expect(members).toBeDefined();
  const started = await start([member()], { zip: zipSync(own) });

  // WHEN
  const outcome = await outcomeOf(started, { accountId: ACCOUNT_ID });

  // THEN
  expect(outcome).toMatchObject({ outcome: "revoked" });
  expect(outcome).not.toHaveProperty("actedIn");
  expect(actions(started)).not.toContain("sts:AssumeRole");
});
