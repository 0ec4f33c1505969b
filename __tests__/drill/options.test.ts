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
    json: false,
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
  ["an option is unknown", ["check", "--fast"], "--fast"],
])("throws when %s", (_, parameters, message) => {
  expect(() => readOptions(parameters)).toThrow(message);
});
