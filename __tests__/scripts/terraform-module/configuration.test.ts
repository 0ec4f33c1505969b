import { findingForwarderModule } from "../../../scripts/terraform-module/finding-forwarder/module";
import { FINDING_FORWARDER_README } from "../../../scripts/terraform-module/finding-forwarder/readme";
import { expression } from "../../../scripts/terraform-module/expression";
import type { Input } from "../../../scripts/terraform-module/input";
import { INPUTS } from "../../../scripts/terraform-module/response/inputs";
import { responseModule } from "../../../scripts/terraform-module/response/module";
import { NamedBlocks } from "../../../scripts/terraform-module/named-blocks";
import { moduleReadme } from "../../../scripts/terraform-module/readme";
import { RESPONSE_README } from "../../../scripts/terraform-module/response/readme";

const { configuration } = responseModule();
const text = JSON.stringify(configuration);

describe("the Terraform module", () => {
  test("has no provider, no backend, and takes the range of provider versions that the constructs are written for", () => {
    expect(configuration["provider"]).toBeUndefined();
    expect(configuration["terraform"]).toEqual({
      required_version: expect.any(String),
      required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.100.0, < 7.0.0" } },
    });
  });

  test("holds nothing of the machine that it was made on, and nothing of cdktf", () => {
    expect(text).not.toContain('//":');
    expect(text).not.toContain(process.cwd());
    expect(text).not.toMatch(/TfToken|e\+289/);
  });

  test("lets the queue take events from a rule that is always made, and from those that may be left out", () => {
    // THEN as the head of response/module.ts shows
    const { name, policy } = configuration["resource"].aws_sqs_queue.failure_queue;
    expect(name).toBe("${var.prefix}-not-handled");
    const optional = ["further_findings", "any_finding"].flatMap((rule) => [rule, `forwarded_${rule}`]);
    const sources = expression(policy.document.Statement[0].Condition.ArnEquals["aws:SourceArn"]).split(/,?\n */);
    expect(sources.slice(0, 2)).toEqual(["concat(", "[aws_cloudwatch_event_rule.rule.arn]"]);
    expect(sources.slice(2, -1).sort()).toEqual(
      [...optional, "forwarded"].map((rule) => `aws_cloudwatch_event_rule.${rule}[*].arn`).sort(),
    );
  });

  test("finds its zip in any folder", () => {
    expect(configuration["resource"].aws_lambda_function.revoker).toMatchObject({
      filename: "${path.module}/revoke-sessions.zip",
      source_code_hash: '${filebase64sha256("${path.module}/revoke-sessions.zip")}',
    });
  });

  test("uses every input", () => {
    // GIVEN
    const { variable: _, ...rest } = configuration;

    // WHEN
    const unused = Object.keys(INPUTS).filter((name) => !new RegExp(`var\\.${name}\\b`).test(JSON.stringify(rest)));

    // THEN
    expect(unused).toEqual([]);
  });

  test("describes and types every input and output", () => {
    for (const [name, variable] of Object.entries<any>(configuration["variable"])) {
      expect([name, variable.description]).toEqual([name, expect.stringMatching(/^[A-Z`].*[.]$/s)]);
      expect([name, variable.type]).toEqual([name, expect.any(String)]);
    }
    for (const [name, output] of Object.entries<any>(configuration["output"])) {
      expect([name, output.description]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/s)]);
    }
  });

  test("requires nothing but the choice of roles, and turns no detector on", () => {
    const required = Object.entries<Input>(INPUTS).filter(([, input]) => !("default" in input));
    expect(required.map(([name]) => name)).toEqual(["revocable_roles"]);
    expect(INPUTS.create_detector.default).toBe(false);
  });

  test("has a README that lists every input, output and resource", () => {
    // WHEN
    const readme = moduleReadme(configuration, RESPONSE_README);

    // THEN
    const resources = Object.entries<object>(configuration["resource"]).flatMap(([type, named]) =>
      Object.keys(named).map((name) => `${type}.${name}`),
    );
    for (const name of [...Object.keys(INPUTS), ...Object.keys(configuration["output"]), ...resources]) {
      expect(readme).toContain(`| \`${name}\` |`);
    }
  });
});

describe("a module's README", () => {
  test("says for each of which input a resource is made", () => {
    // GIVEN
    const cell = (address: string, made: string) => `| \`${address}\` | for each of \`${made}\` |`;

    // THEN
    const readme = moduleReadme(configuration, RESPONSE_README);
    expect(readme).toContain(cell("aws_sns_topic_subscription.topic_email", "alert_emails"));
    expect(readme).toContain(cell("aws_sns_topic_subscription.topic_subscriber", "subscribers"));
    expect(readme).toContain(cell("aws_iam_role_policy.redrive_role", "redrive_role_names"));
    const ofForwarder = moduleReadme(findingForwarderModule().configuration, FINDING_FORWARDER_README);
    expect(ofForwarder).toContain(cell("aws_sns_topic_subscription.topic_email", "alert_emails"));
  });

  test("throws when it is not known for each of which input a resource is made", () => {
    const resource = { aws_sqs_queue: { queue: { for_each: "${local.queues}" } } };
    expect(() => moduleReadme({ ...configuration, resource }, RESPONSE_README)).toThrow(
      "for_each must be over an input, such as toset(var.names); received ${local.queues}",
    );
  });

  test("writes a type of several lines on one, with commas", () => {
    expect(moduleReadme(configuration, RESPONSE_README)).toContain(
      "| `object({ arns = optional(list(string)), path = optional(string), tag = optional(object({ key = string, value = string })), " +
        "any = optional(bool), any_of_every_account = optional(bool) })` |",
    );
  });
});

describe("blocks by the path of their construct", () => {
  const resource = (path: string) => ({ "//": { metadata: { path } } });

  test("throws when two resources would get the same name", () => {
    const queues = { a_b_1: resource("stack/a-b/Resource"), a_b_2: resource("stack/a/b") };
    expect(() => new NamedBlocks({ resource: { aws_sqs_queue: queues }, data: {}, output: {} }, "main")).toThrow(
      "two resources of one type would get the same name",
    );
  });

  test("throws when nothing is made at a path, and names what is", () => {
    const blocks = new NamedBlocks(
      { resource: { aws_sqs_queue: { q_1: resource("stack/q") } }, data: {}, output: {} },
      "main",
    );
    expect(() => blocks.at("other")).toThrow("no resource is made at other; there is one at q");
  });
});
