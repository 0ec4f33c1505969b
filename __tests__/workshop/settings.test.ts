import { readFileSync } from "node:fs";
import path from "node:path";

import { readSettings, toMembers, toRevocableRoles } from "../../workshop/settings";
import { problemsOf } from "../support/template";

const DEFAULTS = {
  region: "us-west-2",
  regions: [],
  memberAccounts: [],
  alertEmails: [],
  detector: "create",
  revocableRoles: "lab",
  protectedRoles: [],
  findings: [],
  response: "revoke",
  scope: "role",
  minimumSeverity: 7,
  severityOverrides: {},
  verifyAfterSeconds: 10,
  activity: true,
  followSessions: false,
  events: false,
  guard: true,
};
const BOUNDARY = "arn:aws:iam::123456789012:policy/boundary";
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

const SEQUENCE = "AttackSequence:IAM/CompromisedCredentials";

test.each<[string, unknown, string, unknown]>([
  ["region", "eu-west-1", "ap-southeast-2", "ap-southeast-2"],
  ["regions", ["eu-west-1"], "us-east-1, eu-west-1", ["us-east-1", "eu-west-1"]],
  ["alertEmails", ["a@example.com"], " b@example.com, c@example.com ,", ["b@example.com", "c@example.com"]],
  ["detector", "lookup", "none", "none"],
  ["detector", "create", "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"],
  ["revocableRoles", [ROLE], "any", "any"],
  ["revocableRoles", "any", "tag:team=a=b", "tag:team=a=b"],
  ["revocableRoles", "any", "path:/app/", "path:/app/"],
  ["revocableRoles", "any", `${ROLE},${ROLE}2`, [ROLE, `${ROLE}2`]],
  ["protectedRoles", [], ROLE, [ROLE]],
  ["findings", [], `${SEQUENCE}, Recon:IAMUser/TorIPCaller`, [SEQUENCE, "Recon:IAMUser/TorIPCaller"]],
  ["response", "revoke", "notify-only", "notify-only"],
  ["scope", "role", "session", "session"],
  ["minimumSeverity", 7, "0", 0],
  ["severityOverrides", {}, '{"Recon:IAMUser/TorIPCaller":7.5}', { "Recon:IAMUser/TorIPCaller": 7.5 }],
  ["alertSeverity", 9, "4.5", 4.5],
  ["verifyAfterSeconds", 5, "0", 0],
  ["activity", true, "false", false],
  ["activity", false, "true", true],
  ["followSessions", false, "true", true],
  ["events", true, "false", false],
  ["guard", true, "false", false],
  ["repeatScope", "role", "instance", "instance"],
  ["runbookUrl", "https://example.com/one", "https://example.com/other", "https://example.com/other"],
  ["permissionsBoundaryArn", BOUNDARY, `${BOUNDARY}2`, `${BOUNDARY}2`],
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
  ["an unknown key", { alertEmail: "a@example.com" }, "alertEmail: must be one of region, regions, organizationId, "],
  [
    "a further region's name",
    { regions: ["Ireland"] },
    'regions[0]: must be the name of a region such as us-west-2; received "Ireland"',
  ],
  [
    "the home region as a further one",
    { regions: ["us-west-2"] },
    'regions[0]: must be another region than us-west-2, and named once; received "us-west-2"',
  ],
  [
    "a further region twice",
    { regions: ["eu-west-1", "eu-west-1"] },
    'regions[1]: must be another region than us-west-2, and named once; received "eu-west-1"',
  ],
  [
    "an organization's name",
    { organizationId: "ours", revocableRoles: "path:/app/" },
    'MemberAccounts.ofOrganization: must be the id of an organization such as o-a1b2c3d4e5; received "ours"',
  ],
  [
    "an account's name",
    { memberAccounts: ["web"], revocableRoles: "path:/app/" },
    'MemberAccounts.named: must be the id of an account: twelve digits, in quotation marks; received "web"',
  ],
  [
    "an organization and accounts",
    { organizationId: "o-a1b2c3d4e5", memberAccounts: ["222222222222"], revocableRoles: "path:/app/" },
    "memberAccounts: must be left out if organizationId is set, which means every account of it; remove one of them",
  ],
  [
    "the lab's role for other accounts",
    { memberAccounts: ["222222222222"] },
    "revocableRoles: must name roles of other accounts if organizationId or memberAccounts is set; received",
  ],
  [
    "any role for other accounts, without the word",
    { organizationId: "o-a1b2c3d4e5", revocableRoles: "any" },
    "revocableRoles: must be of every account if other accounts are acted in; received RevocableRoles.anyOfAccount",
  ],
  [
    "a list that is a text",
    { alertEmails: "a@example.com" },
    'alertEmails: must be a list of texts (in a variable, separated by commas); received "a@example.com"',
  ],
  [
    "a bad e-mail",
    { alertEmails: ["nobody"] },
    'alertEmails[0]: must be an e-mail address such as security@example.com; received "nobody"',
  ],
  ["a bad region", { region: "Oregon" }, 'region: must be the name of a region such as us-west-2; received "Oregon"'],
  ["a region that is a number", { region: 1 }, "region: must be a text; received 1"],
  [
    "a bad detector",
    { detector: "yes" },
    `detector: must be create, lookup, none or the id of a detector; received "yes"`,
  ],
  [
    "a bad choice of roles",
    { revocableRoles: "all" },
    'revocableRoles: must be lab, any, any-of-every-account, path:/…/, tag:Key=Value or a list of role ARNs; received "all"',
  ],
  [
    "a tag without a value",
    { revocableRoles: "tag:team" },
    'revocableRoles: must be lab, any, any-of-every-account, path:/…/, tag:Key=Value or a list of role ARNs; received "tag:team"',
  ],
  ["a bad path", { revocableRoles: "path:app" }, "RevocableRoles.withPath: must be a path such as"],
  ["a bad role", { revocableRoles: ["app"] }, "RevocableRoles.named: must be the ARN of an IAM role such as"],
  ["no role", { revocableRoles: [] }, "RevocableRoles.named: must be at least one role; received none"],
  ["a bad protected role", { protectedRoles: ["app"] }, "protectedRoles[0]: must be the ARN of an IAM role such as"],
  ["a bad response", { response: "shout" }, 'response: must be revoke or notify-only; received "shout"'],
  [
    "a bad runbook",
    { runbookUrl: "our wiki" },
    "runbookUrl: must be an address such as https://example.com/runbook, without",
  ],
  [
    "a bad boundary",
    { permissionsBoundaryArn: "boundary" },
    'permissionsBoundaryArn: must be the ARN of an IAM policy; received "boundary"',
  ],
  ["a bad scope", { scope: "account" }, 'scope: must be role or session or instance; received "account"'],
  [
    "sessions that are followed unseen",
    { activity: false, followSessions: true },
    "followSessions: must be left out unless activity is true, since CloudTrail tells which sessions were started; received true",
  ],
  ["a switch that is a text", { activity: "yes" }, 'activity: must be true or false; received "yes"'],
  ["a severity that is a text", { minimumSeverity: "7" }, 'minimumSeverity: must be a number; received "7"'],
  ["a severity out of range", { minimumSeverity: 70 }, "minimumSeverity: must be a number from 0 to 10; received 70"],
  [
    "an alert severity out of range",
    { alertSeverity: -1 },
    "alertSeverity: must be a number from 0 to 10; received -1",
  ],
  [
    "an override of something that is not a finding type",
    { severityOverrides: { x: 1 } },
    "severityOverrides: must be keyed by finding types such as",
  ],
  [
    "a wait that is too long",
    { verifyAfterSeconds: 60 },
    "verifyAfterSeconds: must be a number of seconds from 0 to 30; received 60",
  ],
  ["a bad bucket", { stateBucket: "My_Bucket" }, 'stateBucket: must be the name of an S3 bucket; received "My_Bucket"'],
  [
    "a region without a bucket",
    { stateRegion: "us-east-1" },
    "stateRegion: must be left out if there is no stateBucket",
  ],
  ["a prefix without a bucket", { stateKeyPrefix: "x" }, "stateKeyPrefix: must be left out if there is no stateBucket"],
  [
    "a role both revocable and protected",
    { revocableRoles: [ROLE], protectedRoles: [ROLE] },
    `protectedRoles[0]: must not cover the revocable ${ROLE}; received "${ROLE}"`,
  ],
  [
    "the lab's role protected from the lab",
    { protectedRoles: ["arn:aws:iam::123456789012:role/GuardDuty-Example-EC2-Compromised"] },
    "protectedRoles: must not hold the lab's role GuardDuty-Example-EC2-Compromised, which revocableRoles names",
  ],
  [
    "the lab's role protected from the lab by a pattern",
    { protectedRoles: ["arn:aws:iam::123456789012:role/GuardDuty-*"] },
    "protectedRoles: must not hold the lab's role GuardDuty-Example-EC2-Compromised, which revocableRoles names",
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
    "GUARDDUTY_RESPONSE_ALERT_EMAIL: must be one of GUARDDUTY_RESPONSE_REGION, ",
  ],
  [
    "GUARDDUTY_RESPONSE_MINIMUM_SEVERITY",
    "high",
    'GUARDDUTY_RESPONSE_MINIMUM_SEVERITY: must be a number; received "high"',
  ],
  [
    "GUARDDUTY_RESPONSE_SEVERITY_OVERRIDES",
    "{",
    'GUARDDUTY_RESPONSE_SEVERITY_OVERRIDES: must be an object of numbers (in a variable, as JSON); received "{"',
  ],
])("throws when the variable is %s=%s", (variable, value, problem) => {
  expect(problemsOf(() => readSettings({}, { [variable]: value }))).toEqual([
    HEADING,
    expect.stringContaining(problem),
  ]);
});

