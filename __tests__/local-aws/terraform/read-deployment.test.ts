import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readDeployment } from "../../../local-aws/terraform/read-deployment";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "deployment-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Reads stacks as cdktf would have written them. */
function read(stacks: Record<string, object>) {
  const manifest: Record<string, object> = {};
  for (const [name, configuration] of Object.entries(stacks)) {
    const stack = join(directory, "stacks", name);
    mkdirSync(stack, { recursive: true });
    writeFileSync(join(stack, "function.zip"), "zip");
    writeFileSync(
      join(stack, "cdk.tf.json"),
      JSON.stringify({
        provider: { aws: [{ region: "eu-west-1", default_tags: [{ tags: { owner: "us" } }] }] },
        ...configuration,
      }),
    );
    manifest[name] = { workingDirectory: `stacks/${name}` };
  }
  writeFileSync(join(directory, "manifest.json"), JSON.stringify({ stacks: manifest }));
  return readDeployment(directory, "111122223333");
}

const POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "${aws_sns_topic.t.arn}" }],
};

const TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

const RESPONSE = {
  data: { aws_partition: { p: {} }, aws_caller_identity: { c: {} }, aws_region: { r: {} } },
  resource: {
    aws_sns_topic: { t: { name: "alerts", kms_master_key_id: "${aws_kms_key.k.arn}" } },
    aws_sns_topic_policy: { t: { arn: "${aws_sns_topic.t.arn}", policy: JSON.stringify(POLICY) } },
    aws_kms_key: { k: { policy: "{}" } },
    aws_sqs_queue: { q: { name: "failed", policy: JSON.stringify(POLICY) } },
    aws_iam_role: {
      f: {
        name: "revoker-${data.aws_region.r.id}",
        path: "/security/",
        tags: { team: "red" },
        assume_role_policy: JSON.stringify(TRUST),
      },
    },
    aws_iam_role_policy: { f: { name: "permissions", role: "${aws_iam_role.f.name}", policy: JSON.stringify(POLICY) } },
    aws_lambda_function: {
      f: {
        function_name: "revoker",
        filename: "function.zip",
        handler: "index.handler",
        role: "${aws_iam_role.f.arn}",
        timeout: 60,
        environment: {
          variables: {
            TOPIC: "${aws_sns_topic.t.arn}",
            WHERE: "${data.aws_partition.p.partition}/${data.aws_caller_identity.c.account_id}",
          },
        },
        logging_config: [{ log_group: "/custom" }],
      },
    },
    aws_lambda_permission: {
      f: {
        statement_id: "Rule",
        action: "lambda:InvokeFunction",
        function_name: "${aws_lambda_function.f.function_name}",
        principal: "events.amazonaws.com",
        source_arn: "${aws_cloudwatch_event_rule.r.arn}",
      },
    },
    aws_lambda_function_event_invoke_config: {
      f: {
        function_name: "${aws_lambda_function.f.arn}",
        maximum_retry_attempts: 1,
        destination_config: { on_failure: { destination: "${aws_sqs_queue.q.arn}" } },
      },
    },
    aws_cloudwatch_event_rule: { r: { name: "theft", event_pattern: '{"source":["aws.guardduty"]}' } },
    aws_cloudwatch_event_target: {
      t: {
        rule: "${aws_cloudwatch_event_rule.r.name}",
        target_id: "topic",
        arn: "${aws_sns_topic.t.arn}",
        input_transformer: { input_paths: { a: "$.detail.a" }, input_template: '"<a>"' },
        dead_letter_config: { arn: "${aws_sqs_queue.q.arn}" },
      },
      f: { rule: "${aws_cloudwatch_event_rule.r.name}", target_id: "function", arn: "${aws_lambda_function.f.arn}" },
    },
  },
};

