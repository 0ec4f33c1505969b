import { type InputTransformer, transformInput } from "../../../local-aws/eventbridge/input-transformer";
import { readJsonPath } from "../../../local-aws/eventbridge/json-path";

const EVENT = {
  version: "0",
  "detail-type": "EC2 Instance State-change Notification",
  time: "2026-03-14T09:26:53Z",
  resources: ["arn:aws:ec2:us-west-2:111122223333:instance/i-1"],
  detail: {
    "instance-id": "i-0123456789",
    state: "RUNNING",
    severity: 8,
    list: ["a", "b"],
    tags: { team: "red" },
    note: 'say "hi"',
  },
};

const RULE = {
  ruleName: "example",
  ruleArn: "arn:aws:events:us-west-2:111122223333:rule/example",
  ingestionTime: "2026-03-14T09:26:54Z",
};

const INPUT_PATHS = {
  instance: "$.detail.instance-id",
  state: "$.detail.state",
  severity: "$.detail.severity",
  list: "$.detail.list",
  tags: "$.detail.tags",
  note: "$.detail.note",
  absent: "$.detail.absent",
};

const transform = (inputTemplate: string, inputPaths: InputTransformer["inputPaths"] = INPUT_PATHS) =>
  transformInput({ inputPaths, inputTemplate }, EVENT, RULE);

describe("templates of strings", () => {
  test.each([
    ["keep their quotes", '"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'],
    ["keep their escaped quotes", '"instance \\"<instance>\\" is <state>"', '"instance \\"i-0123456789\\" is RUNNING"'],
    [
      "may have several lines, each quoted",
      '"state: <state>"\n""\n"severity: <severity>"',
      '"state: RUNNING"\n""\n"severity: 8"',
    ],
    ["lose the newline at their end", '"<state>"\n', '"RUNNING"'],
    ["leave nothing for a path that the event lacks", '"state <absent>."', '"state ."'],
    [
      "take reserved variables",
      '"<aws.events.rule-name> at <aws.events.event.ingestion-time>"',
      '"example at 2026-03-14T09:26:54Z"',
    ],
    ["write a list in brackets", '"<list>"', '"[a,b]"'],
    ["write an object without its quotes", '"<tags>"', '"{team:red}"'],
    ["do not escape what they insert", '"<note>"', '"say "hi""'],
    ["leave angle brackets that hold no name", '"1 < 2 and <https://x> > 0"', '"1 < 2 and <https://x> > 0"'],
  ])("%s", (_, template, expected) => {
    expect(transform(template)).toBe(expected);
  });
});

describe("templates of JSON", () => {
  test.each<[string, string, unknown]>([
    [
      "insert values with their types",
      '{ "i": <instance>, "s": <severity>, "l": <list>, "t": <tags> }',
      { i: "i-0123456789", s: 8, l: ["a", "b"], t: { team: "red" } },
    ],
    [
      "insert text inside strings",
      '{"status": "instance \\"<instance>\\" is in <state>", "n": [9, <state>, true]}',
      { status: 'instance "i-0123456789" is in RUNNING', n: [9, "RUNNING", true] },
    ],
    ["write an empty string for a path that the event lacks", '{"a": <absent>}', { a: "" }],
    ["insert the event without its detail", '{"e": <aws.events.event>}', { e: { ...EVENT, detail: undefined } }],
    [
      "insert the whole event",
      '{"e": <aws.events.event.json>, "arn": <aws.events.rule-arn>}',
      { e: EVENT, arn: RULE.ruleArn },
    ],
  ])("%s", (_, template, expected) => {
    expect(JSON.parse(transform(template))).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  test("arrive minified", () => {
    expect(transform('{\n  "a": <state>\n}')).toBe('{"a":"RUNNING"}');
  });
});

describe("throws", () => {
  test.each([
    ["on a variable that nothing defines", '"<instanc>"', /uses <instanc>, .* input paths are instance, state/],
    [
      "on a line without quotes",
      '"a"\nstate <state>',
      /input template line 2: "state <state>" must be one quoted string/,
    ],
    ["on two strings in a line", '"a" "b"', /line 1/],
    ["when the value breaks the JSON", '{"a": "<note>"}', /does not become JSON with this event/],
  ])("%s", (_, template, message) => {
    expect(() => transform(template)).toThrow(message);
  });

  test("on an input path with a reserved name", () => {
    expect(() => transform('"x"', { "aws.x": "$.time" })).toThrow(/reserved by EventBridge/);
  });
});

describe("JSONPath", () => {
  test.each<[string, unknown]>([
    ["$", EVENT],
    ["$.detail-type", "EC2 Instance State-change Notification"],
    ["$.resources[0]", "arn:aws:ec2:us-west-2:111122223333:instance/i-1"],
    ["$.detail.list[*]", ["a", "b"]],
    ["$.detail.tags.*", ["red"]],
    ["$.detail.list[2]", undefined],
    ["$.detail.absent.deeper", undefined],
    ["$.detail.absent[*]", undefined],
    ["$.detail.toString", undefined],
  ])("%s", (path, expected) => {
    expect(readJsonPath(EVENT, path)).toEqual(expected);
  });

  test.each(["detail", "$['detail']", "$..detail", "$.list[?(@.a)]", "$.list[-1]"])("throws on %s", (path) => {
    expect(() => readJsonPath(EVENT, path)).toThrow(/EventBridge reads only/);
  });
});
