import { readConfiguration } from "../../../lambda/revoke-sessions/configuration";
import { configuration, environment, TOPIC_ARN } from "../../support/configuration";
import { ACCOUNT_ID, FINDING_TYPE } from "../../support/finding";

const read = (changed: Record<string, string | undefined>) => readConfiguration({ ...environment(), ...changed });
const ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/team/web`;

test("reads what the deployment decided", () => {
  expect(readConfiguration({ ...environment() })).toEqual(configuration());
});

describe("takes", () => {
  test.each<[string, Record<string, string>, object]>([
    ["notify-only", { RESPONSE: "notify-only" }, { response: "notify-only" }],
    ["scope session", { SCOPE: "session" }, { scope: "session" }],
    ["another scope for repeats", { REPEAT_SCOPE: "instance" }, { scope: "role", repeatScope: "instance" }],
    ["a severity with decimals", { MINIMUM_SEVERITY: "8.25" }, { minimumSeverity: 8.25 }],
    ["the lowest severity", { MINIMUM_SEVERITY: "0" }, { minimumSeverity: 0 }],
    ["the highest severity", { MINIMUM_SEVERITY: "10" }, { minimumSeverity: 10 }],
    ["no reading back", { VERIFY_AFTER_SECONDS: "0" }, { verifyAfterSeconds: 0 }],
    ["the longest wait", { VERIFY_AFTER_SECONDS: "30" }, { verifyAfterSeconds: 30 }],
    ["overrides", { SEVERITY_OVERRIDES: `{"${FINDING_TYPE}":3}` }, { severityOverrides: { [FINDING_TYPE]: 3 } }],
    ["named roles", { REVOCABLE_ROLES: `{"arns":["${ROLE_ARN}"]}` }, { revocableRoles: { arns: [ROLE_ARN] } }],
    ["a path", { REVOCABLE_ROLES: '{"path":"/team/a/"}' }, { revocableRoles: { path: "/team/a/" } }],
    ["every path", { REVOCABLE_ROLES: '{"path":"/"}' }, { revocableRoles: { path: "/" } }],
    [
      "a tag without a value",
      { REVOCABLE_ROLES: '{"tag":{"key":"a","value":""}}' },
      { revocableRoles: { tag: { key: "a", value: "" } } },
    ],
    ["no role at all", { REVOCABLE_ROLES: "{}", PROTECTED_ROLES: "[]" }, { revocableRoles: {}, protectedRoles: [] }],
    ["an exempting tag whose value holds the sign", { EXEMPT_TAG: "a=b=c" }, { exemptTag: { key: "a", value: "b=c" } }],
    ["an exempting tag without a value", { EXEMPT_TAG: "a=" }, { exemptTag: { key: "a", value: "" } }],
    ["GovCloud", { TOPIC_ARN: `arn:aws-us-gov:sns:us-gov-west-1:${ACCOUNT_ID}:a` }, { partition: "aws-us-gov" }],
    [
      "sessions that are followed",
      { ACTIVITY: "true", FOLLOW_SESSIONS: "true" },
      { activity: true, followSessions: true },
    ],
    ["a runbook", { RUNBOOK: "https://example.com/x" }, { runbook: "https://example.com/x" }],
    [
      "an event bus",
      { EVENT_BUS_ARN: `arn:aws:events:us-west-2:${ACCOUNT_ID}:event-bus/default` },
      { eventBusArn: `arn:aws:events:us-west-2:${ACCOUNT_ID}:event-bus/default` },
    ],
    [
      "an organization",
      { MEMBERS: '{"organization":"o-a1b2c3d4e5","except":["222222222222"],"role":"/a/b"}' },
      { members: { organization: "o-a1b2c3d4e5", except: ["222222222222"], role: "/a/b" } },
    ],
    ["named members", { MEMBERS: '{"accounts":["222222222222"],"role":"/b"}' }, { members: { role: "/b" } }],
    ["a role that is protected in any account", { PROTECTED_ROLES: '["arn:aws:iam::*:role/Admin"]' }, {}],
    ["China", { TOPIC_ARN: `arn:aws-cn:sns:cn-north-1:${ACCOUNT_ID}:a` }, { partition: "aws-cn" }],
  ])("%s", (_, changed, expected) => {
    expect(read(changed)).toMatchObject(expected);
  });

  test("whatever else Lambda puts into the environment", () => {
    expect(read({ PATH: "/bin" })).toEqual(configuration());
  });
});

describe("fails, naming the variable, its value and what is allowed,", () => {
  test.each<[string, string | undefined, string | RegExp]>([
    ["ACCOUNT_ID", "12345678901", "must be twelve digits"],
    ["ACCOUNT_ID", "1234567890123", "must be twelve digits"],
    ["MEMBERS", '{"organization":"example","role":"/a"}', "must be an organization's id"],
    ["MEMBERS", '{"accounts":["1"],"role":"/a"}', "must be twelve digits"],
    ["MEMBERS", '{"organization":"o-a1b2c3d4e5","role":"a"}', "must be a role's path and name"],
    ["MEMBERS", '{"organization":"o-a1b2c3d4e5"}', /role/],
    ["MEMBERS", "none", "must be JSON"],
    ["ACCOUNT_ID", undefined, /ACCOUNT_ID/],
    ["TOPIC_ARN", "alerts", "must be the ARN of an SNS topic"],
    ["TOPIC_ARN", `${TOPIC_ARN}:sub`, "must be the ARN of an SNS topic"],
    ["TOPIC_ARN", `x${TOPIC_ARN}`, "must be the ARN of an SNS topic"],
    ["RESPONSE", "delete", /"revoke" \| "notify-only"/],
    ["SCOPE", "account", /"role" \| "session" \| "instance"/],
    ["REPEAT_SCOPE", "account", /"role" \| "session" \| "instance"/],
    ["EVENT_BUS_ARN", "default", "must be the ARN of an event bus"],
    ["MINIMUM_SEVERITY", "high", "must be a number"],
    ["MINIMUM_SEVERITY", "", "must be a number"],
    ["MINIMUM_SEVERITY", "-1", "must be a number"],
    ["MINIMUM_SEVERITY", "7.", "must be a number"],
    ["MINIMUM_SEVERITY", " 7", "must be a number"],
    ["MINIMUM_SEVERITY", "7 ", "must be a number"],
    ["MINIMUM_SEVERITY", "11", /<=10/],
    ["VERIFY_AFTER_SECONDS", "31", /<=30/],
    ["SEVERITY_OVERRIDES", "{", "must be JSON"],
    ["SEVERITY_OVERRIDES", "7", /Object/],
    ["SEVERITY_OVERRIDES", '{"a":"8"}', /number/],
    ["SEVERITY_OVERRIDES", '{"a":-1}', />=0/],
    ["SEVERITY_OVERRIDES", '{"a":11}', /<=10/],
    ["REVOCABLE_ROLES", "any", "must be JSON"],
    ["REVOCABLE_ROLES", '{"any":false}', /true/],
    ["REVOCABLE_ROLES", '{"everything":true}', /everything/],
    ["REVOCABLE_ROLES", '{"arns":["web"]}', "must be the ARN of an IAM role"],
    ["REVOCABLE_ROLES", `{"arns":["arn:aws:iam::1:role/web"]}`, "must be the ARN of an IAM role"],
    ["REVOCABLE_ROLES", `{"arns":["x${ROLE_ARN}"]}`, "must be the ARN of an IAM role"],
    ["REVOCABLE_ROLES", '{"path":"/team"}', "must begin and end with a slash"],
    ["REVOCABLE_ROLES", '{"path":"team/"}', "must begin and end with a slash"],
    ["REVOCABLE_ROLES", '{"path":"//"}', "must begin and end with a slash"],
    ["REVOCABLE_ROLES", '{"tag":{"key":"","value":"x"}}', /length/],
    ["REVOCABLE_ROLES", '{"tag":{"key":"a","value":"x","more":1}}', /more/],
    ["PROTECTED_ROLES", "null", /Array/],
    ["PROTECTED_ROLES", `["arn:aws:iam::${ACCOUNT_ID}:user/x"]`, "must be the ARN of an IAM role"],
    ["PROTECTED_ROLES", `["arn:aws:iam::${ACCOUNT_ID}:role/"]`, "must be the ARN of an IAM role"],
    ["RUNBOOK", "", "must be one line of text"],
    ["RUNBOOK", "two\nlines", "must be one line of text"],
    ["EXEMPT_TAG", "exempt", "must be key=value"],
    ["EXEMPT_TAG", "=exempt", "must be key=value"],
    ["EXEMPT_TAG", "=exempt=", "must be key=value"],
  ])("for %s=%j", (name, value, allowed) => {
    const problem = `the function's environment is not usable:\n  ${name}=${JSON.stringify(value)}: `;
    expect(() => read({ [name]: value })).toThrow(problem);
    expect(() => read({ [name]: value })).toThrow(allowed);
  });

  test("for all of them at once", () => {
    // GIVEN no environment
    const names = Object.keys(environment());
    // WHEN it is read THEN one error names every variable on a line of its own
    expect(() => readConfiguration({})).toThrow(
      expect.objectContaining({ message: expect.stringMatching(new RegExp(names.join("=[^]*\n  "))) }),
    );
  });
});
