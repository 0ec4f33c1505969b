import * as v from "valibot";

import { type FunctionEnvironment, ResponseMode, type RevocableRolesSpec, Scope } from "../../src/contract/environment";
import type { MembersSpec } from "../../src/contract/members";

/** What the deployment decided, read once when the function starts. */
export interface FunctionConfiguration {
  readonly accountId: string;
  readonly topicArn: string;
  /** `aws`, `aws-us-gov` or `aws-cn`: the topic's. */
  readonly partition: string;
  /** What further types of findings begin with that are handled, besides stolen role credentials. */
  readonly findings: readonly string[];
  readonly response: ResponseMode;
  readonly scope: Scope;
  /** The scope from the second theft of one instance on; undefined if it is the same. */
  readonly repeatScope?: Scope;
  readonly minimumSeverity: number;
  readonly severityOverrides: Readonly<Record<string, number>>;
  readonly revocableRoles: RevocableRolesSpec;
  /** ARNs of roles, whose names may be patterns. */
  readonly protectedRoles: readonly string[];
  readonly exemptTag: { readonly key: string; readonly value: string };
  readonly verifyAfterSeconds: number;
  /** The other accounts that are acted in; undefined if there are none. */
  readonly members?: MembersSpec;
  /** Whether CloudTrail is asked what the stolen credentials were used for. */
  readonly activity: boolean;
  /** Whether sessions of other roles that the stolen credentials started are revoked too. */
  readonly followSessions: boolean;
  /** The event bus that is told about every incident. */
  readonly eventBusArn?: string;
  /** The runbook that each mail names: its address, or where it is. */
  readonly runbook: string;
}

const RoleArn = v.pipe(v.string(), v.regex(/^arn:[\w-]+:iam::\d{12}:role\/.+$/, "must be the ARN of an IAM role"));
const ProtectedRole = v.pipe(
  v.string(),
  v.regex(/^arn:[\w-]+:iam::(\d{12}|\*):role\/.+$/, "must be the ARN of an IAM role, of one account or of *"),
);
const AccountId = v.pipe(v.string(), v.regex(/^\d{12}$/, "must be twelve digits"));
const Severity = v.pipe(v.number(), v.minValue(0), v.maxValue(10));
const numeral = v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/, "must be a number"), v.transform(Number));

const flag = v.pipe(
  v.picklist(["true", "false"]),
  v.transform((text) => text === "true"),
);

const json = <Schema extends v.GenericSchema>(schema: Schema) =>
  v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }): unknown => {
      try {
        return JSON.parse(dataset.value);
      } catch {
        addIssue({ message: "must be JSON" });
        return NEVER;
      }
    }),
    schema,
  );

const Environment = v.object({
  ACCOUNT_ID: AccountId,
  TOPIC_ARN: v.pipe(v.string(), v.regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w.-]+$/, "must be the ARN of an SNS topic")),
  FINDINGS: json(v.array(v.pipe(v.string(), v.minLength(1)))),
  RESPONSE: v.picklist(Object.values(ResponseMode)),
  SCOPE: v.picklist(Object.values(Scope)),
  REPEAT_SCOPE: v.optional(v.picklist(Object.values(Scope))),
  MINIMUM_SEVERITY: v.pipe(numeral, Severity),
  SEVERITY_OVERRIDES: json(v.record(v.string(), Severity)),
  REVOCABLE_ROLES: json(
    v.pipe(
      v.strictObject({
        arns: v.optional(v.array(RoleArn)),
        path: v.optional(v.pipe(v.string(), v.regex(/^\/(.+\/)?$/, "must begin and end with a slash"))),
        tag: v.optional(v.strictObject({ key: v.pipe(v.string(), v.minLength(1)), value: v.string() })),
        any: v.optional(v.literal(true)),
      }),
      v.transform(({ any, ...chosen }): RevocableRolesSpec => (any ? { any } : chosen)),
    ),
  ),
  PROTECTED_ROLES: json(v.array(ProtectedRole)),
  EXEMPT_TAG: v.pipe(v.string(), v.regex(/^[^=]+=/, "must be key=value")),
  VERIFY_AFTER_SECONDS: v.pipe(numeral, v.maxValue(30)),
  ACTIVITY: flag,
  FOLLOW_SESSIONS: flag,
  EVENT_BUS_ARN: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^arn:[\w-]+:events:[\w-]+:\d{12}:event-bus\/[\w./-]+$/, "must be the ARN of an event bus"),
    ),
  ),
  RUNBOOK: v.pipe(v.string(), v.regex(/^[!-~][ -~]{0,599}$/, "must be one line of text")),
  MEMBERS: v.optional(
    json(
      v.strictObject({
        organization: v.optional(v.pipe(v.string(), v.regex(/^o-[a-z0-9]{10,32}$/, "must be an organization's id"))),
        accounts: v.optional(v.array(AccountId)),
        except: v.optional(v.array(AccountId)),
        role: v.pipe(v.string(), v.regex(/^\/([!-~]+\/)?[\w+=,.@-]{1,64}$/, "must be a role's path and name")),
      }),
    ),
  ),
} satisfies Record<keyof FunctionEnvironment, v.GenericSchema>);

/**
 * Reads the function's environment.
 *
 * @throws Error that names every variable that is missing or not as {@link FunctionEnvironment} says. A function that
 * does not know what it may revoke must not start: Lambda then reports an error for each event, and the event ends in
 * the queue.
 */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): FunctionConfiguration {
  const parsed = v.safeParse(Environment, environment);
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => {
      const name = String(issue.path![0].key);
      return `${name}=${JSON.stringify(environment[name])}: ${issue.message}`;
    });
    throw new Error(`the function's environment is not usable:\n  ${problems.join("\n  ")}`);
  }
  const env = parsed.output;
  const separator = env.EXEMPT_TAG.indexOf("=");
  return {
    accountId: env.ACCOUNT_ID,
    topicArn: env.TOPIC_ARN,
    partition: env.TOPIC_ARN.split(":")[1]!,
    findings: env.FINDINGS,
    response: env.RESPONSE,
    scope: env.SCOPE,
    repeatScope: env.REPEAT_SCOPE,
    minimumSeverity: env.MINIMUM_SEVERITY,
    severityOverrides: env.SEVERITY_OVERRIDES,
    revocableRoles: env.REVOCABLE_ROLES,
    protectedRoles: env.PROTECTED_ROLES,
    exemptTag: { key: env.EXEMPT_TAG.slice(0, separator), value: env.EXEMPT_TAG.slice(separator + 1) },
    verifyAfterSeconds: env.VERIFY_AFTER_SECONDS,
    members: env.MEMBERS,
    activity: env.ACTIVITY,
    followSessions: env.FOLLOW_SESSIONS,
    eventBusArn: env.EVENT_BUS_ARN,
    runbook: env.RUNBOOK,
  };
}
