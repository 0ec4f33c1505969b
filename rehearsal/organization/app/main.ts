import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";

import { EXAMPLE_ACCOUNT } from "../../../local-aws/api/account";
import {
  CredentialExfiltrationResponse,
  FindingForwarder,
  MemberAccounts,
  MemberRoleStackSet,
  RevocableRoles,
} from "../../../src";

const ORGANIZATION = "o-a1b2c3d4e5";
const ALERT_EMAILS = ["security@example.com"];
const LIMITS = { revocableRoles: RevocableRoles.withPath("/application/"), activity: true };

/** What the rehearsal of an organization plays: a home region, a further one, and the role of the member accounts. */
const app = new App({ stackTraces: false });
const stack = new TerraformStack(app, "organization");
const provider = (alias: string, region: string) => new AwsProvider(stack, alias, { alias, region });
new AwsProvider(stack, "aws", { region: "us-west-2" });
const response = new CredentialExfiltrationResponse(stack, "response", {
  alertEmails: ALERT_EMAILS,
  members: MemberAccounts.ofOrganization(ORGANIZATION),
  furtherRegions: true,
  followSessions: true,
  ...LIMITS,
});
new FindingForwarder(stack, "forwarder", {
  to: response,
  alertEmails: ALERT_EMAILS,
  provider: provider("virginia", "us-east-1"),
});
new MemberRoleStackSet(stack, "member-roles", {
  organizationalUnitIds: ["r-ab12"],
  trust: { securityAccountId: EXAMPLE_ACCOUNT, organizationId: ORGANIZATION },
  limits: LIMITS,
  provider: provider("management", "us-east-1"),
});
app.synth();
