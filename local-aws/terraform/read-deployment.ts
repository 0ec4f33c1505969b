import path from "node:path";

import type { PolicyDocument, PolicyStatement } from "../iam/policy";
import { LocalAwsError } from "../local-aws-error";
import type {
  DeployedAlarm,
  DeployedEventBus,
  DeployedFunction,
  DeployedInstance,
  DeployedRole,
  DeployedRule,
  DeployedTopic,
  Deployment,
  RuleTarget,
} from "./deployment";
import { readJson, readOutput } from "./read-output";
import { type SynthesizedResource, SynthesizedStack } from "./synthesized-stack";

/**
 * Reads the stacks that cdktf synthesized, as if they were deployed together to one account.
 *
 * @param directory the output of `cdktf synth`, with a `manifest.json` in it.
 * @throws LocalAwsError about what cannot be read, resolved or deployed here.
 */
export function readDeployment(directory: string, accountId: string): Deployment {
  const stacks = stackDirectories(directory).map((stack) => SynthesizedStack.read(stack, accountId));
  const [first] = stacks;
  if (!first) throw new LocalAwsError(`${directory} holds no synthesized stack`);
  const all = (type: string) => stacks.flatMap((stack) => stack.ofType(type).map((resource) => ({ stack, resource })));

  return {
    ...first.target,
    rules: all("aws_cloudwatch_event_rule").map(({ stack, resource }) => readRule(resource, stack)),
    eventBuses: all("aws_cloudwatch_event_bus").map(({ stack, resource }) => readEventBus(resource, stack)),
    functions: all("aws_lambda_function").map(({ stack, resource }) => readFunction(resource, stack)),
    roles: all("aws_iam_role").map(({ stack, resource }) => readRole(resource, stack)),
    topics: all("aws_sns_topic").map(({ stack, resource }) => readTopic(resource, stack)),
    keyPolicies: Object.fromEntries(
      all("aws_kms_key").map(({ resource }) => [resource.text("arn"), resource.json("policy")]),
    ),
    queuePolicies: Object.fromEntries(
      all("aws_sqs_queue").map(({ stack, resource }) => [resource.text("arn"), readQueuePolicy(resource, stack)]),
    ),
    instances: all("aws_instance").map(({ stack, resource }) => readInstance(resource, stack)),
    alarms: all("aws_cloudwatch_metric_alarm").flatMap(({ resource }) => readAlarm(resource)),
    stackSets: all("aws_cloudformation_stack_set").map(({ resource }) => ({
      name: resource.text("name"),
      template: resource.json("template_body"),
    })),
  };
}

function stackDirectories(directory: string): string[] {
  const { stacks } = readJson<{ stacks?: Record<string, { workingDirectory: string }> }>(
    path.join(directory, "manifest.json"),
  );
  return Object.values(stacks ?? {}).map(({ workingDirectory }) => path.join(directory, workingDirectory));
}

/** The rule that a resource declares, with its targets. */
function readRule(resource: SynthesizedResource, stack: SynthesizedStack): DeployedRule {
  const name = resource.text("name");
  const eventBusName = eventBusOf(resource);
  const { region } = resource.target;
  const targets = stack
    .ofType("aws_cloudwatch_event_target")
    .filter((target) => target.text("rule") === name && eventBusOf(target) === eventBusName)
    .filter((target) => target.target.region === region);
  return {
    name,
    arn: resource.text("arn"),
    region,
    eventBusName,
    eventPattern: resource.text("event_pattern"),
    targets: targets.map(ruleTarget),
  };
}

const eventBusOf = (resource: SynthesizedResource): string => resource.optionalText("event_bus_name") ?? "default";

/** The event bus that a resource declares, with its policy. */
function readEventBus(resource: SynthesizedResource, stack: SynthesizedStack): DeployedEventBus {
  const name = resource.text("name");
  const policies = stack.ofType("aws_cloudwatch_event_bus_policy").filter((policy) => eventBusOf(policy) === name);
  return { name, arn: resource.text("arn"), policy: policies[0]?.json("policy") };
}

function ruleTarget(resource: SynthesizedResource): RuleTarget {
  for (const unknown of ["input", "input_path"]) {
    if (resource.value(unknown) !== undefined) {
      throw new LocalAwsError(`${resource.address}: "${unknown}" is not supported by the local AWS`);
    }
  }
  const transformer = resource.block("input_transformer");
  return {
    id: resource.text("target_id"),
    arn: resource.text("arn"),
    inputTransformer: transformer && {
      inputPaths: (transformer["input_paths"] ?? {}) as Record<string, string>,
      inputTemplate: String(transformer["input_template"]),
    },
    roleArn: resource.optionalText("role_arn"),
    deadLetterQueueArn: resource.block("dead_letter_config")?.["arn"] as string | undefined,
  };
}

