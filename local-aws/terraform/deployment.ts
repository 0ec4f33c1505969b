import type { Template } from "../cloudformation/create-stack";
import type { InputTransformer } from "../eventbridge/input-transformer";
import type { FunctionDefinition } from "../function/definition";
import type { NamedPolicy, PolicyDocument, PolicyStatement } from "../iam/policy";
import type { AccountRegion } from "./computed-attributes";

/** A rule of EventBridge with its targets. */
export interface DeployedRule {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  /** Name of the event bus that the rule is on: `default` if it says nothing of one. */
  readonly eventBusName: string;
  /** The event pattern as JSON text. */
  readonly eventPattern: string;
  readonly targets: readonly RuleTarget[];
}

export interface RuleTarget {
  readonly id: string;
  readonly arn: string;
  /** Undefined passes the event on as it is. */
  readonly inputTransformer?: InputTransformer;
  /** ARN of the role that EventBridge delivers with, if the target needs one. */
  readonly roleArn?: string;
  /** ARN of the queue for events that the target does not take. */
  readonly deadLetterQueueArn?: string;
}

export interface DeployedFunction extends FunctionDefinition {
  readonly roleArn: string;
  /** Who may invoke the function: the statements that Lambda makes of its permissions. */
  readonly permissions: readonly PolicyStatement[];
  /** How often Lambda tries again after an error. */
  readonly retries: number;
  /** ARN of the destination of events that the function could not handle. */
  readonly failureDestination?: string;
  readonly logGroupName: string;
}

export interface DeployedRole {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Who may assume the role. */
  readonly trustPolicy: PolicyDocument;
  /** The inline policies. What managed policies allow is not known here, so nothing is allowed by them. */
  readonly policies: readonly NamedPolicy[];
}

/** An event bus other than the default ones, which exist anyway. */
export interface DeployedEventBus {
  readonly name: string;
  readonly arn: string;
  readonly policy?: PolicyDocument;
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

/** An alarm of CloudWatch on one metric. */
export interface DeployedAlarm {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly description?: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** ARNs of what is notified when it enters the ALARM state. */
  readonly actions: readonly string[];
}

/** What CloudFormation deploys to the accounts of an organization. */
export interface DeployedStackSet {
  readonly name: string;
  readonly template: Template;
}

/** What was synthesized, with every reference resolved, as the local AWS deploys it. */
export interface Deployment extends AccountRegion {
  readonly rules: readonly DeployedRule[];
  readonly eventBuses: readonly DeployedEventBus[];
  readonly functions: readonly DeployedFunction[];
  readonly roles: readonly DeployedRole[];
  readonly topics: readonly DeployedTopic[];
  /** Key policies by the key's ARN. */
  readonly keyPolicies: Readonly<Record<string, PolicyDocument>>;
  /** Queue policies by the queue's ARN; a queue without one has an undefined policy. */
  readonly queuePolicies: Readonly<Record<string, PolicyDocument | undefined>>;
  readonly instances: readonly DeployedInstance[];
  /** The alarms on single metrics. Those on expressions are not read. */
  readonly alarms: readonly DeployedAlarm[];
  readonly stackSets: readonly DeployedStackSet[];
}
