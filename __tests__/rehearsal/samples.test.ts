import { readFolder } from "../../rehearsal/replay/finding-input";
import { replay, summarize } from "../../rehearsal/replay/replay";
import { SynthesizedOutputs } from "./support/synthesized-output";

/** A folder of findings that others have published: they are replayed where they are and never become part of the project. */
const { FINDING_SAMPLES } = process.env;

const TYPES = /^UnauthorizedAccess:IAMUser\/(Instance|Resource)CredentialExfiltration/;

(FINDING_SAMPLES ? describe : describe.skip)("published findings (FINDING_SAMPLES)", () => {
  let outputs: SynthesizedOutputs;
  beforeAll(async () => {
    outputs = SynthesizedOutputs.create({ GUARDDUTY_RESPONSE_REVOCABLE_ROLES: "any" });
  });
  afterAll(() => outputs.remove());

  test("are matched by their type alone, and each that is matched comes to an outcome and a mail", async () => {
    for (const file of readFolder(FINDING_SAMPLES ?? "", "111122223333")) {
      if ("problem" in file) throw new Error(file.problem);
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
