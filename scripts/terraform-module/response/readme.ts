import type { ReadmeTexts } from "../readme";

const introduction = `# Response to stolen IAM role credentials

Responds to GuardDuty's findings of stolen credentials of EC2 instances, Lambda functions and ECS tasks: it mails people, and a
function attaches the inline policy \`RevokeOldSessions\` to the role, which denies every session issued before a cut-off. The
module is generated from the CDKTF construct, and makes the same resources with the same function, byte for byte. The zip lies
beside the configuration: nothing but Terraform is needed.

## Use

\`\`\`hcl
module "credential_response" {
  source = "git::https://example.com/this-repository.git//terraform-module?ref=v0.1.0"

  alert_emails    = ["security@example.com"]
  revocable_roles = { arns = ["arn:aws:iam::123456789012:role/app"] }
}
\`\`\`

\`example.com/this-repository.git\` stands for where you cloned this from, and \`v0.1.0\` for a tag or commit of it: pin one, since
a function that may write on roles should change only when you say so. Whole root modules are
[\`examples/complete\`](examples/complete/main.tf) and, for an organization,
[\`examples/organization\`](examples/organization/main.tf), which uses [\`modules/member-role\`](modules/member-role) and
[\`modules/finding-forwarder\`](modules/finding-forwarder). \`terraform test\` runs the tests in \`tests\`; they need Terraform 1.7 and no
account.

[OpenTofu](https://opentofu.org) can be used from 1.6 on: the module needs nothing that its language lacks there. It is tried with
Terraform only; OpenTofu's own tests need 1.8.
`;

const notes = `## Good to know

- The module has no provider and no backend block: it works with \`count\`, \`for_each\`, \`depends_on\` and
  \`providers = { aws = aws.other }\`. A second instance in the same region needs another \`prefix\`.
- \`depends_on\` makes Terraform read the account and the region only when it applies, whenever what the module depends on
  changes. The function's role, whose default name holds the region, is then planned to be replaced, and the rule's
  permission on the function, which holds the account, too. Pass values instead of \`depends_on\`, or give at least
  \`function_role_name\`.
- \`existing_topic\` and \`topic_key\` are objects, so that an ARN in them can be unknown until apply.
- The rule takes three more targets: \`aws_cloudwatch_event_target\` with \`rule = module.….rule_name\`.
- Removing the module does not remove \`RevokeOldSessions\` from roles that were revoked.
`;

/** What the README of the module says. */
export const RESPONSE_README: ReadmeTexts = { introduction, notes };