test("resolves what is wired together", () => {
  const { rules, functions, roles, topics, queuePolicies, keyPolicies, ...place } = read({ response: RESPONSE });
  const topicArn = "arn:aws:sns:eu-west-1:111122223333:alerts";
  const queueArn = "arn:aws:sqs:eu-west-1:111122223333:failed";
  const keyArn = expect.stringMatching(/^arn:aws:kms:eu-west-1:111122223333:key\/[0-9a-f]{8}-[0-9a-f]{4}-/);
  const policy = { ...POLICY, Statement: [{ ...POLICY.Statement[0], Resource: topicArn }] };

  expect(place).toMatchObject({ accountId: "111122223333", region: "eu-west-1", partition: "aws" });
  expect(topics).toEqual([{ arn: topicArn, policy, keyArn }]);
  expect(Object.entries(keyPolicies)).toEqual([[keyArn, {}]]);
  expect(queuePolicies).toEqual({ [queueArn]: policy });
  expect(roles).toEqual([
    {
      name: "revoker-eu-west-1",
      path: "/security/",
      arn: "arn:aws:iam::111122223333:role/security/revoker-eu-west-1",
      tags: { owner: "us", team: "red" },
      trustPolicy: TRUST,
      policies: [{ name: "permissions", policy }],
    },
  ]);
  expect(rules).toMatchObject([
    {
      name: "theft",
      targets: [
        {
          id: "topic",
          arn: topicArn,
          inputTransformer: { inputPaths: { a: "$.detail.a" }, inputTemplate: '"<a>"' },
          deadLetterQueueArn: queueArn,
        },
        { id: "function", arn: "arn:aws:lambda:eu-west-1:111122223333:function:revoker" },
      ],
    },
  ]);
  expect(functions).toMatchObject([
    {
      functionName: "revoker",
      environment: { TOPIC: topicArn, WHERE: "aws/111122223333" },
      roleArn: "arn:aws:iam::111122223333:role/security/revoker-eu-west-1",
      timeoutSeconds: 60,
      memorySize: 128,
      retries: 1,
      failureDestination: queueArn,
      logGroupName: "/custom",
      permissions: [
        {
          Sid: "Rule",
          Principal: { Service: "events.amazonaws.com" },
          Condition: { ArnLike: { "AWS:SourceArn": "arn:aws:events:eu-west-1:111122223333:rule/theft" } },
        },
      ],
    },
  ]);
});

test("puts several stacks into one account, and knows an instance by its profile", () => {
  const lab = {
    resource: {
      aws_iam_role: { r: { name: "app", assume_role_policy: JSON.stringify(TRUST) } },
      aws_iam_instance_profile: { p: { name: "app-profile", role: "${aws_iam_role.r.name}" } },
      aws_instance: {
        i: {
          ami: "${data.aws_ssm_parameter.unused.value}",
          iam_instance_profile: "${aws_iam_instance_profile.p.name}",
          tags: { Name: "web" },
        },
      },
    },
  };
  const { instances, rules } = read({ response: RESPONSE, lab });
  expect(rules).toHaveLength(1);
  expect(instances).toEqual([
    {
      instanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/),
      name: "web",
      instanceProfile: { name: "app-profile", roleName: "app" },
    },
  ]);
});

test.each([
  ["cn-north-1", "aws-cn"],
  ["us-gov-west-1", "aws-us-gov"],
])("in %s the partition is %s", (region, partition) => {
  const deployment = read({ response: { ...RESPONSE, provider: { aws: [{ region }] } } });
  expect(deployment.topics[0]?.arn).toBe(`arn:${partition}:sns:${region}:111122223333:alerts`);
});

test("what an aliased provider makes is in that provider's region, with its tags", () => {
  // GIVEN
  const provider = "aws.virginia";
  const deployment = read({
    response: {
      provider: {
        aws: [
          { region: "eu-west-1" },
          { alias: "virginia", region: "us-east-1", default_tags: [{ tags: { of: "iam" } }] },
        ],
      },
      data: { aws_region: { r: {}, v: { provider } } },
      resource: {
        aws_sns_topic: { t: { name: "${data.aws_region.r.id}" }, v: { provider, name: "${data.aws_region.v.id}" } },
        aws_iam_role: { v: { provider, name: "app", assume_role_policy: "{}" } },
      },
    },
  });

  // THEN
  expect(deployment.region).toBe("eu-west-1");
  expect(deployment.topics.map(({ arn }) => arn)).toEqual([
    "arn:aws:sns:eu-west-1:111122223333:eu-west-1",
    "arn:aws:sns:us-east-1:111122223333:us-east-1",
  ]);
  expect(deployment.roles[0]!.tags).toEqual({ of: "iam" });
});

