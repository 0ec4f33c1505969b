import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { checkMemberRole, memberRoleDocuments, type MemberRoleSettings } from "./revocation/member-policies";
import { jsonText } from "./shared/attribute-text";
import { Place } from "./shared/place";
import { Problems } from "./shared/problems";

export interface MemberRoleProps extends MemberRoleSettings {
  /**
   * The AWS provider of the member account.
   *
   * @default - the stack's default AWS provider
   */
  readonly provider?: TerraformProvider;
}

/**
 * The role by which a response acts in a member account, made by Terraform itself: for the organization's management account, which
 * StackSets leave out, for few accounts, and for pipelines that set up accounts. IAM is global: once for each account.
 *
 * @example
 * ```ts
 * new MemberRole(this, "member-role", {
 *   trust: { securityAccountId: "111122223333", organizationId: "o-a1b2c3d4e5" },
 *   limits: { revocableRoles: RevocableRoles.withPath("/application/") },
 * });
 * ```
 *
 * @see docs/organization.md
 */
export class MemberRole extends Construct {
  readonly roleArn: string;
  readonly roleName: string;
  /** Escape hatch: the role's resource. */
  readonly resource: IamRole;

  /** @throws Error that names every prop that is not usable. */
  constructor(scope: Construct, id: string, props: MemberRoleProps) {
    super(scope, id);
    const problems = new Problems();
    checkMemberRole(props, problems);
    problems.throwIfAny(this);

    const { provider } = props;
    const documents = memberRoleDocuments(Place.of(this, provider).partition, props);
    this.resource = new IamRole(this, "Resource", {
      name: documents.name,
      path: documents.path,
      description: documents.description,
      assumeRolePolicy: jsonText(documents.trust),
      provider,
    });
    new IamRolePolicy(this, "permissions", {
      name: documents.policyName,
      role: this.resource.name,
      policy: jsonText(documents.permissions),
      provider,
    });
    this.roleArn = this.resource.arn;
    this.roleName = documents.name;
  }
}
