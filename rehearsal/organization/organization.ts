import { AwsAccount } from "../../local-aws/api/account";
import { createStack } from "../../local-aws/cloudformation/create-stack";
import type { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import type { DeployedStackSet } from "../../local-aws/terraform/deployment";
import type { MembersSpec } from "../../src/contract/members";
import { functionVariable } from "../play/function-variable";
import { RehearsalError } from "../play/rehearsal-error";
import type { RobbedInstance } from "../story/thief";

/** The further region, in which the members' instances are. */
export const FURTHER_REGION = "us-east-1";

/** The role that is robbed in every member, and that the security account has too. */
export const ROBBED_ROLE = "web";
/** A role that is robbed later, in another finding. */
export const SECOND_ROLE = "worker";
/** A role that the robbed one may assume. */
export const STARTED_ROLE = "reports";

const INSTANCE_ID = "i-0a1b2c3d4e5f60718";

/** The accounts of an organization behind one endpoint: the security account, in which all was deployed, and members. */
export class Organization {
  readonly security: AwsAccount;

  private constructor(
    readonly local: LocalDeployment,
    private readonly organizationId: string,
    /** Path and name of the role that the function assumes in a member. */
    readonly memberRole: string,
    private readonly stackSet: DeployedStackSet,
  ) {
    this.security = local.account;
    this.security.organizationId = organizationId;
    this.security.addRole(workload(ROBBED_ROLE));
  }

  /** The organization that the deployed function acts in. */
  static of(local: LocalDeployment): Organization {
    const { functions, stackSets } = local.deployment;
    const [members] = functions.flatMap((each) => functionVariable(each, "MEMBERS") ?? []);
    const { organization, role } = JSON.parse(members ?? "{}") as Partial<MembersSpec>;
    const [stackSet] = stackSets;
    if (organization === undefined || role === undefined || !stackSet) {
      throw new RehearsalError(
        "the story needs a response with members of an organization, and a StackSet of their role",
      );
    }
    return new Organization(local, organization, role, stackSet);
  }

  /** An account that joins the organization: with workloads, and without a role for the response. */
  join(accountId: string): AwsAccount {
    const member = new AwsAccount({ accountId, region: FURTHER_REGION });
    member.organizationId = this.organizationId;
    for (const name of [ROBBED_ROLE, SECOND_ROLE, STARTED_ROLE]) member.addRole(workload(name));
    const { arn: instanceProfileArn } = member.addInstanceProfile({ name: ROBBED_ROLE, roleName: ROBBED_ROLE });
    member.addInstance({ instanceId: INSTANCE_ID, name: "web-1", instanceProfileArn });
    this.security.neighbours.set(accountId, member);
    return member;
  }

  /** Makes the member role, as CloudFormation does by itself in an account that joins. */
  deployMemberRole(member: AwsAccount): void {
    createStack(member, this.stackSet.template);
  }
}

/** An instance of a member that has a role. */
export const instanceWith = (roleName: string): RobbedInstance => ({ roleName, instanceId: INSTANCE_ID });

/** A role of an application: it may do what the thief does. */
function workload(name: string) {
  const allow = (Action: string) => ({ Effect: "Allow", Action, Resource: "*" });
  const Statement = [allow("dynamodb:ListTables"), allow("sts:AssumeRole")];
  return { name, path: "/application/", policies: { application: { Version: "2012-10-17", Statement } } };
}
