import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { AssetType, Lazy, type TerraformProvider, TerraformAsset } from "cdktf";
import { Construct } from "constructs";

import type { FailureQueue } from "./failure-queue";
import type { FindingRule } from "./finding-rule";
import { type FunctionEnvironment, Response, Scope } from "./function-environment";
import { functionPackage } from "./function-package";
import type { OutcomeDestination } from "./outcome-destination";
import { Place } from "./place";
import { Problems } from "./problems";
import { type RevocableRoles, roleArnProblems } from "./revocable-roles";
import { revokerPermissions } from "./revoker-permissions";

/** What the function is told to do: shared by everything that composes it. */
export interface RevocationProps {
  /** Which roles may be revoked. Required: see {@link RevocableRoles}. */
  readonly revocableRoles: RevocableRoles;
  /**
   * ARNs of roles that are never revoked, whatever `revocableRoles` covers.
   *
   * @default - only the function's own role is protected
   */
  readonly protectedRoles?: readonly string[];
  /**
   * The tag that exempts a role that carries it; the exemption is reported, never silent.
   *
   * @default - `guardduty-response` = `exempt`
   */
  readonly exemptTag?: { readonly key: string; readonly value: string };
  /** @default - stolen sessions are revoked, not only notified about */
  readonly response?: Response;
  /** @default - all of the role's sessions are revoked, not only the robbed instances' */
  readonly scope?: Scope;
  /**
   * The severity from which the function acts: 0 to 10. Below it, it only notifies.
   *
   * @default - 7: High and Critical
   */
  readonly minimumSeverity?: number;
  /**
   * The severity to assume for a finding type, in place of GuardDuty's: 0 to 10, by the full name of the type.
   *
   * @default - GuardDuty's own severities count
   */
  readonly severityOverrides?: Readonly<Record<string, number>>;
  /**
   * Seconds after which the function reads the policy back, and restores it if it is gone: 0 to 30. IAM takes about
   * four seconds to enforce a change, in which a thief may undo it. 0 does not look again.
   *
   * @default - 10 seconds
   */
  readonly verifyAfterSeconds?: number;
}

/** How the function runs. */
export interface FunctionProps {
  /**
   * Lambda's Node.js runtime. AWS provider 5.100 takes `nodejs22.x` at most.
   *
   * @default - `nodejs22.x`
   */
  readonly runtime?: string;
  /**
   * `arm64` or `x86_64`.
   *
   * @default - `arm64`
   */
  readonly architecture?: string;
  /**
   * Memory in MB: 128 to 10,240.
   *
   * @default - 256 MB
   */
  readonly memorySize?: number;
  /**
   * Invocations that may run at the same time. It is taken from the account's quota, which new accounts cannot spare.
   *
   * @default - not limited, nothing reserved
   */
  readonly reservedConcurrency?: number;
  /**
   * Days that the function's log is kept, one of those that CloudWatch Logs takes.
   *
   * @default - 365 days
   */
  readonly logRetentionDays?: number;
  /**
   * ARN of the permissions boundary of the function's role.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string;
}

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

/** The full name of a finding type: purpose, resource, family, and what follows. */
export const FINDING_TYPE = /^[A-Za-z]+:[A-Za-z0-9]+\/[A-Za-z0-9.!&_-]+$/;

/** The ARN of a policy that a customer or AWS manages. */
export const POLICY_ARN = /^arn:[a-z-]+:iam::(\d{12}|aws):policy\/.+$/;

/** The ARN of a key: policies do not know keys by their aliases. */
export const KEY_ARN = /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;

/** Names of Lambda's Node.js runtimes. */
export const RUNTIME = /^nodejs(2[0-9]|[3-9][0-9])\.x$/;

/** Retentions that CloudWatch Logs takes. */
export const LOG_RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

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
    checkRevocation(props, checkKey(props.topicKeyArn, checkFunction(props))).throwIfAny(this);
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

  /** Lets one more role be revoked, next to those that `revocableRoles` covers. */
  allowRevoking(roleArn: string): void {
    const problems = new Problems();
    problems.add(...roleArnProblems("allowRevoking", roleArn));
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

  /** Lets a rule invoke the function, and makes the function a target of it. */
  answer(rule: FindingRule, targetId: string): void {
    new LambdaPermission(this, "permission", {
      statementId: "InvokedByRule",
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
      RESPONSE: props.response ?? Response.REVOKE,
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

/** Notes what is wrong with the choice of what to revoke. */
export function checkRevocation(props: RevocationProps, problems = new Problems()): Problems {
  const isSeverity = (severity: number) => severity >= 0 && severity <= 10;
  problems.add(...props.revocableRoles.problems);
  for (const [index, arn] of (props.protectedRoles ?? []).entries()) {
    problems.add(...roleArnProblems(`protectedRoles[${index}]`, arn));
    if (props.revocableRoles.spec.arns?.includes(arn)) {
      problems.add(`protectedRoles[${index}]: ${arn} is named as revocable too; name it in one of them`);
    }
  }
  problems.check("response", props.response, oneOf(Object.values(Response)), Object.values(Response).join(" or "));
  problems.check("scope", props.scope, oneOf(Object.values(Scope)), Object.values(Scope).join(" or "));
  problems.check("minimumSeverity", props.minimumSeverity, isSeverity, "a number from 0 to 10");
  for (const [type, severity] of Object.entries(props.severityOverrides ?? {})) {
    if (!FINDING_TYPE.test(type)) {
      problems.add(`severityOverrides: ${JSON.stringify(type)} is not a finding type, such as Recon:IAMUser/TorIPCaller`);
    }
    problems.check(`severityOverrides["${type}"]`, severity, isSeverity, "a number from 0 to 10");
  }
  problems.check(
    "verifyAfterSeconds",
    props.verifyAfterSeconds,
    (seconds) => seconds >= 0 && seconds <= 30,
    "a number of seconds from 0 to 30",
  );
  problems.check(
    "exemptTag",
    props.exemptTag,
    ({ key }) => key.length >= 1 && key.length <= 128 && !key.includes("="),
    "a tag whose key has 1 to 128 characters and no equals sign",
  );
  return problems;
}

/** Notes what is wrong with the way the function is to run. */
export function checkFunction(props: FunctionProps, problems = new Problems()): Problems {
  const whole = (from: number, to: number) => (value: number) => Number.isInteger(value) && value >= from && value <= to;
  problems.check("runtime", props.runtime, (name) => RUNTIME.test(name), "nodejs20.x or later");
  problems.check("architecture", props.architecture, oneOf(["arm64", "x86_64"]), "arm64 or x86_64");
  problems.check("memorySize", props.memorySize, whole(128, 10_240), "a whole number of MB from 128 to 10240");
  problems.check("reservedConcurrency", props.reservedConcurrency, whole(1, 1000), "a whole number from 1 to 1000");
  problems.check("logRetentionDays", props.logRetentionDays, oneOf(LOG_RETENTIONS), LOG_RETENTIONS.join(", "));
  const isPolicy = (arn: string) => POLICY_ARN.test(arn);
  problems.check("permissionsBoundaryArn", props.permissionsBoundaryArn, isPolicy, "the ARN of an IAM policy");
  return problems;
}

/** Notes what is wrong with the key of a topic. */
export function checkKey(topicKeyArn: string | undefined, problems = new Problems()): Problems {
  const isKey = (arn: string) => KEY_ARN.test(arn);
  problems.check("topicKeyArn", topicKeyArn, isKey, "the ARN of a KMS key, not of an alias");
  return problems;
}

const oneOf =
  <Value>(values: readonly Value[]) =>
  (value: Value): boolean =>
    values.includes(value);
