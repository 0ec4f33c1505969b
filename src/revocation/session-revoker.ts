import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { AssetType, Lazy, type TerraformProvider, TerraformAsset } from "cdktf";
import { Construct } from "constructs";

import type { FailureQueue } from "../detection/failure-queue";
import type { FindingRule } from "../detection/finding-rule";
import { type FunctionEnvironment, ResponseMode, Scope } from "../contract/environment";
import { functionPackage } from "./function-package";
import { checkFunction, type FunctionProps } from "./function-props";
import { checkNames } from "../shared/formats";
import type { OutcomeDestination } from "./outcome-destination";
import { Place } from "../shared/place";
import { Problems } from "../shared/problems";
import { MAX_NAMED_ROLES, roleArnProblems, tooManyRoles } from "./revocable-roles";
import { checkRevocation, type RevocationProps } from "./revocation-props";
import { revokerPermissions } from "./permissions";

export interface SessionRevokerProps extends RevocationProps, FunctionProps {
  /** Name of the function. */
  readonly functionName: string;
  /** Name of its role, 64 characters at most. IAM is global: a name with the region in it can exist in several. */
  readonly functionRoleName: string;
  /** ARN of the topic that is told about every outcome. */
  readonly topicArn: string;
  /**
   * ARN of the key that the topic is encrypted with.
   *
   * @default - the topic is not encrypted with a customer-managed key
   */
  readonly topicKeyArn?: string;
  /** Takes the events that could not be handled. */
  readonly failureQueue: FailureQueue;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/**
 * Longer than the slowest answer that is still awaited: the function's own deadline ends three seconds before it, and an
 * endpoint that hangs is given up after less than half of it.
 */
const TIMEOUT_SECONDS = 120;

const DEFAULT_EXEMPT_TAG = { key: "guardduty-response", value: "exempt" };

/**
 * The function that revokes the sessions of a role, with its role, its log, and a way out for what it cannot handle.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class SessionRevoker extends Construct {
  readonly functionArn: string;
  readonly functionName: string;
  readonly functionRoleArn: string;
  readonly logGroupName: string;
  /** Escape hatch: the resource of the function's log. */
  readonly logGroup: CloudwatchLogGroup;
  /** Escape hatch: the function's resource. */
  readonly resource: LambdaFunction;
  /** Escape hatch: the resource of the function's role. */
  readonly role: IamRole;
  private readonly destinations: LambdaFunctionEventInvokeConfig;
  private readonly furtherRoles: string[] = [];
  private outcomes?: OutcomeDestination;

