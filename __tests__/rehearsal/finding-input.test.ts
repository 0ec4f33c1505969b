import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { isFolder, readEvent, readFolder } from "../../rehearsal/replay/finding-input";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "findings-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const FINDING = { type: "T", accountId: "444455556666", region: "eu-west-1", updatedAt: "2026-03-14T09:26:53Z" };

test("puts a bare finding into the envelope that GuardDuty sends", () => {
  const { event, added } = readEvent(file("a.json", FINDING), "111122223333");
  expect(event).toMatchObject({
    version: "0",
    "detail-type": "GuardDuty Finding",
    source: "aws.guardduty",
    account: "444455556666",
    time: "2026-03-14T09:26:53Z",
    region: "eu-west-1",
    detail: FINDING,
  });
  expect(added).toEqual([]);
});

test("keeps an envelope as it is, and says what it had to add", () => {
  const whole = {
    source: "aws.securityhub",
    "detail-type": "Other",
    account: "1",
    time: "t",
    region: "r",
    id: "i",
    version: "0",
    resources: [],
    detail: {},
  };
  expect(readEvent(file("a.json", whole), "111122223333")).toEqual({
    name: join(folder, "a.json"),
    event: whole,
    added: [],
  });
  expect(readEvent(file("b.json", { detail: FINDING }), "111122223333").added).toEqual(["source", "detail-type"]);
});

test("an event without account arrives in the rehearsal's", () => {
  expect(readEvent(file("a.json", { type: "T" }), "111122223333").event["account"]).toBe("111122223333");
});

test.each<[string, string, RegExp]>([
  ["text", "not json", /a\.json is not JSON: /],
  ["nothing", "", /a\.json is not JSON: /],
  ["a list", "[{}]", /a\.json holds a list: expected is one GuardDuty finding or one EventBridge event, a JSON object/],
  ["null", "null", /holds null/],
  ["a number", "5", /holds a number/],
])("rejects %s, in one line", (_, content, message) => {
  const path = file("a.json", content);
  expect(() => readEvent(path, "111122223333")).toThrow(message);
  expect(() => readEvent(path, "111122223333")).toThrow(
    expect.objectContaining({ name: "RehearsalError", message: expect.not.stringContaining("\n") }),
  );
});

test("rejects a file that is not there, in one line", () => {
  expect(() => readEvent(join(folder, "gone.json"), "111122223333")).toThrow(/gone\.json cannot be read: ENOENT/);
});

test("reads the .json files of a folder, and reports those that it cannot use", () => {
  file("b.json", FINDING);
  file("a.json", "{");
  file("README.md", "# no finding");
  expect(isFolder(folder)).toBe(true);
  expect(isFolder(join(folder, "b.json"))).toBe(false);
  expect(readFolder(folder, "111122223333")).toMatchObject([
    { name: "a.json", problem: expect.stringContaining("not JSON") },
    { name: "b.json", event: { detail: FINDING } },
  ]);
});

test("rejects a folder without any", () => {
  expect(() => readFolder(folder, "111122223333")).toThrow(/holds no \.json file/);
});
