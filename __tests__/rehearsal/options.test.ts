import { readOptions, USAGE } from "../../rehearsal/options";

test("reads the command line", () => {
  expect(readOptions([])).toEqual({ organization: false, brief: false, json: false, help: false });
  expect(readOptions(["--finding", "-", "--scope", "session", "--json"])).toEqual({
    finding: "-",
    scope: "session",
    organization: false,
    brief: false,
    json: true,
    help: false,
  });
  expect(readOptions(["--organization", "--json"])).toEqual({
    organization: true,
    brief: false,
    json: true,
    help: false,
  });
  expect(readOptions(["--synthesized=cdktf.out", "--brief", "-h"])).toEqual({
    synthesized: "cdktf.out",
    organization: false,
    brief: true,
    json: false,
    help: true,
  });
});

test.each<[string, string[], RegExp]>([
  ["an unknown option", ["--fnding", "x"], /Unknown option '--fnding'.*\(see --help\)/],
  ["a word too many", ["finding.json"], /Unexpected argument 'finding\.json'.*\(see --help\)/],
  ["an option without its value", ["--finding"], /--finding.*\(see --help\)/],
  ["an unknown scope", ["--scope", "all"], /^--scope: must be role or session or instance; received "all"$/],
  [
    "a scope for what is synthesized already",
    ["--scope", "role", "--synthesized", "x"],
    /^--scope: .*leave one of them out$/,
  ],
  [
    "what the story of an organization does not play",
    ["--organization", "--scope", "role", "--finding", "x"],
    /^--organization: plays a deployment of its own; leave out --finding and --scope$/,
  ],
  ["a page that is no page", ["--html", "findings.json"], /^--html: .* ends in \.html; received "findings\.json"$/],
  ["a form for people and machines", ["--brief", "--json"], /^--brief: .*leave one of them out$/],
])("rejects %s", (_, parameters, message) => {
  expect(() => readOptions(parameters)).toThrow(
    expect.objectContaining({ name: "RehearsalError", message: expect.stringMatching(message) }),
  );
});

test("the help fits into 80 columns and names every option", () => {
  expect(USAGE.split("\n").filter((line) => line.length > 80)).toEqual([]);
  const options = ["--finding", "--organization", "--scope", "--synthesized", "--brief", "--json", "--html", "--help"];
  for (const option of options) {
    expect(USAGE).toContain(option);
  }
});
