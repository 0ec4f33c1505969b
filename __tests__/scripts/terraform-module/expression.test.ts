import {
  Conditional,
  documentOf,
  Encoded,
  expression,
  Merged,
  OptionalItems,
  spliced,
  template,
  withTexts,
} from "../../../scripts/terraform-module/expression";

/** A text of several lines, which the indentation of the test is no part of. */
const lines = (...written: readonly string[]): string => written.join("\n");

describe("expressions of Terraform", () => {
  test.each([
    ["a text", "plain", '"plain"'],
    ["a number", 7, "7"],
    ["null", null, "null"],
    ["an object of one entry", { Service: "events.amazonaws.com" }, '{ Service = "events.amazonaws.com" }'],
    ["a key that is not an identifier", { "aws:arn": "a" }, '{ "aws:arn" = "a" }'],
    ["a key that is a word of the language", { for: "a" }, '{ "for" = "a" }'],
    ["a list of one item", ["a"], '["a"]'],
    ["a list of numbers", [1, 2], "[1, 2]"],
    ["an empty list", [], "[]"],
    ["an empty object", {}, "{}"],
    ["quotes", 'a "b"', '"a \\"b\\""'],
    ["a template that is one expression", "${var.roles}", "var.roles"],
    ["a template with text around", "arn:${var.a}:${var.b}", '"arn:${var.a}:${var.b}"'],
    [
      "braces and quotes inside of an interpolation",
      'x ${lookup({"a" = "}"}, "b")}',
      '"x ${lookup({"a" = "}"}, "b")}"',
    ],
    [
      "a template inside of a quoted text inside of one",
      '${coalesce(var.a, "${var.b}-}")}',
      'coalesce(var.a, "${var.b}-}")',
    ],
    ["a template as a key", { "tag/${var.key}": "v" }, '{ "tag/${var.key}" = "v" }'],
    ["an escaped interpolation", "$${aws:username}", '"$${aws:username}"'],
    ["an interpolation after an escaped one", "$${a} ${var.b}", '"$${a} ${var.b}"'],
  ])("%s", (_, value, expected) => {
    expect(expression(value)).toBe(expected);
  });

  test("give each item of a list a line of its own, with a comma after the last", () => {
    expect(expression(["a", "b"])).toBe(lines("[", '  "a",', '  "b",', "]"));
  });

  test("give each key of an object a line of its own, in columns that an entry of several lines interrupts", () => {
    expect(expression({ Sid: "A", Action: ["b", "c"], Effect: "Allow", Resource: "*" })).toBe(
      lines(
        "{",
        '  Sid = "A"',
        "  Action = [",
        '    "b",',
        '    "c",',
        "  ]",
        '  Effect   = "Allow"',
        '  Resource = "*"',
        "}",
      ),
    );
  });

  test("hold a spliced list between items, in order", () => {
    expect(expression(["a", spliced("var.more"), "b"])).toBe(
      lines("concat(", '  ["a"],', "  var.more,", '  ["b"],', ")"),
    );
  });

  test("a list of nothing but a spliced list is that list", () => {
    expect(expression([spliced("var.arns")])).toBe("var.arns");
  });

  test("make an optional item depend on its condition", () => {
    expect(expression(["a", new OptionalItems("var.b != null", { c: "${var.b}" })])).toBe(
      lines("concat(", '  ["a"],', "  var.b != null ? [{ c = var.b }] : [],", ")"),
    );
  });

  test("make several optional items depend on one condition", () => {
    expect(expression(["a", new OptionalItems("var.b != null", 1, 2)])).toBe(
      lines("concat(", '  ["a"],', "  var.b != null ? [1, 2] : [],", ")"),
    );
  });

  test("make keys of an object depend on a condition", () => {
    expect(expression(new Merged({ a: 1 }, "var.b != null", { b: "${var.b}" }))).toBe(
      lines("merge(", "  { a = 1 },", "  var.b != null ? { b = var.b } : {},", ")"),
    );
  });

  test("encode a document", () => {
    expect(expression(new Encoded({ a: [1], b: true }))).toBe(lines("jsonencode({", "  a = [1]", "  b = true", "})"));
  });

  test("choose one of two values by a condition, each on a line of its own", () => {
    expect(expression(new Conditional("var.a", "b", "c"))).toBe(lines("(", "  var.a ?", '  "b" :', '  "c"', ")"));
  });

  test("show a text of several lines as it will be read, templates in it included", () => {
    expect(expression('a "b"\n  ${var.c}')).toBe(lines("chomp(<<-EOT", '  a "b"', "    ${var.c}", "EOT", ")"));
  });

  test("throws when an optional item is not in a list", () => {
    expect(() => expression({ a: new OptionalItems("true", 1) })).toThrow("optional items must be in a list");
  });

  test.each(["${var.a", '${"a'])("throws when given %s, which has no end", (value) => {
    expect(() => expression(value)).toThrow("has no end");
  });
});

describe("the document of a JSON text", () => {
  test("is read with its templates, whose quotes are not escaped", () => {
    expect(documentOf('{"a":["x ${lookup({"b" = "c"}, "b")}"]}')).toEqual({ a: ['x ${lookup({"b" = "c"}, "b")}'] });
  });

  test.each(["a text", '{ $.outcome = "revoked" }', "", "7"])("ignores %j, which holds none", (text) => {
    expect(documentOf(text)).toBeUndefined();
  });
});

test("texts are changed wherever they are: in keys, conditions, documents and lists", () => {
  // GIVEN
  const value = {
    a: [new OptionalItems("a", "a")],
    b: new Encoded({ a: "a" }),
    c: new Conditional("a", "a", 1),
    d: new Merged("a", "a", "a"),
  };

  // WHEN
  const changed = withTexts(value, (text) => text.replace("a", template("z")));

  // THEN
  expect(changed).toEqual({
    "${z}": [new OptionalItems("${z}", "${z}")],
    b: new Encoded({ "${z}": "${z}" }),
    c: new Conditional("${z}", "${z}", 1),
    d: new Merged("${z}", "${z}", "${z}"),
  });
});
