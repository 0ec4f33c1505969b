import { readOptions } from "../../drill/options";

test("reads what is to be checked, and where", () => {
  const parameters = [
    "check",
    "--profile",
    "audit",
    "--region",
    "us-west-2",
    "--function",
    "f",
    "--without",
    "trail,guard",
  ];
  expect(readOptions(parameters)).toEqual({
    command: "check",
    profile: "audit",
    region: "us-west-2",
    functionName: "f",
    without: ["trail", "guard"],
    accountIds: undefined,
    auditRole: undefined,
    json: false,
  });
});

test("reads which role is to be drilled", () => {
  expect(readOptions(["revoke", "--role", "app", "--undo", "--json"])).toEqual({
    command: "revoke",
    profile: undefined,
    region: undefined,
    functionName: undefined,
    roleName: "app",
    undo: true,
    yes: false,
    json: true,
  });
});

test("is asked for help", () => {
  expect(readOptions(["--help"])).toBe("help");
});

test.each([
  ["there is no command", [], "received nothing"],
  ["the command is unknown", ["chekc"], "received chekc"],
  ["there are two commands", ["check", "check"], "received check check"],
  ["a check is unknown", ["check", "--without", "trails"], "--without: must be some of detector, rule,"],
  ["members are named without a way in", ["check", "--members", "222222222222"], "--members: needs --audit-role"],
  [
    "a member is no account",
    ["check", "--members", "22", "--audit-role", "audit"],
    "--members: must be ids of accounts",
  ],
  ["no role is named", ["revoke"], "--role: must be the name of a role, without its path; received nothing"],
  [
    "a role is named by its ARN",
    ["revoke", "--role", "arn:aws:iam::111122223333:role/app"],
    "--role: must be the name",
  ],
  ["an option is another command's", ["check", "--undo"], "--undo is an option of revoke, not of check"],
  ["an option is unknown", ["check", "--fast"], "--fast"],
])("throws when %s", (_, parameters, message) => {
  expect(() => readOptions(parameters)).toThrow(message);
});
