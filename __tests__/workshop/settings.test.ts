import { readFileSync } from "node:fs";
import path from "node:path";

import { readSettings, toRevocableRoles } from "../../workshop/settings";
import { problemsOf } from "../support/template";

const DEFAULTS = {
  region: "us-west-2",
  alertEmails: [],
  detector: "create",
  revocableRoles: "lab",
  protectedRoles: [],
  response: "revoke",
  scope: "role",
  minimumSeverity: 7,
  severityOverrides: {},
  verifyAfterSeconds: 10,
};
const ROLE = "arn:aws:iam::123456789012:role/app";
const HEADING = 'invalid settings in cdktf.json ("context") or in GUARDDUTY_RESPONSE_… variables:';

test("without any setting the defaults hold", () => {
  expect(readSettings({}, {})).toEqual(DEFAULTS);
});

test("cdktf.json lists the settings with their defaults", () => {
  // GIVEN
  const { context } = JSON.parse(readFileSync(path.join(__dirname, "../../cdktf.json"), "utf8"));

  // THEN
  expect(readSettings(context, {})).toEqual(DEFAULTS);
});

test("null stands for the default, and cdktf's own flags are left alone", () => {
  expect(readSettings({ region: null, alertSeverity: null, excludeStackIdFromLogicalIds: "true" }, {})).toEqual(
    DEFAULTS,
  );
});

test.each<[string, unknown, string, unknown]>([
  ["region", "eu-west-1", "ap-southeast-2", "ap-southeast-2"],
  ["alertEmails", ["a@example.com"], " b@example.com, c@example.com ,", ["b@example.com", "c@example.com"]],
  ["detector", "lookup", "none", "none"],
  ["detector", "create", "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"],
  ["revocableRoles", [ROLE], "any", "any"],
  ["revocableRoles", "any", "tag:team=a=b", "tag:team=a=b"],
  ["revocableRoles", "any", "path:/app/", "path:/app/"],
  ["revocableRoles", "any", `${ROLE},${ROLE}2`, [ROLE, `${ROLE}2`]],
  ["protectedRoles", [], ROLE, [ROLE]],
  ["response", "revoke", "notify-only", "notify-only"],
  ["scope", "role", "session", "session"],
  ["minimumSeverity", 7, "0", 0],
  ["severityOverrides", {}, '{"Recon:IAMUser/TorIPCaller":7.5}', { "Recon:IAMUser/TorIPCaller": 7.5 }],
  ["alertSeverity", 9, "4.5", 4.5],
  ["verifyAfterSeconds", 5, "0", 0],
  ["stateBucket", "one-bucket", "another-bucket", "another-bucket"],
])("%s is read from the context, and from the environment, which wins", (key, inContext, text, expected) => {
  // GIVEN
  const context = { [key]: inContext };
  const variable = `GUARDDUTY_RESPONSE_${key.replace(/[A-Z]/g, "_$&").toUpperCase()}`;

  // THEN
  expect(readSettings(context, { UNRELATED: "x", [variable]: "" })).toEqual({ ...DEFAULTS, [key]: inContext });
  expect(readSettings(context, { UNRELATED: "x", [variable]: text })).toEqual({ ...DEFAULTS, [key]: expected });
});

