import {
  expression,
  holdsSpliced,
  jsonencode,
  OptionalItem,
  spliced,
  template,
} from "../../../scripts/terraform-module/expression";

describe("expressions of Terraform", () => {
  test.each([
    ["a text", "plain", '"plain"'],
    ["a number", 7, "7"],
    ["null", null, "null"],
    ["an object", { "aws:arn": ["a", true] }, '{ "aws:arn" = ["a", true] }'],
    ["an empty list", [], "[]"],
    ["quotes and line ends outside of an interpolation", 'a "b"\nc', '"a \\"b\\"\\nc"'],
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
  ])("%s", (_, value, expected) => {
    expect(expression(value)).toBe(expected);
  });

  test("hold a spliced list between items, in order", () => {
    expect(expression(["a", spliced("var.more"), "b"])).toBe('concat(["a"], var.more, ["b"])');
  });

  test("a list of nothing but a spliced list is that list", () => {
    expect(expression([spliced("var.arns")])).toBe("var.arns");
  });

  test("make an optional item depend on its condition", () => {
    expect(expression(["a", new OptionalItem("var.b != null", { c: "${var.b}" })])).toBe(
      'concat(["a"], (var.b != null ? [{ "c" = var.b }] : []))',
    );
  });

  test("encode a document", () => {
    expect(jsonencode({ a: [1] })).toBe('${jsonencode({ "a" = [1] })}');
  });

  test("a list to be spliced in is found in the text of a document", () => {
    expect(holdsSpliced(JSON.stringify({ a: [spliced("var.b")] }))).toBe(true);
    expect(holdsSpliced(JSON.stringify({ a: [template("var.b")] }))).toBe(false);
  });

  test("throws when an optional item is not in a list", () => {
    expect(() => expression({ a: new OptionalItem("true", 1) })).toThrow("an optional item must be in a list");
  });

  test.each(["${var.a", '${"a'])("throws when given %s, which has no end", (value) => {
    expect(() => expression(value)).toThrow("has no end");
  });
});
