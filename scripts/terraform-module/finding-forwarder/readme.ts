import type { ReadmeTexts } from "../readme";

const introduction = `# Finding forwarder

Forwards the findings of a further region to the region that has the response: every finding of GuardDuty, as it is. What cannot be
sent on within a day waits in a queue of its own region, which has alarms. A region with a response of its own needs none.

## Use

\`\`\`hcl
module "forwarder" {
  source    = "git::https://example.com/this-repository.git//terraform-module/modules/finding-forwarder?ref=v0.1.0"
  providers = { aws = aws.virginia }

  finding_bus_arn = module.response.finding_bus_arn
  alert_emails    = ["security@example.com"]
}
\`\`\`

The response needs \`further_regions = true\`. [\`examples/organization\`](../../examples/organization/main.tf) has both.
`;

const notes = `## Good to know

- GuardDuty must be on in the region; the forwarder does not switch it on.
- If a finding cannot be forwarded, the topic's subscribers are told, once they are confirmed.
`;

/** What the README of the module says. */
export const FINDING_FORWARDER_README: ReadmeTexts = { introduction, notes };
