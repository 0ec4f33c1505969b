import { faults } from "../../../local-aws/api/fault";
import { type Drill, revoke } from "../../../drill/revoke/revoke";
import { holds, type Step } from "../../../drill/step";
import { findingEvent, ROLE_ID, ROLE_NAME } from "../../support/finding";
import { deployedZip, PackagedFunction } from "../../support/packaged-function";
import type { environment } from "../../support/configuration";
import { deployed } from "../support/deployed";
import { LocalDrillAccount } from "./local-drill-account";

const DRILL: Drill = {
  deployed: deployed(),
  roleName: ROLE_NAME,
  roleArn: `arn:aws:iam::111122223333:role/${ROLE_NAME}`,
  scope: "role",
  undo: false,
};
const REGIONS = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "ec2:DescribeRegions", Resource: "*" }],
};

let packaged: PackagedFunction;
let account: LocalDrillAccount;

async function start(variables: Parameters<typeof environment>[0] = {}): Promise<void> {
  packaged = await PackagedFunction.start({ zip: deployedZip(), environment: variables });
  packaged.account.addRole({ name: ROLE_NAME, roleId: ROLE_ID, policies: { permissions: REGIONS } });
  account = new LocalDrillAccount(packaged);
}

afterEach(async () => {
  await account.settled();
  await packaged.stop();
});

async function run(drill: Partial<Drill> = {}): Promise<Step[]> {
  const steps: Step[] = [];
  for await (const step of revoke(account, { ...DRILL, ...drill })) steps.push(step);
  return steps;
}

const failed = (steps: readonly Step[]) => steps.flatMap(({ claims }) => claims.filter((each) => !each.holds));
const factsOf = (steps: readonly Step[]) => steps.flatMap(({ facts }) => facts).join("\n");
const propagation = (steps: readonly Step[]): number =>
  Number(/s from the finding to the explicit deny\n(\S+) s of it are IAM's propagation/.exec(factsOf(steps))?.[1]);
const policies = () => [...packaged.account.roles.get(ROLE_NAME)!.policies.keys()];

test("a session of the role is denied, one that is issued later works, and the policy stays until it is removed", async () => {
  // GIVEN
  await start();

  // WHEN
  const steps = await run();

  // THEN
  expect(failed(steps)).toEqual([]);
  expect(steps.map(({ title }) => title)).toEqual([
    "A session of the role web works",
    "The function is handed a finding about that session",
    "The session is explicitly denied",
    "A session that is issued later works",
    "The policy stays on the role",
  ]);
  expect(steps[0]!.facts).toContain("sqs:ListQueues: denied");
  expect(propagation(steps)).toBeLessThan(2);
  expect(steps.at(-1)!.command).toBe("aws iam delete-role-policy --role-name web --policy-name RevokeOldSessions");
  expect(policies()).toEqual(["permissions", "RevokeOldSessions"]);
});

test("the mail about it says that it is a drill, and whose", async () => {
  // GIVEN
  await start();

  // WHEN
  await run();
  await account.settled();

  // THEN
  const [mail, ...others] = packaged.account.mails;
  expect(others).toEqual([]);
  expect(mail!.subject).toContain("Sessions revoked: role web");
  expect(mail!.message).toMatch(/Id +drill-\d{8}T\d{6}Z/);
  expect(mail!.message.replace(/\s+/g, " ")).toContain(
    "Used from a drill by arn:aws:iam::111122223333:user/operator; nothing was stolen",
  );
});

test("with --undo the policy is removed in the end", async () => {
  // GIVEN
  await start();

  // WHEN
  const steps = await run({ undo: true });

  // THEN
  expect(failed(steps)).toEqual([]);
  expect(steps.at(-1)!.title).toBe("The policy is removed again");
  expect(policies()).toEqual(["permissions"]);
});

test("with --undo the policy stays if a real finding has come meanwhile", async () => {
  // GIVEN
  await start();
  const handOver = account.handOver.bind(account);
  account.handOver = async (event) => {
    await handOver(event);
    await account.settled();
    await packaged.invoke(findingEvent({ accessKeyId: "ASIAINVENTEDSTOLEN01", time: new Date(Date.now() + 60_000) }));
  };

  // WHEN
  const steps = await run({ undo: true });

  // THEN
  expect(failed(steps)).toEqual([
    expect.objectContaining({ why: "it stays: it denies credentials of another finding too, which would work again" }),
  ]);
  expect(policies()).toContain("RevokeOldSessions");
});

test("says how much of the time is IAM's propagation", async () => {
  // GIVEN
  await start();
  account.propagationSeconds = 4;

  // WHEN
  const steps = await run();

  // THEN
  expect(failed(steps)).toEqual([]);
  expect(propagation(steps)).toBeGreaterThan(3);
});

test.each([
  ["session", /^RevokeOldSessions-i-d[0-9a-f]{16}$/, "A session that is issued later works"],
  ["instance", /^RevokeAllSessions-i-d[0-9a-f]{16}$/, "Other sessions work"],
] as const)("in scope %s it cuts its own session only", async (scope, policy, title) => {
  // GIVEN
  await start({ SCOPE: scope });

  // WHEN
  const steps = await run({ scope, undo: true });

  // THEN
  expect(failed(steps)).toEqual([]);
  expect(factsOf(steps)).toMatch(new RegExp(`policy ${policy.source.slice(1, -1)} on the role`));
  expect(steps.map((step) => step.title)).toContain(title);
  expect(policies()).toEqual(["permissions"]);
});

describe("ends where something does not hold", () => {
  test("if the role may make none of the harmless calls: nothing is handed over", async () => {
    // GIVEN
    await start();
    packaged.account.roles.get(ROLE_NAME)!.policies.clear();

    // WHEN
    const steps = await run();

    // THEN
    expect(steps).toHaveLength(1);
    expect(failed(steps)).toMatchObject([{ why: expect.stringContaining("allow the role one of those above") }]);
    expect(account.handedOver).toEqual([]);
  });

  test("if the function refuses", async () => {
    // GIVEN
    await start({ MINIMUM_SEVERITY: "9" });

    // WHEN
    const steps = await run({ undo: true });

    // THEN
    expect(steps).toHaveLength(2);
    expect(failed(steps)).toMatchObject([
      { why: "it is not-revoked (below-severity); the mail says why" },
      { why: "no such policy was seen on it" },
    ]);
  });

  test("if the function fails: where to look is said", async () => {
    // GIVEN
    await start();
    packaged.endpoint.hooks.fault = ({ action }) => (action === "GetRole" ? faults.internalError() : undefined);

    // WHEN
    const steps = await run();

    // THEN
    expect(steps).toHaveLength(2);
    expect(failed(steps)[0]!.why).toContain("aws logs tail /aws/lambda/revoker --region us-west-2");
  });

  test("if IAM does not enforce the policy, which is told all the same", async () => {
    // GIVEN
    await start();
    account.propagationSeconds = Infinity;

    // WHEN
    const steps = await run();

    // THEN
    expect(failed(steps)).toMatchObject([{ text: "ec2:DescribeRegions is explicitly denied" }]);
    expect(steps.at(-1)!.title).toBe("The policy stays on the role");
    expect(steps.every(holds)).toBe(false);
  });
});
