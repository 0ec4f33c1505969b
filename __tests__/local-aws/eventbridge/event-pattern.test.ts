import { EventPattern } from "../../../local-aws/eventbridge/event-pattern";

/** An instance state change, with the kinds of values that AWS's documentation filters on. */
const EVENT = {
  source: "aws.ec2",
  "detail-type": "EC2 Instance State-change Notification",
  time: "2026-03-14T09:26:53Z",
  resources: ["arn:aws:ec2:us-west-2:111122223333:instance/i-1", "arn:aws:ec2:us-west-2:111122223333:instance/i-2"],
  detail: {
    state: "running",
    "c-count": 5,
    "d-count": 0,
    "x-limit": 301.8,
    spot: false,
    eventVersion: "",
    responseElements: null,
    tags: [],
    nested: { c1: 100 },
    volumes: [
      { id: "vol-1", kind: "gp3", sizes: [8, 16] },
      { id: "vol-2", kind: "io2", sizes: [500] },
    ],
  },
};

const matches = (pattern: unknown, event: unknown = EVENT) => EventPattern.parse(pattern).match(event).matched;

describe("exact values", () => {
  test.each<[string, unknown, boolean]>([
    ["one accepted value", { source: ["aws.ec2"] }, true],
    ["any of several accepted values", { detail: { state: ["initializing", "running"] } }, true],
    ["every field of the pattern", { source: ["aws.ec2"], detail: { state: ["stopped"] } }, false],
    ["case counts", { source: ["AWS.EC2"] }, false],
    ["a number is not its text", { detail: { "c-count": ["5"] } }, false],
    ["a number", { detail: { "c-count": [5] } }, true],
    ["false is not missing", { detail: { spot: [false] } }, true],
    ['true is not "true"', { detail: { spot: ["false"] } }, false],
    ["null", { detail: { responseElements: [null] } }, true],
    ["null is not an empty string", { detail: { responseElements: [""] } }, false],
    ["an empty string", { detail: { eventVersion: [""] } }, true],
    ["an empty string is not null", { detail: { eventVersion: [null] } }, false],
    ["a missing field is not null", { detail: { absent: [null] } }, false],
    ["a missing parent", { absent: { state: ["running"] } }, false],
    ["an object is no value", { detail: { nested: ["running"] } }, false],
    ["an empty array is missing", { detail: { tags: [null, ""] } }, false],
  ])("%s", (_, pattern, expected) => {
    expect(matches(pattern)).toBe(expected);
  });
});

describe("arrays in the event", () => {
  test.each<[string, unknown, boolean]>([
    [
      "match when pattern and event share one element",
      { resources: ["arn:other", "arn:aws:ec2:us-west-2:111122223333:instance/i-2"] },
      true,
    ],
    ["fail when they share none", { resources: ["arn:other"] }, false],
    ["of objects are searched", { detail: { volumes: { kind: ["io2"] } } }, true],
    ["match two fields of one element", { detail: { volumes: { id: ["vol-2"], kind: ["io2"] } } }, true],
    ["do not mix fields of two elements", { detail: { volumes: { id: ["vol-1"], kind: ["io2"] } } }, false],
    ["nested in elements stay with their element", { detail: { volumes: { id: ["vol-1"], sizes: [500] } } }, false],
    ["nested in elements are searched", { detail: { volumes: { id: ["vol-1"], sizes: [16] } } }, true],
  ])("%s", (_, pattern, expected) => {
    expect(matches(pattern)).toBe(expected);
  });

  test("anything-but needs only one element that differs", () => {
    expect(matches({ detail: { volumes: { kind: [{ "anything-but": "gp3" }] } } })).toBe(true);
  });
});

describe("prefix", () => {
  test.each<[string, unknown, boolean]>([
    ["the beginning of a string", { time: [{ prefix: "2026-03-14" }] }, true],
    ["not its middle", { time: [{ prefix: "03-14" }] }, false],
    ["the whole string", { source: [{ prefix: "aws.ec2" }] }, true],
    ["never a number", { detail: { "c-count": [{ prefix: "5" }] } }, false],
    ["never a missing field", { detail: { absent: [{ prefix: "" }] } }, false],
    ["or an exact value beside it", { source: [{ prefix: "gcp" }, "aws.ec2"] }, true],
  ])("%s", (_, pattern, expected) => {
    expect(matches(pattern)).toBe(expected);
  });
});

