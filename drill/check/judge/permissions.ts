import { functionStatements, revocationStatements } from "../../../src/revocation/permissions";
import { usableConfiguration } from "../../configuration";
import type { Deployed } from "../../deployed";
import { APPLY, type Judgement, unlessWrong, wrong } from "../result";

/** The function's role, as IAM describes it. */
export interface ReadRole {
  /** JSON of the policy that says who may assume it. */
  readonly trustPolicy: string;
  /** Names of its inline policies. */
  readonly inlinePolicies: readonly string[];
  /** ARNs of the managed policies that are attached to it. */
  readonly attachedPolicies: readonly string[];
  /** JSON of its policy; undefined if it has none of that name. */
  readonly permissions?: string;
}

/** Name of the policy that the function's role has. */
export const PERMISSIONS_POLICY = "RevokeSessions";

/** What the function's permissions are computed from, besides its environment. */
export interface PermissionContext {
  readonly queueArn?: string;
  readonly topicKey?: string;
  readonly outcomesArn?: string;
}

/** The function may do what it has to, and nothing else. */
export function judgePermissions(
  role: ReadRole | undefined,
  deployed: Deployed,
  context: PermissionContext,
): readonly Judgement[] {
  const { roleName } = deployed;
  if (!role) return [wrong(`the function's role ${roleName} does not exist`, APPLY)];
  const problems: Judgement[] = [];
  if (!role.trustPolicy.includes('"lambda.amazonaws.com"')) {
    problems.push(wrong(`Lambda may not assume the role ${roleName}: the function cannot run`, APPLY));
  }
  for (const name of role.inlinePolicies.filter((each) => each !== PERMISSIONS_POLICY)) {
    problems.push(
      wrong(
        `the function's role has a policy that the deployment did not give it: ${name}`,
        `aws iam delete-role-policy --role-name ${roleName} --policy-name ${name}`,
      ),
    );
  }
  for (const arn of role.attachedPolicies) {
    problems.push(
      wrong(
        `the function's role has a policy that the deployment did not give it: ${arn}`,
        `aws iam detach-role-policy --role-name ${roleName} --policy-arn ${arn}`,
      ),
    );
  }
  if (role.permissions === undefined) {
    problems.push(wrong(`the function's role has no policy ${PERMISSIONS_POLICY}: it may revoke nothing`, APPLY));
    return problems;
  }
  const expected = expectedStatements(deployed, context);
  // The environment has a check of its own.
  if (expected === undefined) {
    return unlessWrong("what the function may do was not compared: it follows from its environment", problems);
  }
  return unlessWrong("the function's role may do what it has to, and nothing else", [
    ...problems,
    ...differences(role.permissions, expected, context),
  ]);
}

/** Which statements are not as the deployment writes them. */
function differences(
  permissions: string,
  expected: readonly Statement[],
  context: PermissionContext,
): readonly Judgement[] {
  const { Statement = [] } = JSON.parse(permissions) as { Statement?: readonly Statement[] };
  const found = new Map(Statement.map((statement) => [statement.Sid, statement]));
  // That there is no queue has a check of its own.
  if (context.queueArn === undefined) found.delete("LeaveWhatFailed");
  const problems: Judgement[] = [];
  for (const statement of expected) {
    if (statement.Sid === "LeaveWhatFailed" && context.queueArn === undefined) continue;
    const there = found.get(statement.Sid);
    found.delete(statement.Sid);
    if (there && canonical(there) === canonical(statement)) continue;
    const how = there ? "is not as it is deployed" : "is missing";
    problems.push(wrong(`the statement ${statement.Sid} of the function's permissions ${how}`, APPLY));
  }
  for (const sid of found.keys()) {
    problems.push(wrong(`the function's permissions have a statement that is not deployed: ${sid}`, APPLY));
  }
  return problems;
}

interface Statement {
  readonly Sid: string;
}

function expectedStatements(deployed: Deployed, context: PermissionContext): readonly Statement[] | undefined {
  const { partition, accountId, region, logGroupName } = deployed;
  const configuration = usableConfiguration(deployed);
  if (!configuration) return undefined;
  const roleArns = (path = "/") => `arn:${partition}:iam::${accountId}:role${path}*`;
  return [
    ...revocationStatements({ ...configuration, place: { roleArns } }),
    ...functionStatements({
      topicArn: configuration.topicArn,
      topicKeyArn: context.topicKey,
      queueArn: context.queueArn ?? "",
      logGroupArn: `arn:${partition}:logs:${region}:${accountId}:log-group:${logGroupName}`,
      ...(context.outcomesArn && {
        outcomes: { arn: context.outcomesArn, action: sendingAction(context.outcomesArn) },
      }),
    }),
  ];
}

const SENDING: Readonly<Record<string, string>> = {
  events: "events:PutEvents",
  sqs: "sqs:SendMessage",
  sns: "sns:Publish",
  lambda: "lambda:InvokeFunction",
};

/** The action that sends to what an ARN names. */
const sendingAction = (arn: string): string => SENDING[arn.split(":")[2] ?? ""] ?? "";

/** A statement as one text, whatever the order of its keys, and whether one thing stands alone or in a list. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return value.length === 1 ? canonical(value[0]) : `[${value.map(canonical).sort().join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, each]) => `${key}:${canonical(each)}`);
  return `{${entries.sort().join()}}`;
}
