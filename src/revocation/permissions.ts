import type { RevocableRolesSpec, Tag } from "../contract/environment";
import { memberRoleArn, type MembersSpec } from "../contract/members";
import { protectedRoleOf } from "../contract/protected-roles";
import type { Place } from "../shared/place";
import type { OutcomeDestination } from "./outcome-destination";

/** A statement of an IAM policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

export interface RevocationStatementsProps {
  /** The account whose roles are revoked. */
  readonly place: Pick<Place, "roleArns">;
  readonly revocableRoles: RevocableRolesSpec;
  /**
   * ARNs of roles that are never revoked, or patterns of them; the function's own role is one of them. Their paths must be known, or
   * left out.
   */
  readonly protectedRoles: readonly string[];
  readonly exemptTag: Tag;
  /** Whether CloudTrail is asked what stolen credentials were used for. */
  readonly activity: boolean;
  /** ARN, or a pattern of it, of the permissions boundary that a role must have to be revoked. */
  readonly requiredBoundary?: string;
}

/**
 * What revoking needs in the account whose roles are revoked. In IAM it writes one thing, `iam:PutRolePolicy`; no condition
 * key limits what such a policy says, so the roles it may be attached to are all that fences it, and the explicit denials win
 * over every choice.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export function revocationStatements(props: RevocationStatementsProps): Statement[] {
  const { place, revocableRoles, protectedRoles, exemptTag, activity, requiredBoundary } = props;
  return [
    ...choiceStatements(place, revocableRoles).map((choice) => withBoundary(choice, requiredBoundary)),
    {
      Sid: "NeverProtectedRoles",
      Effect: "Deny",
      Action: "iam:PutRolePolicy",
      Resource: protectedRoles.flatMap(protectedArns),
    },
    {
      Sid: "NeverExemptRoles",
      Effect: "Deny",
      Action: "iam:PutRolePolicy",
      Resource: "*",
      Condition: { StringEquals: { [`aws:ResourceTag/${exemptTag.key}`]: exemptTag.value } },
    },
    {
      Sid: "LookAtRoles",
      Effect: "Allow",
      Action: ["iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListInstanceProfilesForRole"],
      Resource: place.roleArns(),
    },
    { Sid: "LookWhoElseIsHit", Effect: "Allow", Action: "ec2:DescribeInstances", Resource: "*" },
    ...(activity ? [LOOK_WHAT_WAS_DONE] : []),
  ];
}

/** CloudTrail knows no resources here: who may ask may ask for every event of the account. */
const LOOK_WHAT_WAS_DONE: Statement = {
  Sid: "LookWhatWasDone",
  Effect: "Allow",
  Action: "cloudtrail:LookupEvents",
  Resource: "*",
};

/** With a boundary on the role, what is written there can never permit more than the boundary does. */
function withBoundary(statement: Statement, boundary: string | undefined): Statement {
  if (boundary === undefined) return statement;
  return { ...statement, Condition: { ...statement.Condition, StringLike: { "iam:PermissionsBoundary": boundary } } };
}

/** The permission to revoke, one statement for each way in which roles are chosen. */
export function choiceStatements(place: Pick<Place, "roleArns">, roles: RevocableRolesSpec): Statement[] {
  const allow = (Sid: string, Resource: string | readonly string[], Condition?: object): Statement => ({
    Sid,
    Effect: "Allow",
    Action: "iam:PutRolePolicy",
    Resource,
    ...(Condition && { Condition }),
  });
  if ("any" in roles) return [allow("RevokeAnyRole", place.roleArns())];
  const { arns, path, tag } = roles;
  return [
    ...(arns?.length ? [allow("RevokeNamedRoles", arns)] : []),
    ...(path ? [allow("RevokeRolesByPath", place.roleArns(path))] : []),
    ...(tag
      ? [allow("RevokeRolesByTag", place.roleArns(), { StringEquals: { [`aws:ResourceTag/${tag.key}`]: tag.value } })]
      : []),
  ];
}

/** The ARNs that a policy has to deny so that an entry of the protected roles is protected. */
export function protectedArns(entry: string): string[] {
  const { account, name, byName } = protectedRoleOf(entry);
  return byName ? namedArns(account, name) : [entry];
}

/** The ARNs of a role, or of a pattern of names, without a path and below any. */
export const namedArns = (account: string, name: string): string[] => [`${account}${name}`, `${account}*/${name}`];

/** Roles that administer a member account: nobody but their owners may write on them. */
const ADMINISTRATORS = ["OrganizationAccountAccessRole", "AWSControlTowerExecution", "stacksets-exec-*"];

/** ARNs, or patterns of them, of the roles that are never revoked in any account if there are members. */
export const protectedEverywhere = (partition: string, members: MembersSpec): string[] => [
  memberRoleArn(partition, "*", members),
  ...ADMINISTRATORS.map((name) => `arn:${partition}:iam::*:role/${name}`),
];

/**
 * What the function needs to act in member accounts: to assume a role of theirs. That role has all other permissions.
 *
 * @param functionArn the function's own: nothing else that has its role may assume the members'.
 */
export function memberStatements(partition: string, functionArn: string, members: MembersSpec): Statement[] {
  const { organization, accounts = ["*"], except = [] } = members;
  const rolesOf = (ids: readonly string[]) => ids.map((id) => memberRoleArn(partition, id, members));
  const never: Statement = {
    Sid: "NeverExceptedAccounts",
    Effect: "Deny",
    Action: "sts:AssumeRole",
    Resource: rolesOf(except),
  };
  return [
    {
      Sid: "AssumeMemberRoles",
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Resource: rolesOf(accounts),
      Condition: {
        ...(organization !== undefined && { StringEquals: { "aws:ResourceOrgID": organization } }),
        ArnEquals: { "lambda:SourceFunctionArn": functionArn },
      },
    },
    ...(except.length > 0 ? [never] : []),
  ];
}

export interface FunctionStatementsProps {
  readonly topicArn: string;
  readonly topicKeyArn?: string;
  readonly queueArn: string;
  readonly logGroupArn: string;
  /** The bus that is told about incidents. */
  readonly eventBusArn?: string;
  readonly outcomes?: OutcomeDestination;
}

/** What the function itself needs in the account that it runs in: to report, to log, and to hand over what failed. */
export function functionStatements(props: FunctionStatementsProps): Statement[] {
  const { topicArn, topicKeyArn, queueArn, logGroupArn, eventBusArn, outcomes } = props;
  const allow = (Sid: string, Action: string | readonly string[], Resource: string): Statement => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
  });
  return [
    allow("Report", "sns:Publish", topicArn),
    ...(topicKeyArn ? [allow("EncryptReports", ["kms:Decrypt", "kms:GenerateDataKey*"], topicKeyArn)] : []),
    allow("LeaveWhatFailed", "sqs:SendMessage", queueArn),
    ...(eventBusArn === undefined ? [] : [allow("TellMachines", "events:PutEvents", eventBusArn)]),
    ...(outcomes ? [allow("SendOutcomes", outcomes.action, outcomes.arn)] : []),
    allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], `${logGroupArn}:*`),
  ];
}