describe("wildcard", () => {
  test.each<[string, string, string, boolean]>([
    ["any text in the middle", "dir/*.png", "dir/a/b.png", true],
    ["no text at all", "dir/*.png", "dir/.png", true],
    ["the whole string only", "dir/*.png", "dir/a.png.bak", false],
    ["a trailing asterisk", "UnauthorizedAccess:IAMUser/*", "UnauthorizedAccess:IAMUser/TorIPCaller", true],
    ["other characters stand for themselves", "a.c", "abc", false],
    ["an escaped asterisk", "a\\*c", "a*c", true],
    ["an escaped asterisk is no wildcard", "a\\*c", "abc", false],
    ["an escaped backslash", "a\\\\c", "a\\c", true],
    ["an asterisk beside an escaped one", "*\\**", "a*b", true],
    ["text over several lines", "a*c", "a\nb\nc", true],
  ])("%s", (_, wildcard, value, expected) => {
    expect(matches({ v: [{ wildcard }] }, { v: value })).toBe(expected);
    expect(matches({ v: [{ "anything-but": { wildcard } }] }, { v: value })).toBe(!expected);
  });

  test("a list of wildcards to exclude", () => {
    const pattern = { v: [{ "anything-but": { wildcard: ["a*", "*z"] } }] };
    expect(["apple", "fizz", "pear"].filter((v) => matches(pattern, { v }))).toEqual(["pear"]);
  });
});

describe("numeric", () => {
  test.each<[string, unknown[], boolean]>([
    ["above a bound, up to another", [">", 0, "<=", 5], true],
    ["a strict bound excludes itself", ["<", 5], false],
    ["equality", ["=", 5.0], true],
    ["outside the range", [">=", 6, "<", 9], false],
  ])("%s", (_, operand, expected) => {
    expect(matches({ detail: { "c-count": [{ numeric: operand }] } })).toBe(expected);
  });

  test("reads any way to write a number", () => {
    expect(matches({ detail: { "x-limit": [{ numeric: ["=", 3.018e2] }] } })).toBe(true);
  });

  test("does not match digits in a string, nor values beyond its range", () => {
    expect(matches({ n: [{ numeric: [">", 0] }] }, { n: "7" })).toBe(false);
    expect(matches({ n: [{ numeric: [">", 0] }] }, { n: 6e9 })).toBe(false);
  });
});

describe("exists", () => {
  test.each<[string, unknown, boolean]>([
    ["true finds a leaf", { detail: { state: [{ exists: true }] } }, true],
    ["true finds null", { detail: { responseElements: [{ exists: true }] } }, true],
    ["true misses an absent field", { detail: { absent: [{ exists: true }] } }, false],
    ["false misses a leaf", { detail: { state: [{ exists: false }] } }, false],
    ["false finds an absent field", { detail: { absent: [{ exists: false }] } }, true],
    ["false finds a field that is an object, for it is no leaf", { detail: { nested: [{ exists: false }] } }, true],
    ["true misses a field that is an object", { detail: { nested: [{ exists: true }] } }, false],
    ["false finds nothing below a missing parent", { absent: { deeper: [{ exists: false }] } }, true],
    ["absent or a given value: absent", { detail: { absent: [{ exists: false }, "x"] } }, true],
    ["absent or a given value: another value", { detail: { state: [{ exists: false }, "stopped"] } }, false],
  ])("%s", (_, pattern, expected) => {
    expect(matches(pattern)).toBe(expected);
  });
});

describe("anything-but", () => {
  test.each<[string, unknown, boolean]>([
    ["another string", { detail: { state: [{ "anything-but": "initializing" }] } }, true],
    ["the same string", { detail: { state: [{ "anything-but": "running" }] } }, false],
    ["a list of strings", { detail: { state: [{ "anything-but": ["stopped", "running"] }] } }, false],
    ["a number", { detail: { "x-limit": [{ "anything-but": 123 }] } }, true],
    ["a list of numbers", { detail: { "c-count": [{ "anything-but": [4, 5, 6] }] } }, false],
    ["another prefix", { detail: { state: [{ "anything-but": { prefix: "init" } }] } }, true],
    ["the same prefix", { detail: { state: [{ "anything-but": { prefix: "run" } }] } }, false],
    ["a list of prefixes", { detail: { state: [{ "anything-but": { prefix: ["stop", "run"] } }] } }, false],
    ["null differs from any string", { detail: { responseElements: [{ "anything-but": "x" }] } }, true],
    ["never a missing field", { detail: { absent: [{ "anything-but": "x" }] } }, false],
  ])("%s", (_, pattern, expected) => {
    expect(matches(pattern)).toBe(expected);
  });
});

describe("$or", () => {
  const either = { $or: [{ "c-count": [{ numeric: [">", 10] }] }, { "d-count": [0] }] };

  test("one of its patterns suffices", () => {
    expect(matches({ detail: either })).toBe(true);
  });

  test("stands beside the other fields", () => {
    expect(matches({ source: ["aws.s3"], detail: either })).toBe(false);
  });

  test("multiplies with another one", () => {
    const both = { detail: { ...either, nested: { $or: [{ c1: [1] }, { c1: [2] }] } } };
    expect(matches(both)).toBe(false);
    expect(matches({ ...both, detail: { ...both.detail, nested: { $or: [{ c1: [1] }, { c1: [100] }] } } })).toBe(true);
  });

  test("nests", () => {
    expect(
      matches({
        $or: [{ source: ["x"] }, { source: ["aws.ec2"], $or: [{ time: ["x"] }, { detail: { state: ["running"] } }] }],
      }),
    ).toBe(true);
  });
});

