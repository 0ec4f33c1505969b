import type { Block } from "../../scripts/block";
import { type Resource, resourcesOf, workshopResources } from "../../scripts/workshop-resources";
import { type Exception, EXCEPTIONS } from "./exceptions";
import type { Rule, Violation } from "./rule";
import { DATA_RULES } from "./rules/data";
import { DELIVERY_RULES } from "./rules/delivery";
import { IAM_RULES } from "./rules/iam";
import { NETWORK_RULES } from "./rules/network";

const RULES: readonly Rule[] = [...IAM_RULES, ...DATA_RULES, ...DELIVERY_RULES, ...NETWORK_RULES];

/** The rules hold for what the workshop deploys, and for the broadest and the narrowest that it can be told to. */
const CONFIGURATIONS: readonly [string, Record<string, unknown>][] = [
  ["the default", {}],
  ["every role revocable, every finding mailed", { revocableRoles: "any", alertSeverity: 4 }],
  ["roles by tag, single sessions", { revocableRoles: "tag:team=web", scope: "session" }],
  [
    "roles by path, notifying only, GuardDuty left alone",
    { revocableRoles: "path:/app/", response: "notify-only", detector: "none" },
  ],
  ["further regions, every finding mailed", { regions: ["eu-west-1"], alertSeverity: 4 }],
];

const excuses = ({ rule, resource, part }: Exception, broken: Rule, violation: Violation): boolean =>
  rule === broken.id && resource === violation.resource.address.replace(/_[0-9A-F]{8}$/, "") && part === violation.part;

const named = (rule: Rule, { resource, part }: Violation): string =>
  [`${resource.address} breaks ${rule.id}`, part && ` in ${part}`, `: ${rule.demands}`].filter(Boolean).join("");

describe.each(CONFIGURATIONS)("the stacks with %s", (_, settings) => {
  const resources = workshopResources(settings);

  test.each(RULES.map((rule) => [rule.id, rule] as const))("keep the rule %s", (_id, rule) => {
    // WHEN
    const violations = rule.check(resources);

    // THEN
    const inexcusable = violations.filter(
      (violation) => !EXCEPTIONS.some((exception) => excuses(exception, rule, violation)),
    );
    expect(inexcusable.map((violation) => named(rule, violation))).toEqual([]);
  });
});

describe("an exception", () => {
  const resources = workshopResources({ regions: ["eu-west-1"] });
  const violations = RULES.flatMap((rule) => rule.check(resources).map((violation) => ({ rule, violation })));

  test.each(
    EXCEPTIONS.map(
      (exception) => [`${exception.rule} ${exception.resource} ${exception.part ?? ""}`, exception] as const,
    ),
  )("is still needed: %s", (_name, exception) => {
    expect(violations.filter(({ rule, violation }) => excuses(exception, rule, violation))).toHaveLength(1);
  });

  test("has a reason, in words", () => {
    const unreasoned = EXCEPTIONS.filter(({ reason }) => reason.split(" ").length < 8);
    expect(unreasoned).toEqual([]);
  });
});

/** For each rule, resources that break it: type, and what of it is enough to. */
const BROKEN: Readonly<Record<string, readonly [type: string, block: Block][]>> = {
  "no-wildcard-action": [["aws_iam_role_policy", allowing({ Action: "s3:*", Resource: "arn:aws:s3:::bucket" })]],
  "no-wildcard-resource": [["aws_iam_role_policy", allowing({ Action: "s3:GetObject", Resource: ["*"] })]],
  "nobody-anonymous": [
    ["aws_sqs_queue", allowing({ Action: "sqs:SendMessage", Principal: { AWS: "*" }, Resource: "queue" })],
  ],
  "services-act-for-this-account-only": [
    [
      "aws_sqs_queue",
      allowing({ Action: "sqs:SendMessage", Principal: { Service: "events.amazonaws.com" }, Resource: "queue" }),
    ],
    [
      "aws_sqs_queue",
      allowing({
        Action: "sqs:SendMessage",
        Principal: { Service: "events.amazonaws.com" },
        Resource: "queue",
        Condition: { StringEquals: { "aws:SourceAccount": "999999999999" } },
      }),
    ],
  ],
  "one-iam-write": [["aws_iam_role_policy", allowing({ Action: ["iam:GetRole", "iam:PassRole"], Resource: "role" })]],
  "role-policies-are-fenced": [["aws_iam_role_policy", allowing({ Action: "iam:PutRolePolicy", Resource: "role" })]],
  "topic-encrypted": [["aws_sns_topic", { kms_master_key_id: "alias/aws/sns" }]],
  "topic-tls": [["aws_sns_topic_policy", allowing({ Action: "sns:Publish", Resource: "topic" })]],
  "queue-tls": [["aws_sqs_queue", {}]],
  "queue-encrypted": [["aws_sqs_queue", { sqs_managed_sse_enabled: false }]],
  "key-rotated": [["aws_kms_key", {}]],
  "log-kept-for-a-time": [["aws_cloudwatch_log_group", {}]],
  "log-encrypted": [["aws_cloudwatch_log_group", {}]],
  "parameter-secret": [["aws_ssm_parameter", { type: "String" }]],
  "table-recoverable": [["aws_dynamodb_table", { point_in_time_recovery: { enabled: false } }]],
  "target-loses-nothing": [["aws_cloudwatch_event_target", { dead_letter_config: { arn: "queue" } }]],
  "function-loses-nothing": [["aws_lambda_function", {}]],
  "function-invoked-by-one-rule": [["aws_lambda_permission", { source_arn: "rule" }]],
  "loss-alarmed": [
    ["aws_cloudwatch_event_rule", { name: "rule" }],
    ["aws_lambda_function", { function_name: "function" }],
    ["aws_sqs_queue", { name: "queue" }],
  ],
  "metadata-by-token": [["aws_instance", { metadata_options: { http_tokens: "optional" } }]],
  "disk-encrypted": [["aws_instance", {}]],
  "no-public-address": [["aws_subnet", { map_public_ip_on_launch: true }]],
  "nothing-let-in": [
    ["aws_vpc_security_group_ingress_rule", {}],
    ["aws_security_group", { ingress: [{ from_port: 22 }] }],
  ],
  "traffic-logged": [["aws_vpc", {}]],
};

function allowing(statement: object): Block {
  return {
    policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Sid: "Test", Effect: "Allow", ...statement }] }),
  };
}

const resource = (type: string, block: Block): Resource[] =>
  resourcesOf("test", JSON.stringify({ resource: { [type]: { example: block } } }));

describe("the rules", () => {
  test("are each listed once, with something that breaks them", () => {
    expect(RULES.map(({ id }) => id).sort()).toEqual(Object.keys(BROKEN).sort());
  });

  test.each(
    RULES.flatMap((rule) => (BROKEN[rule.id] ?? []).map(([type, block]) => [rule.id, type, rule, block] as const)),
  )("find what breaks them: %s by %s", (_id, type, rule, block) => {
    expect(rule.check(resource(type, block))).toHaveLength(1);
  });
});
