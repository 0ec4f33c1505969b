import { Problems } from "../shared/problems";
import { checkMemberRole, memberRoleDocuments, type MemberRoleSettings } from "./member-policies";

export interface MemberRoleTemplateOptions extends MemberRoleSettings {
  /**
   * `aws`, `aws-us-gov` or `aws-cn`.
   *
   * @default - `aws`
   */
  readonly partition?: string;
}

/**
 * The member role as a template of CloudFormation, in JSON: for Control Tower, Landing Zone Accelerator, or a StackSet that is
 * made by other means. It has no parameters, and is the same for every account. Deploy it in one region of each account: IAM is
 * global.
 *
 * @example
 * ```ts
 * const template = memberRoleTemplate({
 *   trust: { securityAccountId: "111122223333", organizationId: "o-a1b2c3d4e5" },
 *   limits: { revocableRoles: RevocableRoles.withPath("/application/") },
 * });
 * ```
 *
 * @throws Error that names every option that is not usable.
 */
export function memberRoleTemplate({ partition = "aws", ...settings }: MemberRoleTemplateOptions): string {
  const problems = new Problems();
  checkMemberRole(settings, problems, { ofEveryAccount: true });
  problems.throwIfAny("memberRoleTemplate");
  return JSON.stringify(memberRoleStack(partition, settings), undefined, 2);
}

/** The template as an object; the partition may be a token. */
export function memberRoleStack(partition: string, settings: MemberRoleSettings): object {
  const { name, path, description, trust, policyName, permissions } = memberRoleDocuments(partition, settings);
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: description,
    Resources: {
      MemberRole: {
        Type: "AWS::IAM::Role",
        Properties: {
          RoleName: name,
          Path: path,
          Description: description,
          AssumeRolePolicyDocument: trust,
          Policies: [{ PolicyName: policyName, PolicyDocument: permissions }],
        },
      },
    },
  };
}