test.each<[string, object, string]>([
  ["an unknown key", { alertEmail: "a@example.com" }, "alertEmail: unknown; must be one of region, alertEmails, "],
  [
    "a list that is a text",
    { alertEmails: "a@example.com" },
    'alertEmails: received "a@example.com"; allowed is a list of texts',
  ],
  ["a bad e-mail", { alertEmails: ["nobody"] }, 'alertEmails[0]: received "nobody"; allowed is an e-mail address'],
  [
    "a bad region",
    { region: "Oregon" },
    'region: received "Oregon"; allowed is the name of a region such as us-west-2',
  ],
  ["a region that is a number", { region: 1 }, "region: received 1; allowed is a text"],
  [
    "a bad detector",
    { detector: "yes" },
    `detector: received "yes"; allowed is create, lookup, none, or a detector's id`,
  ],
  [
    "a bad choice of roles",
    { revocableRoles: "all" },
    'revocableRoles: received "all"; allowed is lab, any, path:/…/, tag:Key=Value, or a list',
  ],
  ["a tag without a value", { revocableRoles: "tag:team" }, 'revocableRoles: received "tag:team"; allowed is'],
  ["a bad path", { revocableRoles: "path:app" }, 'RevocableRoles.withPath: "app" is not a path'],
  ["a bad role", { revocableRoles: ["app"] }, 'RevocableRoles.named: "app" is not the ARN of an IAM role'],
  ["no role", { revocableRoles: [] }, "RevocableRoles.named: name at least one role"],
  ["a bad protected role", { protectedRoles: ["app"] }, 'protectedRoles[0]: "app" is not the ARN of an IAM role'],
  ["a bad response", { response: "shout" }, 'response: received "shout"; allowed is revoke or notify-only'],
  ["a bad scope", { scope: "account" }, 'scope: received "account"; allowed is role or session'],
  ["a severity that is a text", { minimumSeverity: "7" }, 'minimumSeverity: received "7"; allowed is a number'],
  [
    "a severity out of range",
    { minimumSeverity: 70 },
    "minimumSeverity: received 70; allowed is a number from 0 to 10",
  ],
  [
    "an alert severity out of range",
    { alertSeverity: -1 },
    "alertSeverity: received -1; allowed is a number from 0 to 10",
  ],
  [
    "an override of something that is not a finding type",
    { severityOverrides: { x: 1 } },
    'severityOverrides: "x" is not a finding type',
  ],
  [
    "a wait that is too long",
    { verifyAfterSeconds: 60 },
    "verifyAfterSeconds: received 60; allowed is a number of seconds from 0 to 30",
  ],
  [
    "a bad bucket",
    { stateBucket: "My_Bucket" },
    'stateBucket: received "My_Bucket"; allowed is the name of an S3 bucket',
  ],
  ["a region without a bucket", { stateRegion: "us-east-1" }, "stateRegion: there is no stateBucket in it"],
  ["a prefix without a bucket", { stateKeyPrefix: "x" }, "stateKeyPrefix: there is no stateBucket for it"],
  [
    "a role both revocable and protected",
    { revocableRoles: [ROLE], protectedRoles: [ROLE] },
    `protectedRoles[0]: ${ROLE} is named as revocable too`,
  ],
  [
    "the lab's role protected from the lab",
    { protectedRoles: ["arn:aws:iam::123456789012:role/GuardDuty-Example-EC2-Compromised"] },
    "protectedRoles: GuardDuty-Example-EC2-Compromised is the lab's role, which revocableRoles names",
  ],
])("throws when given %s", (_, context, problem) => {
  expect(problemsOf(() => readSettings(context as Record<string, unknown>, {}))).toEqual(
    [HEADING, `  - ${problem}`].map((line) => expect.stringContaining(line)),
  );
});

test.each([
  [
    "GUARDDUTY_RESPONSE_ALERT_EMAIL",
    "a@example.com",
    "GUARDDUTY_RESPONSE_ALERT_EMAIL: unknown; must be one of GUARDDUTY_RESPONSE_REGION, ",
  ],
  [
    "GUARDDUTY_RESPONSE_MINIMUM_SEVERITY",
    "high",
    'GUARDDUTY_RESPONSE_MINIMUM_SEVERITY: received "high"; allowed is a number',
  ],
  [
    "GUARDDUTY_RESPONSE_SEVERITY_OVERRIDES",
    "{",
    'GUARDDUTY_RESPONSE_SEVERITY_OVERRIDES: received "{"; allowed is an object of numbers',
  ],
])("throws when the variable is %s=%s", (variable, value, problem) => {
  expect(problemsOf(() => readSettings({}, { [variable]: value }))).toEqual([
    HEADING,
    expect.stringContaining(problem),
  ]);
});

test("throws one error with every problem, of whatever kind and wherever it was set", () => {
  // GIVEN
  const context = {
    unknownKey: 1,
    alertEmails: ["nobody"],
    region: "Oregon",
    stateRegion: "us-east-1",
    minimumSeverity: "7",
  };
  const environment = { GUARDDUTY_RESPONSE_SCOPE: "account", GUARDDUTY_RESPONSE_TYPO: "x" };

  // WHEN
  const problems = problemsOf(() => readSettings(context, environment));

  // THEN
  expect(problems.map((line) => line.replace(/[:[].*$/, ""))).toEqual([
    HEADING.slice(0, -1),
    "  - unknownKey",
    "  - minimumSeverity",
    "  - GUARDDUTY_RESPONSE_TYPO",
    "  - region",
    "  - alertEmails",
    "  - stateRegion",
    "  - scope",
  ]);
});

test.each<[string | string[], object]>([
  ["any", { any: true }],
  ["path:/app/", { path: "/app/" }],
  ["tag:team=a=b", { tag: { key: "team", value: "a=b" } }],
  [ROLE, { arns: [ROLE] }],
  [[ROLE, `${ROLE}2`], { arns: [ROLE, `${ROLE}2`] }],
])("the setting %j means the roles %j", (setting, spec) => {
  const { spec: meant, problems } = toRevocableRoles(setting);
  expect({ meant, problems }).toEqual({ meant: spec, problems: [] });
});
