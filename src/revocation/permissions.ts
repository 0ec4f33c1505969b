import type { RevocableRolesSpec } from "../contract/environment";
import type { OutcomeDestination } from "./outcome-destination";
import type { Place } from "../shared/place";

export interface RevokerPermissionsProps {
  readonly place: Place;
  readonly revocableRoles: RevocableRolesSpec;
  /** ARNs of roles that are never revoked; the function's own role is one of them. */
  readonly protectedRoles: readonly string[];
  readonly exemptTag: { readonly key: string; readonly value: string };
  readonly topicArn: string;
  readonly topicKeyArn?: string;
  readonly queueArn: string;
  readonly logGroupArn: string;
  readonly outcomes?: OutcomeDestination;
}

/**
 * What the function may do. In IAM it writes one thing, `iam:PutRolePolicy`; no condition key limits what such a policy
 * says, so the roles it may be attached to are all that fences it, and the explicit denials win over every choice.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export function revokerPermissions(props: RevokerPermissionsProps) {
  const { place, revocableRoles, protectedRoles, exemptTag } = props;
  return {
    Version: "2012-10-17",
    Statement: [
      ...revocation(place, revocableRoles),
      { Sid: "NeverProtectedRoles", Effect: "Deny", Action: "iam:PutRolePolicy", Resource: protectedRoles },
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
        Action: ["iam:GetRole", "iam:GetRolePolicy", "iam:ListInstanceProfilesForRole"],
        Resource: place.roleArns(),
      },
      { Sid: "LookWhoElseIsHit", Effect: "Allow", Action: "ec2:DescribeInstances", Resource: "*" },
      { Sid: "Report", Effect: "Allow", Action: "sns:Publish", Resource: props.topicArn },
      ...(props.topicKeyArn
        ? [
            {
              Sid: "EncryptReports",
              Effect: "Allow",
              Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
              Resource: props.topicKeyArn,
            },
          ]
        : []),
      { Sid: "LeaveWhatFailed", Effect: "Allow", Action: "sqs:SendMessage", Resource: props.queueArn },
      ...(props.outcomes
        ? [{ Sid: "SendOutcomes", Effect: "Allow", Action: props.outcomes.action, Resource: props.outcomes.arn }]
        : []),
      {
        Sid: "Log",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `${props.logGroupArn}:*`,
      },
    ],
  };
}

/** One statement for each way in which roles are chosen. */
export function revocation(place: Pick<Place, "roleArns">, { arns, path, tag, any }: RevocableRolesSpec) {
  const allow = (Sid: string, Resource: string | readonly string[], Condition?: object) => ({
    Sid,
    Effect: "Allow",
    Action: "iam:PutRolePolicy",
    Resource,
    ...(Condition && { Condition }),
  });
  if (any) return [allow("RevokeAnyRole", place.roleArns())];
  return [
    ...(arns?.length ? [allow("RevokeNamedRoles", arns)] : []),
    ...(path ? [allow("RevokeRolesByPath", place.roleArns(path))] : []),
    ...(tag
      ? [allow("RevokeRolesByTag", place.roleArns(), { StringEquals: { [`aws:ResourceTag/${tag.key}`]: tag.value } })]
      : []),
  ];
}
