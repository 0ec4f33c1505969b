import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { App, AssetType, Fn, type TerraformProvider, TerraformAsset, TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";

import { DEFAULTS } from "../contract/defaults";
import type { FunctionEnvironment, RevocableRolesSpec } from "../contract/environment";
import type { FailureQueue } from "../detection/failure-queue";
import type { FindingTargetConfig, IFindingRule, IFindingTarget } from "../detection/finding-target";
import { jsonText } from "../shared/attribute-text";
import { ARN_WORDS, checkFormats, isArn } from "../shared/formats";
import { Place } from "../shared/place";
import { Problems } from "../shared/problems";
import { topicIsWhere } from "../shared/topic-place";
import { functionPackage } from "./function-package";
import { checkFunction, type FunctionProps } from "./function-props";
import type { OutcomeDestination } from "./outcome-destination";
import { functionStatements, memberStatements, protectedEverywhere, revocationStatements } from "./permissions";
import { roleArnProblems, tooManyRolesProblems } from "./revocable-roles";
import { checkRevocation, type RevocationProps } from "./revocation-props";

export interface SessionRevokerProps extends RevocationProps, FunctionProps {
  /** Name of the function. */
  readonly functionName: string;
  /**
   * Name of its role, 64 characters at most. IAM is global: a name with the region in it can exist in several. The function can
   * never revoke a role of that name.
   */
  readonly functionRoleName: string;
  /** ARN of the topic that is told about every outcome. */
  readonly topicArn: string;
  /**
   * ARN of the key that the topic is encrypted with.
   *
   * @default - the topic is not encrypted with a customer-managed key
   */
  readonly topicKeyArn?: string;
  /** The queue for events that could not be handled. */
  readonly failureQueue: FailureQueue;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/**
 * Lambda's limit for one invocation. It leaves room for an endpoint that hangs, which is given up after less than a minute,
 * and for the three seconds that the function reserves to report an error.
 */
const TIMEOUT_SECONDS = 120;

/**
 * The function that revokes the sessions of a role, with its role, its log, and a way out for what it cannot handle.
 *
 * @example
 * ```ts
 * const failureQueue = new FailureQueue(this, "failures", { queueName: "findings-not-handled" });
 * const revoker = new SessionRevoker(this, "revoker", {
 *   functionName: "revoke-sessions",
 *   functionRoleName: "revoke-sessions-us-west-2",
 *   topicArn: "arn:aws:sns:us-west-2:123456789012:security",
 *   revocableRoles: RevocableRoles.tagged("team", "web"),
 *   failureQueue,
 * });
 * const rule = new FindingRule(this, "rule", {
 *   ruleName: "stolen-credentials",
 *   description: "Stolen role credentials",
 *   findingPattern: { type: CREDENTIAL_EXFILTRATION_TYPES.map((prefix) => ({ prefix })) },
 *   failureQueue,
 * });
 * rule.addTarget("function", revoker);
 * ```
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class SessionRevoker extends Construct implements IFindingTarget {
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
  /** The bus that is told about incidents; undefined if none is. */
  private readonly eventBusArn?: string;
  private outcomes?: OutcomeDestination;

  /** @throws Error that names every prop that is not usable. */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: SessionRevokerProps,
  ) {
    super(scope, id);
    const problems = new Problems();
    checkFormats(props, problems);
    checkRevocation(props, problems);
    checkFunction(props, problems);
    problems.throwIfAny(this);

    this.functionName = props.functionName;
    if (props.events ?? DEFAULTS.events) {
      this.eventBusArn = props.eventBusArn ?? Place.of(this, props.provider).defaultBusArn;
    }
    this.logGroupName = `/aws/lambda/${props.functionName}`;
    this.logGroup = this.makeLog();
    this.role = this.makeRole();
    this.functionRoleArn = this.role.arn;
    this.resource = this.makeFunction(this.makePermissions());
    this.functionArn = this.resource.arn;
    this.destinations = this.makeFailureDestination();
  }

  private makeLog(): CloudwatchLogGroup {
    return new CloudwatchLogGroup(this, "log", {
      name: this.logGroupName,
      retentionInDays: this.props.logRetentionDays ?? DEFAULTS.logRetentionDays,
      skipDestroy: this.props.keepLog,
      provider: this.props.provider,
    });
  }

  private makeRole(): IamRole {
    return new IamRole(this, "role", {
      name: this.props.functionRoleName,
      description: `Lets ${this.functionName} attach the policy that revokes sessions to the roles it may revoke`,
      assumeRolePolicy: jsonText({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }),
      permissionsBoundary: this.props.permissionsBoundaryArn,
      provider: this.props.provider,
    });
  }

  private makePermissions(): IamRolePolicy {
    return new IamRolePolicy(this, "permissions", {
      name: "RevokeSessions",
      role: this.role.name,
      policy: jsonText(() => this.permissions()),
      provider: this.props.provider,
    });
  }

  private makeFunction(permissions: IamRolePolicy): LambdaFunction {
    const { props } = this;
    const code = functionPackage();
    const asset = new TerraformAsset(this, "code", { path: code.path, type: AssetType.FILE });
    return new LambdaFunction(this, "Resource", {
      functionName: this.functionName,
      description: "Revokes the sessions of a role whose credentials GuardDuty has seen used elsewhere",
      role: this.role.arn,
      filename: asset.path,
      sourceCodeHash: code.sha256,
      handler: "index.handler",
      runtime: props.runtime ?? DEFAULTS.runtime,
      architectures: [props.architecture ?? DEFAULTS.architecture],
      memorySize: props.memorySize ?? DEFAULTS.memorySize,
      timeout: TIMEOUT_SECONDS,
      reservedConcurrentExecutions: props.reservedConcurrency,
      environment: { variables: { ...this.environment() } },
      loggingConfig: { logFormat: "JSON", logGroup: this.logGroup.name },
      lifecycle: {
        // Never changes, and with emulators of Lambda that do not return it every plan would set it again.
        ignoreChanges: ["logging_config"],
        // cdktf cannot write it as HCL.
        ...(!App.of(this).hclOutput && {
          precondition: [topicIsWhere("the function", props.topicArn, Place.of(this, props.provider))],
        }),
      },
      // Without its permissions the first finding would fail, and Lambda would refuse the failure destination.
      dependsOn: [permissions],
      provider: props.provider,
    });
  }

  private makeFailureDestination(): LambdaFunctionEventInvokeConfig {
    return new LambdaFunctionEventInvokeConfig(this, "failure-destination", {
      functionName: this.resource.functionName,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 6 * 60 * 60,
      destinationConfig: { onFailure: { destination: this.props.failureQueue.queueArn } },
      provider: this.props.provider,
    });
  }

  /**
   * Lets one more role be revoked, next to those that `revocableRoles` covers.
   *
   * @throws Error if `roleArn` is not the ARN of a role, or is one more than the 20 that may be named.
   */
  allowRevoking(roleArn: string): void {
    const { spec } = this.props.revocableRoles;
    const named = "any" in spec ? 0 : (spec.arns ?? []).length;
    const problems = new Problems();
    problems.add(...roleArnProblems("allowRevoking", roleArn));
    problems.add(...tooManyRolesProblems("allowRevoking", named + this.furtherRoles.length + 1));
    problems.throwIfAny(this);
    this.furtherRoles.push(roleArn);
  }

  /**
   * Sends what became of each finding to one machine: Lambda's invocation record, with the event in `requestPayload` and
   * the outcome in `responsePayload`. Findings that could not be handled are in the failure queue instead.
   *
   * @throws Error if the destination is not named by an ARN, and on the second call: Lambda accepts one destination; an event bus can fan out.
   */
  sendOutcomesTo(destination: OutcomeDestination): void {
    if (this.outcomes) {
      throw new Error(
        `${this.node.path}: outcomes must have one destination, since Lambda accepts one; received ${destination.arn} after ` +
          `${this.outcomes.arn}; name an event bus, and give its rules as many targets as are needed`,
      );
    }
    const problems = new Problems();
    problems.check("destination", destination.arn, isArn, ARN_WORDS);
    problems.throwIfAny(this);
    this.outcomes = destination;
    this.destinations.putDestinationConfig({
      onFailure: { destination: this.props.failureQueue.queueArn },
      onSuccess: { destination: destination.arn },
    });
  }

  /** Lets a rule invoke the function, once however often it is a target of the rule. Called by `rule.addTarget`. */
  bind(rule: IFindingRule): FindingTargetConfig {
    const { permission, statementId } = this.idsFor(rule);
    if (!this.node.tryFindChild(permission)) {
      new LambdaPermission(this, permission, {
        statementId,
        action: "lambda:InvokeFunction",
        functionName: this.resource.functionName,
        principal: "events.amazonaws.com",
        sourceArn: rule.ruleArn,
        sourceAccount: Place.of(this, this.props.provider).accountId,
        provider: this.props.provider,
      });
    }
    return { arn: this.functionArn };
  }

  /** Ids that say which rule they belong to, except for the rule beside the revoker: it is the one that nearly all have. */
  private idsFor(rule: IFindingRule): { readonly permission: string; readonly statementId: string } {
    const isBeside = rule.node.scope === this.node.scope;
    if (isBeside && rule.node.id === "rule") return { permission: "permission", statementId: "InvokedByRule" };
    const ids = rule.node.scopes.filter((scope) => !TerraformStack.isStack(scope)).map(({ node }) => node.id);
    // A Sid has at most 100 characters, of which a path may need more.
    const isShort = isBeside && /^[\w-]{1,80}$/.test(rule.node.id);
    return {
      permission: ["permission", ...ids.filter((id) => id !== "")].join("-"),
      statementId: `InvokedByRule-${isShort ? rule.node.id : rule.node.addr}`,
    };
  }

  private environment(): FunctionEnvironment {
    const { props } = this;
    const { key, value } = props.exemptTag ?? DEFAULTS.exemptTag;
    return {
      ACCOUNT_ID: Place.of(this, props.provider).accountId,
      TOPIC_ARN: props.topicArn,
      FINDINGS: jsonText(props.findings ?? DEFAULTS.findings),
      RESPONSE: props.response ?? DEFAULTS.response,
      SCOPE: props.scope ?? DEFAULTS.scope,
      REPEAT_SCOPE: props.repeatScope ?? props.scope ?? DEFAULTS.scope,
      MINIMUM_SEVERITY: decimal(props.minimumSeverity ?? DEFAULTS.minimumSeverity),
      SEVERITY_OVERRIDES: jsonText(props.severityOverrides ?? DEFAULTS.severityOverrides),
      REVOCABLE_ROLES: jsonText(() => this.revocableRoles()),
      PROTECTED_ROLES: jsonText(this.protectedRoles()),
      EXEMPT_TAG: `${key}=${value}`,
      RUNBOOK: props.runbookUrl ?? DEFAULTS.runbook,
      VERIFY_AFTER_SECONDS: decimal(props.verifyAfterSeconds ?? DEFAULTS.verifyAfterSeconds),
      ACTIVITY: String(props.activity ?? DEFAULTS.activity),
      FOLLOW_SESSIONS: String(props.followSessions ?? DEFAULTS.followSessions),
      ...(this.eventBusArn !== undefined && { EVENT_BUS_ARN: this.eventBusArn }),
      ...(props.members && { MEMBERS: jsonText(props.members.spec) }),
    };
  }

  private permissions() {
    const { props } = this;
    const place = Place.of(this, props.provider);
    return {
      Version: "2012-10-17",
      Statement: [
        ...revocationStatements({
          place,
          revocableRoles: this.revocableRoles(),
          protectedRoles: this.protectedRoles().map((entry) => withoutUnknownPath(entry, place)),
          exemptTag: props.exemptTag ?? DEFAULTS.exemptTag,
          activity: props.activity ?? DEFAULTS.activity,
        }),
        ...(props.members ? memberStatements(place.partition, this.ownArn(place), props.members.spec) : []),
        ...functionStatements({
          topicArn: props.topicArn,
          topicKeyArn: props.topicKeyArn,
          queueArn: props.failureQueue.queueArn,
          logGroupArn: this.logGroup.arn,
          eventBusArn: this.eventBusArn,
          outcomes: this.outcomes,
        }),
      ],
    };
  }

  private revocableRoles(): RevocableRolesSpec {
    const { spec } = this.props.revocableRoles;
    if ("any" in spec || this.furtherRoles.length === 0) return spec;
    return { ...spec, arns: [...(spec.arns ?? []), ...this.furtherRoles] };
  }

  /** A function that could write on another region's function's role could give itself any permission through it. */
  private protectedRoles(): string[] {
    const { functionRoleName, provider, protectedRoles = [], members } = this.props;
    const place = Place.of(this, provider);
    const inEveryRegion = functionRoleName.replaceAll(place.region, "*");
    return [
      place.roleArn(inEveryRegion),
      ...(members ? protectedEverywhere(place.partition, members.spec) : []),
      ...protectedRoles,
    ];
  }

  /** The function's ARN as its own permissions can name it, which are made before it. */
  private ownArn({ partition, region, accountId }: Place): string {
    return `arn:${partition}:lambda:${region}:${accountId}:function:${this.functionName}`;
  }
}

/** Terraform alone knows the path of an ARN that is a token: a protected role is then protected by its name. */
const withoutUnknownPath = (entry: string, place: Place): string =>
  Token.isUnresolved(entry) && !entry.includes(":role/") ? place.roleArn(Fn.basename(entry)) : entry;

/** A number as the function reads it: 1e-7 would not be one. */
const decimal = (value: number): string =>
  Token.isUnresolved(value)
    ? String(value)
    : value.toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 });
