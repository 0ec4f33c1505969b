import { faults } from "../../rehearsal/aws/fault";
import { findingEvent, INSTANCE_ID, instanceId } from "../support/finding";
import { deployedZip, PackagedFunction } from "../support/packaged-function";
import { denies } from "../support/policy";

jest.setTimeout(120_000);

let packaged: PackagedFunction;
beforeAll(async () => {
  packaged = await PackagedFunction.start({ zip: deployedZip(), environments: 8 });
});
afterAll(() => packaged.stop());
beforeEach(() => {
  packaged.endpoint.calls.length = 0;
  packaged.account.mails.length = 0;
  delete packaged.endpoint.hooks.fault;
});

test("a thousand repeats of one stolen key are one write and one mail", async () => {
  // GIVEN a thief who goes on, from ever new addresses, with credentials that are dead
  const found = new Date();
  const repeat = (number: number) =>
    findingEvent({ id: `finding-${number}`, time: new Date(found.getTime() + number * 60_000) });
  // WHEN GuardDuty reports it a thousand times
  const outcomes = new Map<string, number>();
  for (let number = 0; number < 1_000; number++) {
    const end = await packaged.deliver(repeat(number));
    const outcome = "result" in end ? end.result.outcome : "queued";
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  // THEN
  expect(Object.fromEntries(outcomes)).toEqual({ revoked: 1, "already-revoked": 999 });
  expect(packaged.effective("PutRolePolicy")).toHaveLength(1);
  expect(packaged.account.mails).toHaveLength(1);
});

test("a hundred robbed roles are a hundred writes, and throttling loses none", async () => {
  // GIVEN a hundred roles, and an account in which IAM and SNS throttle every tenth call, and then six in a row
  const roles = Array.from({ length: 100 }, (_, index) => packaged.account.addRole({ name: `role-${index}` }));
  let throttled = 0;
  packaged.endpoint.hooks.fault = (call) => {
    if (call.number % 10 !== 0 && call.number % 200 > 6) return undefined;
    throttled++;
    return faults.throttled(call.service as "iam" | "sns");
  };
  // WHEN each is robbed at once, and eight environments answer
  const foundAt = new Date();
  const waiting = roles.entries();
  const queued: unknown[] = [];
  const environmentOf = async (environment: number) => {
    for (const [index, { name: roleName, roleId }] of waiting) {
      const event = findingEvent({
        id: `finding-${index}`,
        time: foundAt,
        roleName,
        roleId,
        session: instanceId(index),
      });
      const end = await packaged.deliver(event, environment);
      if ("failure" in end) queued.push(end.failure);
    }
  };
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(environmentOf));
  // THEN each role got its policy by one write, and each finding was mailed
  const written = packaged.effective("PutRolePolicy").map(({ parameters }) => parameters["RoleName"]);
  expect(written.sort()).toEqual(roles.map(({ name }) => name).sort());
  expect(
    roles.filter(
      ({ policies, roleId }) => !denies(policies.values(), { issuedAt: foundAt, userId: `${roleId}:${INSTANCE_ID}` }),
    ),
  ).toEqual([]);
  expect(queued).toEqual([]);
  const named = new Set(packaged.account.mails.map(({ subject }) => subject));
  expect(named.size).toBe(100);
  expect(throttled).toBeGreaterThan(50);
  console.info(
    `storm: 100 roles, ${packaged.endpoint.calls.length} calls, ${throttled} throttled, ${written.length} writes, ${queued.length} queued, lost: 0`,
  );
});
