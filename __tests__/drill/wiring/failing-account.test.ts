import { setTimeout as sleep } from "node:timers/promises";

import type { Deployed } from "../../../drill/deployed";
import type { WiringAccount } from "../../../drill/wiring/ports";
import { wiring } from "../../../drill/wiring/wiring";

test("ends with the first failure if several samples cannot be looked for", async () => {
  // GIVEN
  const account = {
    createSample: async () => true,
    sampleOf: (type: string) => Promise.reject(new Error(`no findings of ${type} today`)),
    now: () => new Date(),
  } as Partial<WiringAccount> as WiringAccount;
  const steps = wiring(account, {} as Deployed, ["first", "second"]);
  await steps.next();

  // WHEN
  const step = steps.next();

  // THEN
  await expect(step).rejects.toThrow("no findings of first today");
  // A rejection that nobody handles fails the test.
  await sleep(10);
});
