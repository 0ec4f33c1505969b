import { faults } from "../../../local-aws/api/fault";
import { findingEvent, INSTANCE_ID, instanceId } from "../../support/finding";
import { deployedZip, PackagedFunction } from "../../support/packaged-function";
import { PATIENT } from "../../support/patience";
import { denies } from "../../support/policy";

jest.setTimeout(120_000);

const REPEATS = PATIENT ? 1_000 : 100;
const ROLES = PATIENT ? 100 : 20;
const ENVIRONMENTS = PATIENT ? 8 : 3;

let packaged: PackagedFunction;
beforeAll(async () => {
  packaged = await PackagedFunction.start({ zip: deployedZip(), environments: ENVIRONMENTS });
});
afterAll(() => packaged.stop());
beforeEach(() => {
  packaged.endpoint.calls.length = 0;
  packaged.account.mails.length = 0;
  delete packaged.endpoint.hooks.fault;
});

test(`${REPEATS} repeats of one stolen key are one write and one mail`, async () => {
  // GIVEN a thief who goes on, from ever new addresses, with credentials that are dead
  const found = new Date();
  const repeat = (number: number) =>
    findingEvent({ id: `finding-${number}`, time: new Date(found.getTime() + number * 60_000) });
  // WHEN GuardDuty reports it again and again
  const outcomes = new Map<string, number>();
  for (let number = 0; number < REPEATS; number++) {
    const end = await packaged.deliver(repeat(number));
    const outcome = "result" in end ? end.result.outcome : "queued";
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  // THEN
  expect(Object.fromEntries(outcomes)).toEqual({ revoked: 1, "already-revoked": REPEATS - 1 });
  expect(packaged.effective("PutRolePolicy")).toHaveLength(1);
  expect(packaged.account.mails).toHaveLength(1);
});

test(`${ROLES} stolen roles are about as many writes, and throttling loses none`, async () => {
  // GIVEN roles, and an account in which IAM and SNS throttle every tenth call, and then six in a row
  const roles = Array.from({ length: ROLES }, (_, index) => packaged.account.addRole({ name: `role-${index}` }));
  let throttled = 0;
  packaged.endpoint.hooks.fault = (call) => {
    if (call.number % 10 !== 0 && call.number % 200 > 6) return undefined;
    throttled++;
    return faults.throttled(call.service as "iam" | "sns");
  };
  // WHEN the credentials of all are stolen at once, and several environments handle the findings
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
  await Promise.all(Array.from({ length: ENVIRONMENTS }, (_, index) => environmentOf(index)));
  // THEN each role got its policy by one write, but for the few that were throttled for seconds and written again with a later
  // cut-off, and each finding was mailed
  const written = packaged.effective("PutRolePolicy").map(({ parameters }) => parameters["RoleName"]);
  expect([...new Set(written)].sort()).toEqual(roles.map(({ name }) => name).sort());
  expect(written.length).toBeLessThan(ROLES * 1.1);
  expect(
    roles.filter(
      ({ policies, roleId }) => !denies(policies.values(), { issuedAt: foundAt, userId: `${roleId}:${INSTANCE_ID}` }),
    ),
  ).toEqual([]);
  expect(queued).toEqual([]);
  const named = new Set(packaged.account.mails.map(({ subject }) => subject));
  expect(named.size).toBe(ROLES);
  expect(throttled).toBeGreaterThan(ROLES / 2);
  const lost = ROLES - named.size - queued.length;
  console.info(
    `storm: ${ROLES} roles, ${packaged.endpoint.calls.length} calls, ${throttled} throttled, ${written.length} writes, ${queued.length} queued, lost: ${lost}`,
  );
});