test("reads alarms on single metrics, and what a StackSet deploys", () => {
  // GIVEN
  const template = { Resources: { Role: { Type: "AWS::IAM::Role", Properties: { RoleName: "member" } } } };
  const alarm = { alarm_name: "undelivered", metric_name: "FailedInvocations", dimensions: { RuleName: "theft" } };
  const resource = {
    aws_sns_topic: { t: { name: "alerts" } },
    aws_cloudwatch_metric_alarm: {
      a: { ...alarm, alarm_description: "Look.", alarm_actions: ["${aws_sns_topic.t.arn}"] },
      expression: { alarm_name: "reminder", metric_query: [{ id: "q" }] },
    },
    aws_cloudformation_stack_set: { s: { name: "member-roles", template_body: JSON.stringify(template) } },
  };

  // WHEN
  const { alarms, stackSets } = read({ response: { resource } });

  // THEN
  expect(alarms).toEqual([
    {
      name: "undelivered",
      arn: "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:undelivered",
      region: "eu-west-1",
      description: "Look.",
      metricName: "FailedInvocations",
      dimensions: { RuleName: "theft" },
      actions: ["arn:aws:sns:eu-west-1:111122223333:alerts"],
    },
  ]);
  expect(stackSets).toEqual([{ name: "member-roles", template }]);
});

describe("throws, naming the attribute,", () => {
  const topic = (attributes: object) =>
    read({ response: { ...RESPONSE, resource: { aws_sns_topic: { t: attributes } } } });

  test.each<[string, object, RegExp]>([
    [
      "on a reference to nothing",
      { name: "${aws_sqs_queue.gone.name}" },
      /aws_sns_topic\.t\.name: "aws_sqs_queue\.gone\.name" refers to nothing in this stack/,
    ],
    [
      "on an attribute that nobody knows",
      { name: "${aws_sns_topic.t.owner}" },
      /"aws_sns_topic\.t\.owner" cannot be resolved: it is not configured, and the local AWS does not know what AWS would make of it/,
    ],
    ["on a whole resource", { name: "${aws_sns_topic.t}" }, /refers to a whole resource/],
    [
      "on a function that is not supported",
      { name: '${upper("x")}' },
      /aws_sns_topic\.t\.name: the function upper is not supported by the local AWS/,
    ],
    ["on a name that is missing", {}, /aws_sns_topic\.t\.name must be a text, but is undefined/],
    ["on a policy that is no JSON", { name: "t", policy: "{" }, /aws_sns_topic\.t\.policy must be JSON/],
  ])("%s", (_, attributes, message) => {
    expect(() => topic(attributes)).toThrow(message);
  });

  test("on a target whose input is not supported", () => {
    const target = { ...RESPONSE.resource.aws_cloudwatch_event_target.f, input: "{}" };
    expect(() =>
      read({
        response: { ...RESPONSE, resource: { ...RESPONSE.resource, aws_cloudwatch_event_target: { f: target } } },
      }),
    ).toThrow(/aws_cloudwatch_event_target\.f: "input" is not supported by the local AWS/);
  });

  test("on a folder that cdktf has not written", () => {
    expect(() => readDeployment(join(directory, "elsewhere"), "111122223333")).toThrow(
      /elsewhere\/manifest\.json cannot be read: name the folder that "cdktf synth" writes/,
    );
  });

  test("on a resource of a provider without a region", () => {
    const topic = { name: "alerts", provider: "aws.elsewhere" };
    const provider = { aws: [{ region: "eu-west-1" }, { alias: "elsewhere" }] };
    expect(() => read({ response: { provider, resource: { aws_sns_topic: { t: topic } } } })).toThrow(
      "aws_sns_topic.t: its provider must be one of AWS that names a region, but is aws.elsewhere",
    );
  });

  test("on a stack without a region", () => {
    expect(() => read({ response: { provider: {} } })).toThrow(/names no region/);
  });
});