describe("throws on a pattern that EventBridge refuses or that is not supported, with", () => {
  test.each<[string, unknown, RegExp]>([
    [
      "unknown operator",
      { a: [{ suffix: ".png" }] },
      /"a": \{"suffix":"\.png"\} uses the operator "suffix", which is not supported by the local AWS/,
    ],
    ["an operator named as a property of every object", { a: [{ constructor: 1 }] }, /operator "constructor"/],
    ["two operators in one entry", { a: [{ prefix: "a", exists: true }] }, /exactly one operator/],
    ["empty list", { detail: { a: [] } }, /"detail\.a" is an empty list/],
    ["empty object", { detail: {} }, /"detail" is an empty object/],
    ["bare value", { source: "aws.ec2" }, /"source" must be an object or a list/],
    ["list in a list", { a: [["x"]] }, /exactly one operator/],
    ["a list for a pattern", [], /^event pattern must be an object/],
    ["text that is not JSON", "{", /event pattern is not JSON/],
    ["prefix of a number", { a: [{ prefix: 5 }] }, /takes a string/],
    ["exists with text", { a: [{ exists: "false" }] }, /takes true or false/],
    ["numeric with an unknown comparison", { a: [{ numeric: ["!=", 5] }] }, /takes a comparison/],
    ["numeric with text", { a: [{ numeric: [">", "5"] }] }, /takes a comparison/],
    ["numeric range upside down", { a: [{ numeric: [">", 5, "<", 1] }] }, /takes a comparison/],
    ["numeric range of two lower bounds", { a: [{ numeric: [">", 1, ">", 5] }] }, /takes a comparison/],
    ["numeric beyond its range", { a: [{ numeric: [">", 6e9] }] }, /within -5e9 and 5e9/],
    ["anything-but null", { a: [{ "anything-but": null }] }, /takes a string/],
    ["anything-but of mixed types", { a: [{ "anything-but": ["x", 5] }] }, /only strings or only numbers/],
    ["anything-but of nothing", { a: [{ "anything-but": [] }] }, /only strings or only numbers/],
    ["anything-but an empty prefix", { a: [{ "anything-but": { prefix: "" } }] }, /none empty/],
    ["anything-but with an unknown operator", { a: [{ "anything-but": { suffix: "x" } }] }, /takes a string/],
    ["wildcard with two asterisks in a row", { a: [{ wildcard: "a**b" }] }, /"\*" never follows "\*"/],
    [
      "anything-but a wildcard with two asterisks in a row",
      { a: [{ "anything-but": { wildcard: ["**"] } }] },
      /"\*" never follows "\*"/,
    ],
    ["wildcard with a lone backslash", { a: [{ wildcard: "a\\b" }] }, /a backslash is followed by/],
    ["$or of one", { $or: [{ a: ["x"] }] }, /"\$or" must be a list of two or more patterns/],
    ["$or of values", { detail: { $or: ["x", "y"] } }, /must be an object/],
  ])("%s", (_, pattern, message) => {
    expect(() => EventPattern.parse(pattern)).toThrow(message);
  });
});

describe("why an event did not match", () => {
  test("names the field, what is accepted and what was seen", () => {
    expect(
      EventPattern.parse({ source: ["aws.ec2"], detail: { state: [{ prefix: "stop" }, "gone"] } }).match(EVENT),
    ).toEqual({
      matched: false,
      mismatches: [{ field: "detail.state", accepted: ['{"prefix":"stop"}', '"gone"'], seen: ["running"] }],
    });
  });

  test("sees nothing in a missing field", () => {
    expect(EventPattern.parse({ detail: { absent: ["x"] } }).match(EVENT)).toMatchObject({
      mismatches: [{ seen: [] }],
    });
  });

  test("explains the alternative of an $or that came closest", () => {
    const pattern = EventPattern.parse({ $or: [{ source: ["x"], time: ["x"] }, { detail: { state: ["stopped"] } }] });
    expect(pattern.match(EVENT)).toMatchObject({ mismatches: [{ field: "detail.state" }] });
  });

  test("lists the fields that match only in different elements of an array", () => {
    const result = EventPattern.parse({ detail: { volumes: { id: ["vol-1"], kind: ["io2"] } } }).match(EVENT);
    expect(result).toMatchObject({ mismatches: [{ field: "detail.volumes.id" }, { field: "detail.volumes.kind" }] });
  });
});
