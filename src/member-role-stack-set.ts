import { CloudformationStackInstances } from "@cdktf/provider-aws/lib/cloudformation-stack-instances";
import { CloudformationStackSet } from "@cdktf/provider-aws/lib/cloudformation-stack-set";
import { type TerraformProvider, Token } from "cdktf";
import { Construct } from "constructs";

import { checkMemberRole, memberRoleDocuments, type MemberRoleSettings } from "./revocation/member-policies";
import { memberRoleStack } from "./revocation/member-role-template";
import { jsonText } from "./shared/attribute-text";
import { Place } from "./shared/place";
import { knownItems, oneOf, Problems, shown } from "./shared/problems";

export interface MemberRoleStackSetProps extends MemberRoleSettings {
  /**
   * Ids of the organizational units, or of the root, whose accounts get the role, with all that is below. Name one that all
   * accounts have in common: an account that moves from one of several to another is without the role for a while.
   */
  readonly organizationalUnitIds: readonly string[];
  /**
   * From which account it is deployed: `SELF` is the organization's management account, `DELEGATED_ADMIN` one that it has
   * delegated CloudFormation's StackSets to.
   *
   * @default - `SELF`
   */
  readonly callAs?: "SELF" | "DELEGATED_ADMIN";
  /**
   * The one region in which the stacks are, since IAM is global. It must be on in every account.
   *
   * @default - `us-east-1`
   */
  readonly region?: string;
  /** @default - the member role's name */
  readonly stackSetName?: string;
  /**
   * The AWS provider of the account that it is deployed from.
   *
   * @default - the stack's default AWS provider
   */
  readonly provider?: TerraformProvider;
}

/** An account that fails must not hold up the others: the mail about its next finding says what is missing. */
const ALL_AT_ONCE = {
  failureTolerancePercentage: 100,
  maxConcurrentPercentage: 100,
  regionConcurrencyType: "PARALLEL",
};

/** A thousand accounts take longer than the provider's half an hour. */
const TIMEOUT = "3h";

const UNIT_ID = /^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$/;

/**
 * The member role in every account of an organization, those to come included: a StackSet that AWS deploys to the accounts of
 * organizational units by itself. It leaves out the management account, as all such StackSets do: `MemberRole` is for that one.
 *
 * It has no list of accounts to leave out, since AWS would ignore it for accounts that come later: name them in
 * `MemberAccounts.ofOrganization(…, { except })`.
 *
 * @example
 * ```ts
 * new MemberRoleStackSet(this, "member-roles", {
 *   organizationalUnitIds: ["ou-ab12-cd34ef56"],
 *   trust: { securityAccountId: "111122223333", organizationId: "o-a1b2c3d4e5" },
 *   limits: { revocableRoles: RevocableRoles.withPath("/application/") },
 * });
 * ```
 *
 * @see docs/organization.md
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
 */
export class MemberRoleStackSet extends Construct {
  readonly stackSetName: string;
  /** Escape hatch: the StackSet's resource. */
  readonly resource: CloudformationStackSet;

  /** @throws Error that names every prop that is not usable. */
  constructor(scope: Construct, id: string, props: MemberRoleStackSetProps) {
    super(scope, id);
    this.check(props);
    const { callAs = "SELF", region = "us-east-1", provider } = props;
    const { partition } = Place.of(this, provider);
    const { name, description } = memberRoleDocuments(partition, props);
    this.stackSetName = props.stackSetName ?? name;
    this.resource = new CloudformationStackSet(this, "Resource", {
      name: this.stackSetName,
      description,
      permissionModel: "SERVICE_MANAGED",
      callAs,
      autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
      capabilities: ["CAPABILITY_NAMED_IAM"],
      templateBody: jsonText(memberRoleStack(partition, props)),
      operationPreferences: ALL_AT_ONCE,
      timeouts: { update: TIMEOUT },
      // With automatic deployment, version 5 of the provider would change it in every plan.
      lifecycle: { ignoreChanges: ["administration_role_arn"] },
      provider,
    });
    new CloudformationStackInstances(this, "instances", {
      stackSetName: this.resource.name,
      callAs,
      regions: [region],
      deploymentTargets: { organizationalUnitIds: [...props.organizationalUnitIds] },
      operationPreferences: ALL_AT_ONCE,
      timeouts: { create: TIMEOUT, update: TIMEOUT, delete: TIMEOUT },
      provider,
    });
  }

  private check(props: MemberRoleStackSetProps): void {
    const problems = new Problems();
    checkMemberRole(props, problems, { ofEveryAccount: true });
    const units = knownItems("organizationalUnitIds", props.organizationalUnitIds, problems);
    for (const [index, unit] of units) {
      const words = "the id of an organizational unit or a root such as ou-ab12-cd34ef56 or r-ab12";
      problems.check(`organizationalUnitIds[${index}]`, unit, (text) => UNIT_ID.test(text), words);
    }
    if (units.length === 0 && !Token.isUnresolved(props.organizationalUnitIds)) {
      problems.add(
        "organizationalUnitIds: must be at least one; received none; name the organization's root for all accounts",
      );
    }
    const ids = units.map(([, unit]) => unit);
    for (const twice of new Set(ids.filter((unit, index) => ids.indexOf(unit) !== index))) {
      problems.add(`organizationalUnitIds: must name each once; received ${shown(twice)} twice; take one out`);
    }
    problems.check("callAs", props.callAs, oneOf(["SELF", "DELEGATED_ADMIN"]), "SELF or DELEGATED_ADMIN");
    const isRegion = (text: string) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(text);
    problems.check("region", props.region, isRegion, "a region such as us-east-1");
    const isName = (text: string) => /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(text);
    const words = "1 to 128 letters, digits or hyphens, the first a letter";
    problems.check("stackSetName", props.stackSetName, isName, words);
    problems.throwIfAny(this);
  }
}
