import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { problemsOf } from "./support/page";
import { changeJson, only, SynthesizedOutputs } from "./support/synthesized-output";

const PROJECT = dirname(dirname(__dirname));

interface Ending {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command with nothing in its environment but a path without Terraform, Python or AWS. */
function rehearse(
  parameters: string[],
  { input = "", environment = {} as Record<string, string>, directory = tmpdir() } = {},
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--import", pathToFileURL(require.resolve("tsx")).href, join(PROJECT, "rehearsal", "cli.ts"), ...parameters],
      {
        cwd: directory,
        env: { PATH: dirname(process.execPath), HOME: tmpdir(), ...environment },
      },
    );
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject).once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
    child.stdin.end(input);
  });
}

/** Stands in the README before the fenced block that shows the rehearsal. */
const README_MARK = "<!-- What npm run rehearse prints; a test compares it. -->";

/** What differs from run to run: times, durations. */
const mask = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z/g, "<time>")
    .replace(/\b\d+ ms\b/g, "<n> ms")
    .replace(/\b\d+\.\d s\b/g, "<n> s");

// Each run of the command compiles the sources; several at a time are slow on a busy machine.
jest.setTimeout(120_000);

let folder: string;
let outputs: SynthesizedOutputs;
let anyRole: SynthesizedOutputs;
let told: Ending;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "findings with space-"));
  told = await rehearse([]);
  outputs = SynthesizedOutputs.create();
  anyRole = SynthesizedOutputs.create({ GUARDDUTY_RESPONSE_REVOCABLE_ROLES: "any" });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  outputs.remove();
  anyRole.remove();
});

test("plays the whole story from the sources, in 80 columns and without colours", () => {
  const { exitCode, stdout } = told;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Rehearsal in account 111122223333, us-west-2, scope role\n/);
  expect(stdout).toMatch(/\nAll \d+ claims hold\. Synthesized in \d+\.\d s, played in \d+\.\d s\.\n/);
  expect(stdout).toContain(
    "The deployed function waits 10 s before it reads the policy back; here\nVERIFY_AFTER_SECONDS is 0.1.",
  );
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).not.toMatch(/\u001b/);
});

test("begins with three lines for people who do not know GuardDuty", () => {
  const [heading, blank, ...rest] = told.stdout.split("\n");
  expect([heading, blank, ...rest.slice(3, 5)]).toEqual([
    expect.stringMatching(/^Rehearsal/),
    "",
    "",
    expect.stringMatching(/^ 1 {2}A thief/),
  ]);
  expect(rest[0]).toMatch(/^GuardDuty is /);
});

test.concurrent("--brief fits on a screen, and says who did what, what was denied, and what was mailed", async () => {
  const { exitCode, stdout } = await rehearse(["--brief", "--synthesized", outputs.original]);
  expect(exitCode).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  expect(stdout).toMatch(/^ 0\.\d s {2}the thief +dynamodb:ListTables allowed$/m);
  expect(stdout).toMatch(/^ +\d\.\d s {2}the thief +dynamodb:ListTables denied by RevokeOldSessions$/m);
  expect(stdout).toMatch(/^ +\d\.\d s {2}mail: GuardDuty: Sessions revoked: role GuardDuty-Example/m);
  expect(stdout).toMatch(/^ +\d\.\d s {2}the function +revoked, cut-off \S+; \d+ ms, \d+ calls$/m);
  expect(stdout).toMatch(/^All \d+ claims hold\./m);
});

