import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Testing } from "cdktf";

import { generatedTexts } from "../../scripts/generated-texts";
import { replaceSections } from "../../scripts/generated-section";
import { PROJECT, markdownFiles } from "../../scripts/project-files";
import { exampleEvent } from "../../scripts/workshop-example";
import { workshopResources } from "../../scripts/workshop-resources";
import { readSettings } from "../../workshop/settings";
import { LabStack } from "../../workshop/lab-stack";
import { ResponseStack } from "../../workshop/response-stack";
import { commandsOf, shellBlocks } from "./shell-commands";

const GUIDE = readFileSync(join(PROJECT, "docs", "workshop.md"), "utf8");
const BLOCKS = shellBlocks(GUIDE);
const COMMANDS = BLOCKS.flatMap(commandsOf);
const SCRIPTS = (JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { scripts: object }).scripts;

/** What follows an option, or a word of a command, wherever the guide's commands have it. */
const valuesOf = (pattern: RegExp): string[] => [
  ...new Set(COMMANDS.flatMap((command) => [...command.matchAll(pattern)].map(([, value]) => value!))),
];

const stacks = () => {
  const app = Testing.app();
  const settings = readSettings({ alertEmails: ["you@example.com"] }, {});
  const all = [new ResponseStack(app, "guardduty-response", settings), new LabStack(app, "guardduty-lab", settings)];
  return Object.fromEntries(
    all.map((stack) => [stack.node.id, JSON.parse(Testing.synth(stack)) as { output: object }]),
  );
};

/** Attributes by which commands name a resource. */
const NAMES = ["name", "function_name", "alarm_name", "dashboard_name"];

/** Whatever a resource of the workshop is called, and the policy that the function makes. */
const deployedNames = (): string[] => [
  ...workshopResources().flatMap(({ block }) =>
    NAMES.flatMap((attribute) => (block[attribute] as string | undefined) ?? []),
  ),
  "RevokeOldSessions",
];

