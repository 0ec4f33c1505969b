import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { TerraformStack, Testing } from "cdktf";

import { attributeText, jsonText } from "../../../src/shared/attribute-text";
import { inHcl } from "../../support/hcl";

/** A stack with two parameters, the second of which holds a text about the first. */
function stackWith(text: (reference: string) => string): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "stack");
  const first = new SsmParameter(stack, "first", { name: "first", type: "String", value: "1" });
  new SsmParameter(stack, "second", { name: "second", type: "String", value: text(first.arn) });
  return stack;
}

const inJson = (text: (reference: string) => string): string =>
  JSON.parse(Testing.synth(stackWith(text))).resource.aws_ssm_parameter.second.value;
const hclOf = (text: (reference: string) => string): string => inHcl(() => Testing.synthHcl(stackWith(text)));

const TEXTS: Readonly<Record<string, [text: string, escaped: string]>> = {
  quotes: ['"', '\\"'],
  "a backslash": ["\\d", "\\\\d"],
  "a line end": ["a\nb", "a\\nb"],
};

describe("the text of an attribute", () => {
  test.each(Object.entries(TEXTS))("is in JSON as it is given: %s", (_, [text]) => {
    expect(inJson((arn) => attributeText(`${text} ${arn}`))).toBe(`${text} \${aws_ssm_parameter.first.arn}`);
  });

  test.each(Object.entries(TEXTS))("is escaped in HCL: %s", (_, [text, escaped]) => {
    expect(hclOf((arn) => attributeText(`${text} ${arn}`))).toContain(
      `value = "${escaped} \${aws_ssm_parameter.first.arn}"`,
    );
  });

  test.each(Object.entries(TEXTS))("is escaped once in HCL when it refers to nothing: %s", (_, [text, escaped]) => {
    expect(hclOf(() => attributeText(text))).toContain(`value = "${escaped}"`);
  });

  test("can be a JSON document", () => {
    const text = (arn: string) => jsonText({ Resource: [arn] });
    expect(inJson(text)).toBe('{"Resource":["${aws_ssm_parameter.first.arn}"]}');
    expect(hclOf(text)).toContain('value = "{\\"Resource\\":[\\"${aws_ssm_parameter.first.arn}\\"]}"');
  });

  test("can be a JSON document that is known only when the stack is synthesized", () => {
    // GIVEN
    const document: string[] = [];
    const stack = stackWith(() => jsonText(() => document));

    // WHEN
    document.push("late");

    // THEN
    expect(JSON.parse(Testing.synth(stack)).resource.aws_ssm_parameter.second.value).toBe('["late"]');
  });
});
