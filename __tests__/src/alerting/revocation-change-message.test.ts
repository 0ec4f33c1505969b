import { spawnSync } from "node:child_process";

import {
  revocationChangedMessage,
  revocationChangeRefusedMessage,
} from "../../../src/alerting/revocation-change-message";
import type { InputTransformer } from "../../../src";
import { transformInput } from "../../../local-aws/eventbridge/input-transformer";
import {
  iamCallEvent,
  type IamCallOptions,
  service,
  session,
  throughCloudFormation,
} from "../../support/iam-call-event";
import { SHELLS } from "../../support/shell";

const RUNBOOK = "https://example.com/runbook";

const RULE = { ruleName: "rule", ruleArn: "arn:aws:events:us-east-1:123456789012:rule/rule", ingestionTime: "" };

const MESSAGES: [string, InputTransformer][] = [
  ["a change", revocationChangedMessage(RUNBOOK)],
  ["a refused change", revocationChangeRefusedMessage(RUNBOOK)],
];

/** The lines of the mail, without the quotation marks around each. */
const mailed = (message: InputTransformer, options: IamCallOptions = {}): string[] =>
  transformInput(message, iamCallEvent(options), RULE)
    .split("\n")
    .map((line) => line.slice(1, -1));

/** What follows each label. */
const labelled = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    lines.flatMap((line) => {
      const [, label, value] = /^ *([A-Z][A-Za-z ]+): +(.*)$/.exec(line) ?? [];
      return label === undefined ? [] : [[label, value!]];
    }),
  );

/** The commands of the mail: what is indented by four blanks. */
const commandsOf = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => /^ {4}(\S.*)$/.exec(line)?.[1] ?? []);

test.each(MESSAGES)(
  "the mail about %s uses every path that it names, and names every path that it uses",
  (_, message) => {
    const used = new Set([...message.inputTemplate.matchAll(/<(\w+)>/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(message.inputPaths).sort());
  },
);

test.each(MESSAGES)(
  "the mail about %s has lines without quotes and escapes, in ASCII, which EventBridge takes",
  (_, message) => {
    for (const line of message.inputTemplate.split("\n")) expect(line).toMatch(/^"[ !#-[\]-~]*"$/);
    expect(message.inputTemplate.length).toBeLessThan(8_192);
  },
);

test("the mail about a change says who removed what of which role, when and from where", () => {
  expect(labelled(mailed(revocationChangedMessage(RUNBOOK)))).toEqual({
    Call: "DeleteRolePolicy",
    Policy: "RevokeOldSessions",
    Role: "app",
    Account: "123456789012",
    By: "arn:aws:sts::123456789012:assumed-role/deploy/pipeline",
    Kind: "AssumedRole",
    "Access key": "ASIAINVENTED00000001",
    "AWS service": "",
    From: "198.51.100.77",
    When: "2026-03-01T12:00:00Z",
    Runbook: RUNBOOK,
  });
});

test.each<[string, IamCallOptions, Record<string, string>]>([
  [
    "a service on its own behalf",
    { by: service },
    { By: "", Kind: "AWSService", "AWS service": "config.amazonaws.com" },
  ],
  [
    "a service on somebody's behalf",
    { by: throughCloudFormation, sourceIPAddress: "cloudformation.amazonaws.com" },
    {
      By: "arn:aws:sts::123456789012:assumed-role/deploy/alice",
      "AWS service": "cloudformation.amazonaws.com",
      From: "cloudformation.amazonaws.com",
    },
  ],
  ["a replacement", { call: "PutRolePolicy" }, { Call: "PutRolePolicy" }],
])("the mail about a change says so of %s", (_, options, lines) => {
  expect(labelled(mailed(revocationChangedMessage(RUNBOOK), options))).toMatchObject(lines);
});

test("the mail about a refused change says first that nothing has changed, and why", () => {
  // WHEN
  const lines = mailed(revocationChangeRefusedMessage(RUNBOOK), { errorCode: "AccessDenied" });

  // THEN
  expect(lines[0]).toMatch(/tried to remove or replace .* Nothing has changed/);
  expect(labelled(lines)["Error"]).toBe("AccessDenied");
  expect(lines.join("\n")).not.toContain("put-role-policy");
});

test("the mail about a refused change has no command with a name that IAM has not taken", () => {
  // WHEN
  const by = session("app", "i-0aaaaaaaaaaaaaaa1");
  const names = { roleName: "app'$(touch x)'", policyName: "RevokeOldSessions;touch x" };
  const lines = mailed(revocationChangeRefusedMessage(RUNBOOK), { ...names, by, errorCode: "AccessDenied" });

  // THEN
  expect(commandsOf(lines)).toEqual([
    "aws cloudtrail lookup-events --region us-east-1 --lookup-attributes " +
      "AttributeKey=EventId,AttributeValue=bbbbbbbb-cccc-4ddd-8eee-ffffffffffff",
  ]);
});

describe.each(SHELLS)("the commands of the mail about a change, in %s,", (shell) => {
  /** What each call of the AWS CLI is given: its words, and what is piped into it. */
  function calls(options: IamCallOptions): { words: string[]; input: string }[] {
    const aws = `aws() { printf '%s\\037' "$@"; printf '\\036'; case "$*" in *stdin) cat;; esac; printf '\\035'; }`;
    const commands = commandsOf(mailed(revocationChangedMessage(RUNBOOK), options));
    const { stdout, stderr } = spawnSync(shell, ["-c", [aws, ...commands].join("\n")], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(stderr).toBe("");
    return stdout
      .split("\u001d")
      .slice(0, -1)
      .map((call) => {
        const [words = "", input = ""] = call.split("\u001e");
        return { words: words.split("\u001f").slice(0, -1), input };
      });
  }

  test("look whether the policy is there, deny again, and find out who it was", () => {
    // GIVEN
    const [roleName, policyName] = ["app+web=1,2.3@x_y-z", "RevokeOldSessions-i-0123456789abcdef0"];

    // WHEN
    const [look, put, lookUp, ...others] = calls({ roleName, policyName });

    // THEN
    expect(look!.words).toEqual(["iam", "get-role-policy", "--role-name", roleName, "--policy-name", policyName]);
    expect(put!.words).toEqual([
      ...["iam", "put-role-policy", "--role-name", roleName, "--policy-name", "RevokeOldSessions-by-hand"],
      ...["--policy-document", "file:///dev/stdin"],
    ]);
    expect(lookUp!.words.slice(0, 2)).toEqual(["cloudtrail", "lookup-events"]);
    expect(others).toEqual([]);
  });

  test("deny every session that was issued until they are run", () => {
    // GIVEN
    const before = new Date(Math.floor(Date.now() / 1_000) * 1_000);

    // WHEN
    const [, put] = calls({});

    // THEN
    const { Version, Statement } = JSON.parse(put!.input);
    const { Condition, ...denial } = Statement;
    expect({ Version, ...denial }).toEqual({ Version: "2012-10-17", Effect: "Deny", Action: "*", Resource: "*" });
    expect(Object.keys(Condition)).toEqual(["DateLessThan"]);
    const cutoff = Condition.DateLessThan["aws:TokenIssueTime"];
    expect(cutoff).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Date.parse(cutoff)).toBeGreaterThanOrEqual(before.getTime());
    expect(Date.parse(cutoff)).toBeLessThanOrEqual(Date.now());
  });
});
