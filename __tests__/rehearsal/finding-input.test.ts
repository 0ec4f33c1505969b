import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { isFolder, readFindings, readFolder } from "../../rehearsal/replay/finding-input";
import { failureRecord } from "../support/asynchronous-invocation";
import { ACCOUNT_ID, findingEvent } from "../support/finding";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "findings-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return path;
}

const read = (content: unknown) => readFindings(file("a.json", content), "999988887777");

const EVENT = findingEvent();
const FINDING = EVENT["detail"] as Record<string, unknown>;
const TEXT = JSON.stringify(EVENT);

/** A finding as the clients of the API print it, with capitals. */
const pascalCase = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(pascalCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key[0]!.toUpperCase() + key.slice(1), pascalCase(child)]),
  );
};

/** What `aws sqs receive-message` prints. */
const received = (...bodies: string[]) => ({
  Messages: bodies.map((Body) => ({ MessageId: "m", ReceiptHandle: "r", MD5OfBody: "5", Body })),
});

/** What SNS sends to a queue or to an HTTPS endpoint. */
const notification = (Message: string) => ({
  Type: "Notification",
  MessageId: "m",
  TopicArn: "arn:aws:sns:us-west-2:111122223333:findings",
  Message,
  Timestamp: "2026-03-01T12:00:01.000Z",
});

const FAILURE = failureRecord(EVENT, new Error("Rate exceeded"), 3);

test.each<[string, unknown]>([
  ["an event of EventBridge", EVENT],
  ["an event with a list under detail", { ...EVENT, detail: [FINDING] }],
  ["an event whose detail is text", { ...EVENT, detail: JSON.stringify(FINDING) }],
  ["an event whose detail the API wrote", { ...EVENT, detail: pascalCase(FINDING) }],
  [
    "an entry for PutEvents",
    { Source: "aws.guardduty", DetailType: "GuardDuty Finding", Detail: JSON.stringify(FINDING) },
  ],
  ["a finding", FINDING],
  ["a list of findings, as the console copies them", [FINDING]],
  ["what get-findings prints", { Findings: [pascalCase(FINDING)] }],
  ["one finding out of what get-findings prints", pascalCase(FINDING)],
  ["what the API sends", { findings: [FINDING] }],
  ["what Lambda leaves in the failure queue", FAILURE],
  ["a message of the failure queue that Lambda left", received(JSON.stringify(FAILURE))],
  ["a message of the failure queue that EventBridge left", received(TEXT)],
  ["the body of a message, as the CLI prints it", TEXT],
  ["the event that Lambda gets from a queue", { Records: [{ messageId: "m", body: TEXT }] }],
  ["a message of SNS", notification(TEXT)],
  ["a message of SNS in a queue", received(JSON.stringify(notification(TEXT)))],
  ["the event that Lambda gets from SNS", { Records: [{ EventSource: "aws:sns", Sns: notification(TEXT) }] }],
  ["a file with a byte order mark", `\ufeff${TEXT}`],
  ["a file that PowerShell wrote", Buffer.from(`\ufeff${TEXT}`, "utf16le")],
  ["a file that PowerShell wrote in the other byte order", Buffer.from(`\ufeff${TEXT}`, "utf16le").swap16()],
  ["a packed export to S3", gzipSync(JSON.stringify(FINDING))],
])("reads %s", (_, content) => {
  expect(read(content)).toEqual([
    {
      name: join(folder, "a.json"),
      event: expect.objectContaining({
        "detail-type": "GuardDuty Finding",
        source: "aws.guardduty",
        account: ACCOUNT_ID,
        detail: FINDING,
      }),
      assumptions: expect.any(Array),
    },
  ]);
});

test.each<[string, unknown]>([
  ["JSON lines", `${JSON.stringify(FINDING)}\r\n${JSON.stringify(pascalCase(FINDING))}\n`],
  [
    "documents one after the other, as jq prints them",
    `${JSON.stringify(FINDING, undefined, 2)}\n${JSON.stringify(FINDING, undefined, 2)}\n`,
  ],
  ["a list", [EVENT, FINDING]],
  ["an event with a list under detail", { ...EVENT, detail: [FINDING, FINDING] }],
  ["several messages", received(TEXT, JSON.stringify(FAILURE))],
])("reads every finding of %s, and numbers them", (_, content) => {
  expect(read(content)).toMatchObject([
    { name: join(folder, "a.json #1"), event: { detail: FINDING } },
    { name: join(folder, "a.json #2"), event: { detail: FINDING } },
  ]);
});

test("puts a finding into the envelope that GuardDuty sends", () => {
  expect(read({ ...FINDING, region: "eu-west-1" })).toMatchObject([
    {
      event: { version: "0", account: ACCOUNT_ID, time: FINDING["updatedAt"], region: "eu-west-1", resources: [] },
      assumptions: [],
    },
  ]);
});