test.concurrent("--organization plays the story of an organization, on one screen if that is asked for", async () => {
  const { exitCode, stdout } = await rehearse(["--organization", "--brief"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^ +\d\.\d s {2}an admin of the security account +sts:AssumeRole denied$/m);
  expect(stdout).toMatch(/^ +\d\.\d s {2}mail: GuardDuty: NOT revoked \(member-role-refused\)/m);
  expect(stdout).toMatch(/^All \d+ claims hold\./m);
});

test("the README shows what is really printed", () => {
  const [, after] = readFileSync(join(PROJECT, "README.md"), "utf8").split(README_MARK);
  const block = /^\s*```\w*\n(.*?)\n```/s.exec(after ?? "")?.[1];
  expect({ mark: README_MARK, block }).toEqual({ mark: README_MARK, block: expect.any(String) });

  const printed = mask(told.stdout).split("\n");
  // Three dots stand for what is left out. The order of the lines is not compared: calls that are made at the same time
  // arrive in either order.
  const shown = mask(block ?? "")
    .split("\n")
    .filter((line) => !["", "..."].includes(line.trim()));
  expect(shown.filter((line) => !printed.includes(line))).toEqual([]);
});

test.concurrent("--html writes the run as a page, besides what is printed", async () => {
  const file = join(folder, "page.html");
  const { exitCode, stdout } = await rehearse(["--brief", "--html", file, "--synthesized", outputs.original]);
  expect(stdout).toContain(`The page is ${file}.\n`);
  expect(exitCode).toBe(0);
  const page = readFileSync(file, "utf8");
  expect(problemsOf(page)).toEqual([]);
  expect(page).toMatch(/All \d+ claims hold\./);
  for (const title of ["Who may do what", "6 hours of siege", "The mails, as they arrive", "The policy"]) {
    expect(page).toContain(`${title}</h2>`);
  }
});

test.concurrent("--html measures nothing if a claim does not hold, and the page says so", async () => {
  const file = join(folder, "broken.html");
  const directory = outputs.withChange((stack) => {
    delete stack.resource["aws_lambda_permission"];
  });
  const { exitCode } = await rehearse(["--brief", "--html", file, "--synthesized", directory]);
  expect(exitCode).toBe(1);
  const page = readFileSync(file, "utf8");
  expect(problemsOf(page)).toEqual([]);
  expect(page).toMatch(/\d+ of \d+ claims do not hold\./);
  expect(page).not.toContain("hours of siege");
});

test.concurrent("plays scope session, and writes one JSON document with every fact and claim", async () => {
  const { exitCode, stdout } = await rehearse(["--scope", "session", "--json"]);
  expect(exitCode).toBe(0);
  const story = JSON.parse(stdout);
  expect(story).toMatchObject({
    holds: true,
    accountId: "111122223333",
    region: "us-west-2",
    scope: "session",
    verifyAfterSeconds: { deployed: 10, rehearsed: 0.1 },
  });
  const facts = story.scenes.flatMap((scene: { facts: { kind: string }[] }) => scene.facts);
  expect(facts).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: "access", action: "dynamodb:ListTables", effect: "explicitly denied" }),
      expect.objectContaining({ kind: "rule", eventPattern: expect.objectContaining({ source: ["aws.guardduty"] }) }),
      expect.objectContaining({
        kind: "invocation",
        ended: "returned",
        result: expect.objectContaining({ outcome: "revoked" }),
      }),
      expect.objectContaining({
        kind: "policy",
        policyName: expect.stringMatching(/^RevokeOldSessions-i-/),
        document: expect.objectContaining({ Version: "2012-10-17" }),
      }),
      expect.objectContaining({
        kind: "mail",
        mail: expect.objectContaining({ subject: expect.stringContaining("Sessions revoked") }),
      }),
    ]),
  );
});

test.concurrent("ends with 1 and names the claim if a permission is missing", async () => {
  const directory = outputs.withChange((stack) =>
    changeJson(only(stack, "aws_iam_role_policy"), "policy", (policy) => {
      policy.Statement = policy.Statement.filter(({ Action }: { Action: unknown }) => Action !== "iam:PutRolePolicy");
    }),
  );
  const { exitCode, stdout } = await rehearse(["--synthesized", directory]);
  expect(exitCode).toBe(1);
  expect(stdout.replace(/\s+/g, " ")).toContain(
    "FAILED: its role allows every call that it makes: User: arn:aws:sts::",
  );
  expect(stdout.replace(/\s+/g, " ")).toContain("is not authorized to perform: iam:PutRolePolicy on resource: arn:");
});

test.concurrent("ends with 2 and the reason if the pattern has an operator that is not supported", async () => {
  const directory = outputs.withChange((stack) =>
    changeJson(only(stack, "aws_cloudwatch_event_rule"), "event_pattern", (pattern) => {
      pattern.detail.type = [{ suffix: ".OutsideAWS" }];
    }),
  );
  const { exitCode, stderr } = await rehearse(["--synthesized", directory]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /^event pattern field "detail\.type": \{"suffix":"\.OutsideAWS"\} uses the operator "suffix"[^\n]*\n$/,
  );
});

test.concurrent("ends with 2 if the deployment revokes nothing, and says what can be played", async () => {
  const environment = { GUARDDUTY_RESPONSE_RESPONSE: "notify-only" };
  const { exitCode, stdout, stderr } = await rehearse([], { environment });
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^this deployment only notifies .*--finding FILE, or rehearse with/);
});

