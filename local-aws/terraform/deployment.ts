import { readFileSync } from "node:fs";
import path from "node:path";

import type { PolicyDocument, PolicyStatement } from "../api/account";
import type { InputTransformer } from "../eventbridge/input-transformer";
import type { FunctionDefinition } from "../function/definition";
import type { NamedPolicy } from "../iam/simulator";
import { LocalAwsError } from "../local-aws-error";
import type { Place } from "./computed-attributes";
import { readFunction, readInstance, readQueuePolicy, readRole, readRule, readTopic } from "./read-resources";
import { SynthesizedStack } from "./synthesized-stack";

/** A rule of EventBridge with its targets. */
export interface DeployedRule {
  readonly name: string;
  readonly arn: string;
  /** The event pattern as JSON text. */
  readonly eventPattern: string;
  readonly targets: readonly RuleTarget[];
}

export interface RuleTarget {
  readonly id: string;
  readonly arn: string;
  /** Undefined passes the event on as it is. */
  readonly inputTransformer?: InputTransformer;
  /** ARN of where events go that the target does not take. */
  readonly deadLetterQueueArn?: string;
}

export interface DeployedFunction extends FunctionDefinition {
  readonly roleArn: string;
  /** Who may invoke the function: the statements that Lambda makes of its permissions. */
  readonly permissions: readonly PolicyStatement[];
  /** How often Lambda tries again after an error. */
  readonly retries: number;
  /** ARN of where events go that could not be handled. */
  readonly failureDestination?: string;
  readonly logGroupName: string;
}

export interface DeployedRole {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The inline policies. What managed policies allow is not known here, so nothing is allowed by them. */
  readonly policies: readonly NamedPolicy[];
}

export interface DeployedTopic {
  readonly arn: string;
  readonly policy?: PolicyDocument;
  readonly keyArn?: string;
}

export interface DeployedInstance {
  readonly instanceId: string;
  readonly name?: string;
  readonly instanceProfile?: { readonly name: string; readonly roleName: string };
}

/** What a rehearsal needs to know of what was synthesized. */
export interface Deployment extends Place {
  readonly rules: readonly DeployedRule[];
  readonly functions: readonly DeployedFunction[];
  readonly roles: readonly DeployedRole[];
  readonly topics: readonly DeployedTopic[];
  /** Key policies by the key's ARN. */
  readonly keyPolicies: Readonly<Record<string, PolicyDocument>>;
  /** Queue policies by the queue's ARN; a queue without one has an undefined policy. */
  readonly queuePolicies: Readonly<Record<string, PolicyDocument | undefined>>;
  readonly instances: readonly DeployedInstance[];
}

/**
 * Reads the stacks that cdktf synthesized, as if they were deployed together to one account.
 *
 * @param directory the output of `cdktf synth`, with a `manifest.json` in it.
 */
export function readDeployment(directory: string, accountId: string): Deployment {
  const stacks = stackDirectories(directory).map((stack) => SynthesizedStack.read(stack, accountId));
  const [first] = stacks;
  if (!first) throw new Error(`${directory} holds no synthesized stack`);
  const all = (type: string) => stacks.flatMap((stack) => stack.ofType(type).map((resource) => ({ stack, resource })));

  return {
    ...first.place,
    rules: all("aws_cloudwatch_event_rule").map(({ stack, resource }) => readRule(resource, stack)),
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
  };
}

function stackDirectories(directory: string): string[] {
  const file = path.join(directory, "manifest.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new LocalAwsError(`${file} cannot be read: name the folder that "cdktf synth" writes, usually cdktf.out`, {
      cause,
    });
  }
  const { stacks } = JSON.parse(text) as { stacks: Record<string, { workingDirectory: string }> };
  return Object.values(stacks).map(({ workingDirectory }) => path.join(directory, workingDirectory));
}
