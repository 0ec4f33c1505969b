import type { Fact, Scene } from "../../rehearsal/play/scene";
import { inBrief } from "../../rehearsal/print/in-brief";
import { paintFor } from "../../rehearsal/print/terminal";
import { Scope } from "../../src/contract/environment";

const BEGUN = new Date("2026-03-01T12:00:00Z");
const stage = {
  accountId: "111122223333",
  region: "us-west-2",
  scope: Scope.ROLE,
  repeatScope: Scope.ROLE,
  wait: { deployedSeconds: 0, rehearsedSeconds: 0, overrides: {} },
  startedAt: BEGUN,
};

/** What is printed of a rehearsal with one scene. */
function told(scene: Scene): string[] {
  const lines: string[] = [];
  const telling = inBrief({ paint: paintFor({}, {}), text: (text) => lines.push(...text.split("\n")), document() {} });
  telling.begin(stage);
  telling.scene(scene, 1);
  telling.end({ ...stage, scenes: [scene], synthesisMilliseconds: 0, milliseconds: 100 });
  return lines;
}

const mail = (subject: string | undefined, message = "Hello\nthere"): Fact => ({
  kind: "mail",
  mail: { topicArn: "arn:aws:sns:us-west-2:111122223333:topic", subject, message, sentAt: new Date(+BEGUN + 1_250) },
});

test("shows a mail that has no subject with what it begins with", () => {
  expect(told({ title: "t", facts: [mail(undefined)], claims: [] })[1]).toBe(
    " 1.3 s  mail: AWS Notification Message: Hello",
  );
});

test("cuts what is wider than the screen", () => {
  const line = told({ title: "t", facts: [mail("x".repeat(99))], claims: [] })[1];
  expect(line).toHaveLength(100);
  expect(line).toMatch(/xxx\.\.\.$/);
});

test("leaves out what happened at no time, and says which claim does not hold", () => {
  const lines = told({
    title: "t",
    facts: [{ kind: "note", text: "a note" }],
    claims: [{ text: "it works", holds: false, why: "it does not" }],
  });
  expect(lines.slice(1)).toEqual(["FAILED: it works: it does not", "Sessions and events are dated, not waited for."]);
});
