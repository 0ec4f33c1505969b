import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { strFromU8, unzipSync } from "fflate";

import { functionPackage } from "../../src/revocation/function-package";
import { PROJECT, runApp } from "../support/app-process";
import { copyProject } from "../support/project-copy";

let directory: string;
beforeAll(() => void (directory = mkdtempSync(path.join(tmpdir(), "reproducible-"))));
afterAll(() => rmSync(directory, { recursive: true }));

/** Copies the project to another folder, where every file of src/ and lambda/ was changed at that time. */
function copyChangedAt(changed: Date, name: string): string {
  const copy = path.join(directory, name);
  copyProject(copy);
  for (const sources of ["src", "lambda"]) {
    const files = readdirSync(path.join(copy, sources), { recursive: true, encoding: "utf8" });
    for (const file of files) utimesSync(path.join(copy, sources, file), changed, changed);
  }
  return copy;
}

/** Digest of every file that a copy synthesizes. */
async function synthesize(copy: string, timeZone: string): Promise<Record<string, string>> {
  const { exitCode, stderr } = await runApp({ TZ: timeZone, GUARDDUTY_RESPONSE_ALERT_EMAILS: "a@example.com" }, copy);
  if (exitCode !== 0) throw new Error(stderr);
  const output = path.join(copy, "cdktf.out");
  const files = readdirSync(output, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      return [path.relative(output, file), createHash("sha256").update(readFileSync(file)).digest("hex")];
    }),
  );
}

test("the same sources give the same bytes in another folder, another time zone, and after touch", async () => {
  // GIVEN
  const one = copyChangedAt(new Date("2001-02-03T04:05:06Z"), "one");
  const another = copyChangedAt(new Date("2026-07-08T09:10:11Z"), "another one");

  // WHEN
  const [here, there] = await Promise.all([synthesize(one, "UTC"), synthesize(another, "Australia/Adelaide")]);

  // THEN
  expect(there).toEqual(here);
  expect(Object.keys(here)).toEqual(
    expect.arrayContaining([
      "stacks/guardduty-lab/cdk.tf.json",
      "stacks/guardduty-response/cdk.tf.json",
      expect.stringMatching(/^stacks\/guardduty-response\/assets\/.*\/.*\.zip$/),
    ]),
  );
}, 120_000);

describe("what is deployed", () => {
  const entries = unzipSync(readFileSync(functionPackage().path));
  const bundle = strFromU8(entries["handling.js"]!);

  test("is made of files that a person can read", () => {
    expect(Object.keys(entries).filter((name) => !/\.(js|txt)$/.test(name))).toEqual([]);
    for (const name of ["planRevocation", "triageFinding", "MARGIN_SECONDS"]) expect(bundle).toContain(name);
    const ownLines = bundle.slice(bundle.indexOf("function planRevocation")).split("\n", 20);
    expect(Math.max(...ownLines.map((line) => line.length))).toBeLessThan(200);
  });

  test("knows what is asked of AWS, and nothing else that AWS can do", () => {
    const reporting = strFromU8(entries["reporting.js"]!);
    for (const known of ["PutRolePolicyRequest", "GetRoleRequest"]) expect(bundle).toContain(known);
    for (const known of ["DescribeInstancesRequest", "PublishInput"]) expect(reporting).toContain(known);
    for (const unknown of ["DeleteRolePolicyRequest", "CreateUserRequest"]) expect(bundle).not.toContain(unknown);
    for (const unknown of ["RunInstancesRequest", "CreateTopicInput"]) expect(reporting).not.toContain(unknown);
  });

  test("names no folder of the machine that built it", () => {
    for (const [name, bytes] of Object.entries(entries)) {
      const text = strFromU8(bytes);
      expect({
        name,
        holdsProject: text.includes(PROJECT),
        holdsHome: text.includes(`${process.env["HOME"]}/`),
      }).toEqual({
        name,
        holdsProject: false,
        holdsHome: false,
      });
    }
  });

  test("is what Lambda will say it is", () => {
    const { path: zip, sha256 } = functionPackage();
    expect(createHash("sha256").update(readFileSync(zip)).digest("base64")).toBe(sha256);
  });
});
