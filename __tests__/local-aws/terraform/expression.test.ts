import { evaluateTemplate } from "../../../local-aws/terraform/expression";

const evaluate = (template: string) =>
  evaluateTemplate(
    template,
    (path) =>
      ({
        "aws_sns_topic.alerts-1.arn": "arn:topic",
        "local.list": ["a", "b"],
        "local.map": { k: "v" },
        "x.list.0.name": "first",
      })[path.join(".")] ?? path.join("/"),
  );

test.each<[string, unknown]>([
  ["plain text", "plain text"],
  ["", ""],
  ["${aws_sns_topic.alerts-1.arn}", "arn:topic"],
  ["<${aws_sns_topic.alerts-1.arn}:${data.aws_region.r.id}>", "<arn:topic:data/aws_region/r/id>"],
  ["${local.list}", ["a", "b"]],
  ["${x.list[0].name}", "first"],
  ['${a.b["key with space"]}', "a/b/key with space"],
  ['${lookup({"aws" = "one", "aws-cn" = "two"}, "aws-cn", "other")}', "two"],
  ['${lookup({aws: "one"}, "elsewhere", "other")}', "other"],
  ['${join("/", ["a", aws_sns_topic.alerts-1.arn])}', "a/arn:topic"],
  ["${jsonencode(local.map)}", '{"k":"v"}'],
  ["is ${true}, ${null}, ${-1.5}", "is true, null, -1.5"],
  ["$${not evaluated} and 100 % %%{kept}", "${not evaluated} and 100 % %{kept}"],
  ['${"text with ${local.list[0]}"}', "text with local/list/0"],
])("%s", (template, expected) => {
  expect(evaluate(template)).toEqual(expected);
});

test.each<[string, RegExp]>([
  ['${file("x")}', /the function file is not supported by the local AWS; supported are lookup, join, jsonencode/],
  ["${constructor(1)}", /the function constructor is not supported by the local AWS/],
  ["${a.b ? 1 : 2}", /not an expression that the local AWS supports, near/],
  ["${a.b", /not an expression/],
  ["${}", /not an expression/],
  ["%{ if true }x%{ endif }", /template directives/],
])("throws on %s", (template, message) => {
  expect(() => evaluate(template)).toThrow(message);
});
