import { readFileSync } from "node:fs";
import { join } from "node:path";

import { readFolder } from "../../rehearsal/replay/finding-input";
import { replay } from "../../rehearsal/replay/replay";
import { summarize } from "../../rehearsal/replay/summary";
import { SynthesizedOutputs } from "./support/synthesized-output";

/** A folder of findings that others have published: they are replayed where they are and never become part of the project. */
const { FINDING_SAMPLES } = process.env;

const TYPES = /UnauthorizedAccess:IAMUser\/(Instance|Resource)CredentialExfiltration/;

(FINDING_SAMPLES ? describe : describe.skip)("published findings (FINDING_SAMPLES)", () => {
  let outputs: SynthesizedOutputs;
  beforeAll(async () => {
    outputs = SynthesizedOutputs.create({ GUARDDUTY_RESPONSE_REVOCABLE_ROLES: "any" });
  });
  afterAll(() => outputs.remove());

  test("are matched by their type alone, and each that is matched comes to an outcome and a mail", async () => {
    const folder = FINDING_SAMPLES ?? "";
    for (const file of readFolder(folder, "111122223333")) {
      if ("problem" in file) {
        expect(file.problem).toMatch(/^holds /);
        expect(readFileSync(join(folder, file.name.replace(/ #\d+$/, "")), "utf8")).not.toMatch(TYPES);
        continue;
      }
      const { type } = (file.event["detail"] ?? {}) as { type?: unknown };
      const summary = summarize(await replay(outputs.original, file, { VERIFY_AFTER_SECONDS: "0" }));
      expect(summary).toMatchObject({ file: file.name, matched: typeof type === "string" && TYPES.test(type) });
      if (summary.matched) {
        expect(summary).toMatchObject({
          outcome: expect.stringMatching(/^(not-)?revoked$/),
          mailSubject: expect.any(String),
        });
      }
    }
  }, 120_000);
});