  /** @throws Error that names every prop that is not usable. */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: SessionRevokerProps,
  ) {
    super(scope, id);
    checkRevocation(props, checkNames(props, checkFunction(props))).throwIfAny(this);
    const { functionName, provider } = props;

    this.functionName = functionName;
    this.logGroupName = `/aws/lambda/${functionName}`;
    this.logGroup = new CloudwatchLogGroup(this, "log", {
      name: this.logGroupName,
      retentionInDays: props.logRetentionDays ?? 365,
      provider,
    });
    this.role = new IamRole(this, "role", {
      name: props.functionRoleName,
      description: `Lets ${functionName} attach the policy that revokes sessions to the roles it may revoke`,
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }),
      permissionsBoundary: props.permissionsBoundaryArn,
      provider,
    });
    this.functionRoleArn = this.role.arn;
    const permissions = new IamRolePolicy(this, "permissions", {
      name: "RevokeSessions",
      role: this.role.name,
      policy: Lazy.stringValue({ produce: () => JSON.stringify(this.permissions(this.logGroup.arn)) }),
      provider,
    });

    const code = functionPackage();
    const asset = new TerraformAsset(this, "code", { path: code.path, type: AssetType.FILE });
    this.resource = new LambdaFunction(this, "Resource", {
      functionName,
      description: "Revokes the sessions of a role whose credentials GuardDuty has seen used elsewhere",
      role: this.role.arn,
      filename: asset.path,
      sourceCodeHash: code.sha256,
      handler: "index.handler",
      runtime: props.runtime ?? "nodejs22.x",
      architectures: [props.architecture ?? "arm64"],
      memorySize: props.memorySize ?? 256,
      timeout: TIMEOUT_SECONDS,
      reservedConcurrentExecutions: props.reservedConcurrency,
      environment: { variables: { ...this.environment() } },
      loggingConfig: { logFormat: "JSON", logGroup: this.logGroup.name },
      // Never changes, and emulators of Lambda that do not answer it would have every plan set it again.
      lifecycle: { ignoreChanges: ["logging_config"] },
      // Without its permissions the first finding would fail, and Lambda would refuse the failure destination.
      dependsOn: [permissions],
      provider,
    });
    this.functionArn = this.resource.arn;
    this.destinations = new LambdaFunctionEventInvokeConfig(this, "failure-destination", {
      functionName: this.resource.functionName,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 6 * 60 * 60,
      destinationConfig: { onFailure: { destination: props.failureQueue.queueArn } },
      provider,
    });
  }

  /**
   * Lets one more role be revoked, next to those that `revocableRoles` covers.
   *
   * @throws Error where `roleArn` is not a role's ARN, or is one more than the 20 that may be named.
   */
  allowRevoking(roleArn: string): void {
    const problems = new Problems();
    problems.add(...roleArnProblems("allowRevoking", roleArn));
    const named = (this.revocableRoles().arns?.length ?? 0) + 1;
    if (named > MAX_NAMED_ROLES)
      problems.add(`allowRevoking: ${JSON.stringify(roleArn)} would be ${tooManyRoles(named)}`);
    problems.throwIfAny(this);
    this.furtherRoles.push(roleArn);
  }

  /**
   * Sends what became of each finding to one machine: Lambda's invocation record, with the event in `requestPayload` and
   * the outcome in `responsePayload`. Findings that could not be handled are in the failure queue instead.
   *
   * @throws Error on the second call: Lambda takes one destination; an event bus can fan out.
   */
  sendOutcomesTo(destination: OutcomeDestination): void {
    if (this.outcomes) {
      throw new Error(
        `${this.node.path} sends its outcomes to ${this.outcomes.arn} already, and Lambda takes one destination; name an ` +
          "event bus, and give its rules as many targets as are needed",
      );
    }
    this.outcomes = destination;
    this.destinations.putDestinationConfig({
      onFailure: { destination: this.props.failureQueue.queueArn },
      onSuccess: { destination: destination.arn },
    });
  }

  /**
   * Lets a rule invoke the function, and makes the function a target of it.
   *
   * @param targetId distinguishes it from the rule's other targets, and from the function's other rules.
   */
  answer(rule: FindingRule, targetId: string): void {
    const first = this.node.tryFindChild("permission") === undefined;
    new LambdaPermission(this, first ? "permission" : `permission-${targetId}`, {
      statementId: first ? "InvokedByRule" : `InvokedByRule-${targetId}`,
      action: "lambda:InvokeFunction",
      functionName: this.resource.functionName,
      principal: "events.amazonaws.com",
      sourceArn: rule.ruleArn,
      sourceAccount: Place.of(this, this.props.provider).accountId,
      provider: this.props.provider,
    });
    rule.addTarget(targetId, { arn: this.functionArn });
  }

  private environment(): FunctionEnvironment {
    const { props } = this;
    const { key, value } = props.exemptTag ?? DEFAULT_EXEMPT_TAG;
    return {
      ACCOUNT_ID: Place.of(this, props.provider).accountId,
      TOPIC_ARN: props.topicArn,
      RESPONSE: props.response ?? ResponseMode.REVOKE,
      SCOPE: props.scope ?? Scope.ROLE,
      MINIMUM_SEVERITY: String(props.minimumSeverity ?? 7),
      SEVERITY_OVERRIDES: JSON.stringify(props.severityOverrides ?? {}),
      REVOCABLE_ROLES: Lazy.stringValue({ produce: () => JSON.stringify(this.revocableRoles()) }),
      PROTECTED_ROLES: JSON.stringify(this.protectedRoles()),
      EXEMPT_TAG: `${key}=${value}`,
      VERIFY_AFTER_SECONDS: String(props.verifyAfterSeconds ?? 10),
    };
  }

  private permissions(logGroupArn: string) {
    const { props } = this;
    return revokerPermissions({
      place: Place.of(this, props.provider),
      revocableRoles: this.revocableRoles(),
      protectedRoles: this.protectedRoles(),
      exemptTag: props.exemptTag ?? DEFAULT_EXEMPT_TAG,
      topicArn: props.topicArn,
      topicKeyArn: props.topicKeyArn,
      queueArn: props.failureQueue.queueArn,
      logGroupArn,
      outcomes: this.outcomes,
    });
  }

  private revocableRoles() {
    const { spec } = this.props.revocableRoles;
    return this.furtherRoles.length ? { ...spec, arns: [...(spec.arns ?? []), ...this.furtherRoles] } : spec;
  }

  private protectedRoles(): string[] {
    return [this.functionRoleArn, ...(this.props.protectedRoles ?? [])];
  }
}
