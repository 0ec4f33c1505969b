import type { ReadmeTexts } from "../readme";

const introduction = `# Member role

The role by which the response acts in a member account. Use it in the organization's management account, which StackSets leave out,
in few accounts, or in a pipeline that sets up accounts. IAM is global: once for each account.

## Use

\`\`\`hcl
module "member_role" {
  source    = "git::https://example.com/this-repository.git//terraform-module/modules/member-role?ref=v0.1.0"
  providers = { aws = aws.member }

  security_account_id = "111122223333"
  organization_id     = "o-a1b2c3d4e5"
  revocable_roles     = { path = "/application/" }
}
\`\`\`

[\`examples/organization\`](../../examples/organization/main.tf) has it beside the response.
`;

const notes = `## Good to know

- The role trusts a name in the security account, not a resource: it can be deployed before the response.
- Give the response the same \`prefix\`, \`revocable_roles\`, \`protected_role_arns\`, \`exempt_tag\` and \`activity\`, and the same role
  name and path in its \`members\`. If the limits differ, those of this role decide.
`;

/** What the README of the module says. */
export const MEMBER_ROLE_README: ReadmeTexts = { introduction, notes };