test("keeps the fields of an envelope, and says which it had to add", () => {
  const { source: _, "detail-type": __, ...bare }: Record<string, unknown> = { ...EVENT, time: "t", account: "a" };
  expect(read(bare)).toMatchObject([
    {
      event: { ...bare, source: "aws.guardduty", "detail-type": "GuardDuty Finding" },
      assumptions: ["the event has source and detail-type, as GuardDuty sets them; the file has not"],
    },
  ]);
});

test("says that it changed keys, and leaves alone what is not a key of the API", () => {
  const affected = { "AWS::S3::Bucket": "logs" };
  const [input] = read(pascalCase({ ...FINDING, affected }));
  expect(input).toMatchObject({
    event: { detail: { affected } },
    assumptions: [expect.stringMatching(/^the keys are as EventBridge/)],
  });
});

test("an event without an account arrives in the rehearsal's", () => {
  const { accountId: _, ...finding } = FINDING;
  expect(read(finding)).toMatchObject([{ event: { account: "999988887777" } }]);
});

test.each<[string, unknown, RegExp]>([
  ["text", "not\njson", /a\.json is not JSON: /],
  ["nothing", "", /a\.json is not JSON: /],
  ["a list that is cut off", `[${TEXT},\n`, /a\.json is not JSON: /],
  ["JSON lines of which one is broken", `${TEXT}\n{"type"\n`, /a\.json is not JSON: document 2: /],
  ["null", "null", /a\.json holds null: must be findings of GuardDuty, as EventBridge, get-findings/],
  ["a number", "5", /holds a number/],
  ["an empty list", [], /holds an empty list/],
  ["get-findings without a finding", { Findings: [] }, /holds an empty list/],
  ["what list-findings prints", { FindingIds: ["f"] }, /holds the ids of findings \(list-findings\)/],
  ["Security Hub's copy", { Findings: [{ ProductArn: "p", Types: [] }] }, /holds Security Hub's copy/],
  [
    "an event of Security Hub",
    { ...EVENT, source: "aws.securityhub" },
    /holds an event of aws\.securityhub, which is not GuardDuty's/,
  ],
  ["an event without a finding", { ...EVENT, detail: {} }, /holds an event whose detail is an empty object/],
  [
    "a log line of the function",
    { outcome: "revoked", findingId: "f" },
    /holds a log line or a result of the function/,
  ],
  ["a mail", notification("Stolen credentials"), /holds a text for people, which does not carry the finding/],
  [
    "a part of a finding",
    (FINDING["resource"] as { accessKeyDetails: object }).accessKeyDetails,
    /holds a part of a finding/,
  ],
  ["a row of another product", { Type: "Alert", Id: "i", ActivityType: FINDING["type"] }, /but without a finding type/],
  ["a finding in other letters", { ...FINDING, type: undefined, TYPE: FINDING["type"] }, /but without a finding type/],
])("rejects %s, in one line", (_, content, message) => {
  expect(() => read(content)).toThrow(
    expect.objectContaining({ name: "RehearsalError", message: expect.stringMatching(message) }),
  );
  expect(() => read(content)).toThrow(expect.objectContaining({ message: expect.not.stringContaining("\n") }));
});

test("rejects a file that is not there, in one line", () => {
  expect(() => readFindings(join(folder, "gone.json"), ACCOUNT_ID)).toThrow(/gone\.json cannot be read: ENOENT/);
});

test("reports what is not usable beside what is", () => {
  expect(read([FINDING, { note: "x" }])).toMatchObject([
    { name: join(folder, "a.json #1"), event: { detail: FINDING } },
    { name: join(folder, "a.json #2"), problem: expect.stringMatching(/^holds an object with note/) },
  ]);
});

test("reads the JSON files of a folder, and reports those that it cannot use", () => {
  file("c.jsonl", `${TEXT}\n${TEXT}\n`);
  file("b.json", FINDING);
  file("a.json", "{");
  file("README.md", "# no finding");
  expect(isFolder(folder)).toBe(true);
  expect(isFolder(join(folder, "b.json"))).toBe(false);
  expect(readFolder(folder, ACCOUNT_ID)).toMatchObject([
    { name: "a.json", problem: expect.stringMatching(/^is not JSON/) },
    { name: "b.json", event: { detail: FINDING } },
    { name: "c.jsonl #1", event: { detail: FINDING } },
    { name: "c.jsonl #2", event: { detail: FINDING } },
  ]);
});

test("rejects a folder without any", () => {
  expect(() => readFolder(folder, ACCOUNT_ID)).toThrow(/holds no file of findings/);
});