describe("--finding", () => {
  const finding = {
    type: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.InsideAWS",
    id: "f1",
    accountId: "444455556666",
    region: "us-west-2",
    severity: 8,
    updatedAt: "2026-03-14T09:26:53.000Z",
    resource: {
      accessKeyDetails: {
        accessKeyId: "ASIAEXAMPLEEXAMPLE12",
        principalId: "AROAEXAMPLEEXAMPLE123:i-0abc",
        userName: "app",
        userType: "AssumedRole",
      },
    },
    service: { count: 1, archived: false },
  };
  test.concurrent("replays a finding from standard input", async () => {
    const { exitCode, stdout } = await rehearse(["--finding", "-", "--synthesized", anyRole.original], {
      input: JSON.stringify(finding),
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Replay of standard input");
    expect(stdout).toContain("revoked, cut-off 20");
    expect(stdout).toContain("inline policy RevokeOldSessions of the role app");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test.concurrent("replays a folder as a table, and as JSON", async () => {
    writeFileSync(join(folder, "a.json"), JSON.stringify(finding));
    writeFileSync(join(folder, "b.json"), JSON.stringify({ ...finding, type: "Recon:IAMUser/TorIPCaller" }));
    writeFileSync(join(folder, "c.json"), "no JSON");
    const file = join(folder, "report.html");
    const [table, json] = await Promise.all([
      rehearse(["--finding", folder, "--synthesized", anyRole.original, "--html", file]),
      rehearse(["--finding", folder, "--synthesized", anyRole.original, "--json"]),
    ]);
    expect(table.exitCode).toBe(2);
    expect(table.stdout).toMatch(
      /^file +matched +outcome +reason\na\.json +yes +revoked\n {4}mail: GuardDuty: Sessions revoked: role app.*\nb\.json +no +- +detail\.type\nc\.json +- +not usable\n/,
    );
    expect(table.stdout).toContain("3 findings: 1 revoked, 1 matched by no rule, 1 not usable");
    const page = readFileSync(file, "utf8");
    expect(problemsOf(page)).toEqual([]);
    expect(page).toMatch(/>a\.json<\/a>[^]*✓ revoked[^]*>b\.json<\/a>[^]*>c\.json<\/a>[^]*✕ not usable/);
    expect(JSON.parse(json.stdout).findings).toMatchObject([
      { file: "a.json", outcome: "revoked" },
      { file: "b.json", matched: false },
      { file: "c.json", problem: expect.stringMatching(/^is not JSON/) },
    ]);
  });

  test.concurrent("replays every finding of a file that has several, as a table", async () => {
    const input = `${JSON.stringify(finding)}\n${JSON.stringify({ ...finding, severity: 2 })}\n`;
    const { exitCode, stdout } = await rehearse(["--finding", "-", "--synthesized", anyRole.original], { input });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^standard input #1 yes +revoked\n(.*\n)*standard input #2 yes +not-revoked +below-severity\n/m,
    );
  });

  test.concurrent("takes relative paths from where the user of npm stands", async () => {
    writeFileSync(join(folder, "single.txt"), JSON.stringify(finding));
    const { exitCode, stdout } = await rehearse(["--finding", "single.txt", "--synthesized", anyRole.original], {
      directory: PROJECT,
      environment: { INIT_CWD: folder },
    });
    expect(stdout).toMatch(/^Replay of single\.txt\n/);
    expect(exitCode).toBe(0);
  });

  test.concurrent.each<[string, string[], RegExp]>([
    ["a file that is not there", ["--finding", "gone.json"], /^gone\.json cannot be read: ENOENT[^\n]*\n$/],
    ["an unknown option", ["--fnding", "x"], /^Unknown option '--fnding'[^\n]*\(see --help\)\n$/],
    [
      "a page in a folder that is not there",
      ["--html", "gone/a.html"],
      /^--html: gone\/a\.html cannot be written: [^\n]*\n$/,
    ],
    [
      "a folder that cdktf has not written",
      ["--synthesized", "gone"],
      /^gone\/manifest\.json cannot be read: [^\n]*\n$/,
    ],
  ])("ends with 2 and one line on %s", async (_, parameters, message) => {
    const { exitCode, stdout, stderr } = await rehearse(parameters);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });

  test.concurrent("ends with 2 if the settings are not usable, and names them", async () => {
    const { exitCode, stderr } = await rehearse([], { environment: { GUARDDUTY_RESPONSE_REGION: "nowhere" } });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /the app cannot be synthesized:\n.*region: must be the name of a region .*; received "nowhere"/s,
    );
  });
});

test.concurrent("ends with 2 and the stack trace if the rehearsal itself fails", async () => {
  const { exitCode, stderr } = await rehearse([], { environment: { INIT_CWD: join(folder, "gone") } });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/ENOENT.*\n +at main /s);
});

test.concurrent("--help says what there is", async () => {
  const { exitCode, stdout } = await rehearse(["--help"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Usage: npm run rehearse/);
  expect(stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
});
