import { setTimeout as sleep } from "node:timers/promises";

import type { DrillAccount } from "../../../drill/revoke/ports";
import { watch } from "../../../drill/revoke/watch";

test("nothing is looked at any more after a look that fails", async () => {
  // GIVEN
  const attempt = jest.fn(async () => "allowed" as const);
  const start = Date.now();
  let aheadSeconds = 0;
  const account = {
    policyNames: async () => [],
    outcomeOf: () => Promise.reject(new Error("no log today")),
    now: () => new Date(start + aheadSeconds * 1_000),
    wait: async (seconds: number) => {
      aheadSeconds += seconds;
      await sleep(1);
    },
  } as Partial<DrillAccount> as DrillAccount;
  const session = { name: "s", accessKeyId: "ASIA", principalId: "AROA:s", attempt };
  const drilled = { roleName: "web", session, call: "ec2:DescribeRegions", findingId: "drill-1" };

  // WHEN
  await expect(watch(account, drilled, account.now())).rejects.toThrow("no log today");
  const calls = attempt.mock.calls.length;
  await sleep(50);

  // THEN
  expect(attempt.mock.calls.length).toBeLessThanOrEqual(calls + 1);
});