describe("the commands of the workshop", () => {
  test("are found", () => {
    expect(BLOCKS.length).toBeGreaterThan(12);
    expect(COMMANDS.length).toBeGreaterThan(40);
  });

  test.each([
    ["roles", /--role-name ([\w-]+)/g],
    ["policies", /--policy-name ([\w-]+)/g],
    ["functions", /--function-name ([\w-]+)/g],
    ["rules", /(?:describe-rule --name|--rule) ([\w-]+)/g],
    ["tables", /--table-name ([\w-]+)/g],
    ["parameters", /get-parameter --name ([\w-]+)/g],
    ["logs", /logs tail ([\w/-]+)/g],
  ])("name only %s that the workshop deploys", (_, pattern) => {
    const names = valuesOf(pattern);
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !deployedNames().includes(name))).toEqual([]);
  });

  test("name only outputs and folders that the stacks have", () => {
    // WHEN
    const outputs = COMMANDS.flatMap((command) => {
      const [, stack, output] = /-chdir=cdktf\.out\/stacks\/(\S+) output -raw (\w+)/.exec(command) ?? [];
      return stack && output ? [[stack, output] as const] : [];
    });

    // THEN
    const synthesized = stacks();
    expect(outputs).toHaveLength(3);
    for (const [stack, output] of outputs) expect(synthesized[stack]?.output).toHaveProperty(output);
    expect(valuesOf(/-chdir=cdktf\.out\/stacks\/(\S+)/g).filter((stack) => !(stack in synthesized))).toEqual([]);
  });

  test("deploy and destroy the stacks that there are", () => {
    const named = valuesOf(/cdktf (?:deploy|destroy) (.+)$/g).map((names) => names.split(" ").sort());
    expect(named).toEqual([Object.keys(stacks()).sort(), Object.keys(stacks()).sort()]);
  });

  test("set only settings that the configuration knows", () => {
    const settings = COMMANDS.flatMap(
      (command) => /^export (GUARDDUTY_RESPONSE_\w+)=(\S+)/.exec(command)?.slice(1) ?? [],
    );
    expect(settings).toHaveLength(4);
    expect(() => readSettings({}, { [settings[0]!]: settings[1], [settings[2]!]: settings[3] })).not.toThrow();
  });

  test("use only files that there are, or that they make", () => {
    const made = valuesOf(/(?:> |120 )(\w+\.json)$/g);
    const used = valuesOf(/(?:file:\/\/|\s)([\w/-]+\.json)/g);
    expect(made.sort()).toEqual(["event.json", "result.json"]);
    const ignored = readFileSync(join(PROJECT, ".gitignore"), "utf8").split("\n");
    expect(ignored).toEqual(expect.arrayContaining(made.map((file) => `/${file}`)));
    expect(used.filter((file) => !made.includes(file) && !existsSync(join(PROJECT, file)))).toEqual([]);
  });

  test("fill every placeholder of the test event", () => {
    // WHEN
    const filled = valuesOf(/s\/(\w+)\/\$\w+\//g);

    // THEN
    const template = readFileSync(join(PROJECT, "docs", "workshop-event.json"), "utf8");
    const placeholders = new Set(template.match(/\b[A-Z]+(_[A-Z]+)+\b/g)?.filter((word) => word !== "AWS_API_CALL"));
    expect(filled.sort()).toEqual([...placeholders].sort());
    expect(JSON.stringify(exampleEvent())).not.toMatch(/_ID"|_SEEN"/);
  });

  test("use a variable only after they set it", () => {
    const set = new Set<string>();
    for (const command of COMMANDS) {
      const own = [...command.matchAll(/(?:^|export |for )([A-Za-z_]+)(?:=| in )/g)].map(([, name]) => name!);
      const used = [...command.matchAll(/\$\{?([A-Za-z_]+)/g)].map(([, name]) => name!);
      expect({ command, unset: used.filter((name) => !set.has(name) && !own.includes(name)) }).toEqual({
        command,
        unset: [],
      });
      own.forEach((name) => set.add(name));
    }
  });

  test("are npm scripts of this project where they are npm scripts at all", () => {
    const scripts = [...GUIDE.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
    expect(scripts).toContain("rehearse");
    expect(scripts.filter((name) => !(name in SCRIPTS))).toEqual([]);
  });
});

test("the guide's table of settings has every one, with its variable", () => {
  // GIVEN what the configuration answers to a setting and a variable that do not exist
  const rows = [...GUIDE.matchAll(/^\| `(\w+)` \| `([A-Z_]+)`/gm)];
  const listed = (list: RegExp, read: () => unknown): string[] => {
    try {
      read();
    } catch (error) {
      return list.exec(String(error))![1]!.split(", ");
    }
    throw new Error("nothing was refused");
  };

  // WHEN
  const settings = listed(/must be one of (.*)/, () => readSettings({ nothing: 1 }, {}));
  const variables = listed(/must be one of (.*)/, () => readSettings({}, { GUARDDUTY_RESPONSE_NOTHING: "1" }));

  // THEN
  expect(rows.map(([, setting]) => setting)).toEqual(settings);
  expect(rows.map(([, , variable]) => `GUARDDUTY_RESPONSE_${variable}`)).toEqual(variables);
});

describe("the documents", () => {
  test("show what the code makes now, where they show it (npm run docs)", async () => {
    const texts = await generatedTexts();
    for (const name of ["README.md", ...markdownFiles("docs")]) {
      const document = readFileSync(join(PROJECT, name), "utf8");
      expect(document).toBe(replaceSections(document, texts));
    }
  });

  test("have a place for everything that is generated", async () => {
    const all = markdownFiles("docs")
      .map((file) => readFileSync(join(PROJECT, file), "utf8"))
      .join("\n");
    for (const name of Object.keys(await generatedTexts())) expect(all).toContain(`<!-- begin ${name} -->`);
  });
});

describe("commands in a document", () => {
  test("are found in a list, too, without its indentation", () => {
    expect(shellBlocks("- Do:\n\n  ```sh\n  one\n    two\n  ```\n")).toEqual(["one\n  two\n"]);
  });

  test("are joined where a line goes on in the next", () => {
    expect(commandsOf("one \\\n  two # why\n\nthree\n")).toEqual(["one two", "three"]);
  });

  test("are not taken from blocks in other languages", () => {
    expect(shellBlocks("```json\n{}\n```\n")).toEqual([]);
  });
});
