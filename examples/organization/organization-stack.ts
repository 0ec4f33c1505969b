import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";

// Outside of this repository: from "cdktf-guardduty-credential-response".
import {
  CredentialExfiltrationResponse,
  FindingForwarder,
  MemberAccounts,
  MemberRole,
  MemberRoleStackSet,
  RevocableRoles,
} from "../../src";

export interface OrganizationStackProps {
  /** Id of the organization. */
  readonly organizationId: string;
  /** Ids of the organizational units, or of the root, whose accounts get the member role. */
  readonly organizationalUnitIds: readonly string[];
  /** The account of GuardDuty's administrator, which this is deployed from. */
  readonly securityAccountId: string;
  /** The organization's management account. */
  readonly managementAccountId: string;
  /** Name of the role of the management account by which this is deployed there. */
  readonly deploymentRoleName: string;
}

/** An organization: the response in the security account, in two regions, and the role that it assumes in every other account. */
export class OrganizationStack extends TerraformStack {
  constructor(scope: Construct, id: string, props: OrganizationStackProps) {
    super(scope, id);
    const { organizationId, securityAccountId, managementAccountId } = props;
    const security = { allowedAccountIds: [securityAccountId] };
    new AwsProvider(this, "aws", { region: "us-west-2", ...security });
    const virginia = new AwsProvider(this, "aws-virginia", { region: "us-east-1", alias: "virginia", ...security });
    const management = new AwsProvider(this, "aws-management", {
      region: "us-west-2",
      alias: "management",
      allowedAccountIds: [managementAccountId],
      assumeRole: [{ roleArn: `arn:aws:iam::${managementAccountId}:role/${props.deploymentRoleName}` }],
    });

    // Both sides need the same limits. If they differ, those of the member role decide.
    const limits = {
      revocableRoles: RevocableRoles.withPath("/application/"),
      protectedRoles: ["arn:aws:iam::*:role/break-glass"],
    };
    const response = new CredentialExfiltrationResponse(this, "response", {
      ...limits,
      alertEmails: ["security@example.com"],
      members: MemberAccounts.ofOrganization(organizationId),
      furtherRegions: true,
    });
    new FindingForwarder(this, "forwarder-virginia", {
      to: response,
      provider: virginia,
      alertEmails: ["security@example.com"],
    });

    // The StackSet leaves out the management account.
    const trust = { securityAccountId, organizationId };
    const { organizationalUnitIds } = props;
    new MemberRoleStackSet(this, "member-roles", { trust, limits, organizationalUnitIds, provider: management });
    new MemberRole(this, "management-role", { trust, limits, provider: management });
  }
}