/** The function that a resource declares, with its package, its permissions and what becomes of its failures. */
function readFunction(resource: SynthesizedResource, stack: SynthesizedStack): DeployedFunction {
  const functionName = resource.text("function_name");
  const functionArn = resource.text("arn");
  const isOurs = (other: SynthesizedResource) => [functionName, functionArn].includes(other.text("function_name"));
  const permissions = stack.ofType("aws_lambda_permission").filter(isOurs);
  const [asynchronous] = stack.ofType("aws_lambda_function_event_invoke_config").filter(isOurs);
  const destinations = asynchronous?.block("destination_config")?.["on_failure"] as
    { destination?: string } | undefined;
  return {
    functionName,
    functionArn,
    zip: readOutput(path.resolve(stack.directory, resource.text("filename"))),
    handler: resource.text("handler"),
    environment: (resource.block("environment")?.["variables"] ?? {}) as Record<string, string>,
    region: resource.target.region,
    timeoutSeconds: resource.number("timeout", 3),
    memorySize: resource.number("memory_size", 128),
    roleArn: resource.text("role"),
    permissions: permissions.map((permission) => invokeStatement(permission, functionArn)),
    retries: asynchronous?.number("maximum_retry_attempts", 2) ?? 2,
    failureDestination: destinations?.destination,
    logGroupName: String(resource.block("logging_config")?.["log_group"] ?? `/aws/lambda/${functionName}`),
  };
}

/** What Lambda adds to a function's policy for one permission. */
function invokeStatement(permission: SynthesizedResource, functionArn: string): PolicyStatement {
  const sourceArn = permission.optionalText("source_arn");
  const sourceAccount = permission.optionalText("source_account");
  const condition = {
    ...(sourceArn && { ArnLike: { "AWS:SourceArn": sourceArn } }),
    ...(sourceAccount && { StringEquals: { "AWS:SourceAccount": sourceAccount } }),
  };
  return {
    Sid: permission.optionalText("statement_id"),
    Effect: "Allow",
    Principal: { Service: permission.text("principal") },
    Action: permission.text("action"),
    Resource: functionArn,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

/** The role that a resource declares, with its inline policies. */
function readRole(resource: SynthesizedResource, stack: SynthesizedStack): DeployedRole {
  const name = resource.text("name");
  const policies = stack.ofType("aws_iam_role_policy").filter((policy) => policy.text("role") === name);
  return {
    name,
    path: resource.optionalText("path") ?? "/",
    arn: resource.text("arn"),
    tags: resource.tags(),
    trustPolicy: resource.json("assume_role_policy"),
    policies: policies.map((policy) => ({ name: policy.text("name"), policy: policy.json("policy") })),
  };
}

/** The topic that a resource declares, with its policy and key. */
function readTopic(resource: SynthesizedResource, stack: SynthesizedStack): DeployedTopic {
  const arn = resource.text("arn");
  const separate = stack.ofType("aws_sns_topic_policy").find((candidate) => candidate.text("arn") === arn);
  return { arn, policy: policyOf(resource, separate), keyArn: resource.optionalText("kms_master_key_id") };
}

/** The policy of a queue; undefined if it has none. */
function readQueuePolicy(resource: SynthesizedResource, stack: SynthesizedStack): PolicyDocument | undefined {
  const url = resource.text("url");
  const separate = stack.ofType("aws_sqs_queue_policy").find((candidate) => candidate.text("queue_url") === url);
  return policyOf(resource, separate);
}

/** A resource's policy is a resource of its own, or an attribute. */
function policyOf(
  resource: SynthesizedResource,
  separate: SynthesizedResource | undefined,
): PolicyDocument | undefined {
  return separate?.json("policy") ?? (resource.value("policy") === undefined ? undefined : resource.json("policy"));
}

/** The instance that a resource declares, with its profile. */
function readInstance(resource: SynthesizedResource, stack: SynthesizedStack): DeployedInstance {
  const profileName = resource.optionalText("iam_instance_profile");
  const profile = stack.ofType("aws_iam_instance_profile").find((candidate) => candidate.text("name") === profileName);
  return {
    instanceId: resource.text("id"),
    name: resource.tags()["Name"],
    instanceProfile: profile && { name: profile.text("name"), roleName: profile.text("role") },
  };
}

/** The alarm that a resource declares; none if it is on an expression. */
function readAlarm(resource: SynthesizedResource): DeployedAlarm[] {
  const metricName = resource.optionalText("metric_name");
  if (metricName === undefined) return [];
  return [
    {
      name: resource.text("alarm_name"),
      arn: resource.text("arn"),
      region: resource.target.region,
      description: resource.optionalText("alarm_description"),
      metricName,
      dimensions: (resource.value("dimensions") ?? {}) as Record<string, string>,
      actions: (resource.value("alarm_actions") ?? []) as string[],
    },
  ];
}