test.each<[string, unknown]>([
  ["alertEmails", ["a${b@example.com"]],
  ["alertEmails", ["a%{b@example.com"]],
  ["alertEmails", ["${TfToken[TOKEN.999]}@example.com"]],
  ["region", "${TfToken[TOKEN.999]}"],
  ["detector", "${x}"],
  ["revocableRoles", "path:/a%{b}/"],
  ["revocableRoles", "tag:team=${x}"],
  ["protectedRoles", [`${ROLE}-\${x}`]],
  ["response", "${TfToken[TOKEN.999]}"],
  ["severityOverrides", { "${x}": 1 }],
  ["minimumSeverity", "${TfToken[TOKEN.999]}"],
  ["stateBucket", "${TfToken[TOKEN.999]}"],
  ["stateKeyPrefix", "a/${b}"],
])("rejects what Terraform would evaluate in %s: %j", (key, value) => {
  // GIVEN
  const variable = `GUARDDUTY_RESPONSE_${key.replace(/[A-Z]/g, "_$&").toUpperCase()}`;
  const text = Array.isArray(value) ? value.join(",") : typeof value === "string" ? value : JSON.stringify(value);

  // THEN
  const problem = "must be a text without ${ and %{, which Terraform would evaluate; received ";
  const inContext = problemsOf(() => readSettings({ stateBucket: "bucket", [key]: value }, {}));
  expect(inContext).toEqual([HEADING, `  - ${key}: ${problem}${JSON.stringify(value)}`]);
  const inEnvironment = problemsOf(() => readSettings({ stateBucket: "bucket" }, { [variable]: text }));
  expect(inEnvironment).toEqual([HEADING, `  - ${variable}: ${problem}${JSON.stringify(text)}`]);
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

test.each<[object, object | undefined]>([
  [{}, undefined],
  [{ organizationId: "o-a1b2c3d4e5" }, { organization: "o-a1b2c3d4e5", role: "/guardduty-response/Web-Member" }],
  [{ memberAccounts: ["222222222222"] }, { accounts: ["222222222222"], role: "/guardduty-response/Web-Member" }],
])("the settings %j mean the members %j", (given, expected) => {
  const settings = readSettings({ ...given, revocableRoles: "path:/app/" }, {});
  expect(toMembers(settings)?.namedAfter("Web").spec).toEqual(expected);
});

test("members are read from the environment", () => {
  // GIVEN
  const environment = {
    GUARDDUTY_RESPONSE_MEMBER_ACCOUNTS: "222222222222, 333333333333",
    GUARDDUTY_RESPONSE_REVOCABLE_ROLES: "any-of-every-account",
  };

  // THEN
  expect(readSettings({}, environment).memberAccounts).toEqual(["222222222222", "333333333333"]);
});

test.each<[string | string[], object]>([
  ["any", { any: true }],
  ["any-of-every-account", { any: true }],
  ["path:/app/", { path: "/app/" }],
  ["tag:team=a=b", { tag: { key: "team", value: "a=b" } }],
  [ROLE, { arns: [ROLE] }],
  [[ROLE, `${ROLE}2`], { arns: [ROLE, `${ROLE}2`] }],
])("the setting %j means the roles %j", (setting, spec) => {
  const { spec: meant, problems } = toRevocableRoles(setting);
  expect({ meant, problems }).toEqual({ meant: spec, problems: [] });
});
