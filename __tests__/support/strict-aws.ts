import { AwsAccount, EXAMPLE_ACCOUNT } from "../../local-aws/api/account";
import { iamActions } from "../../local-aws/api/iam";
import { AwsError } from "../../local-aws/api/protocol";
import { snsActions } from "../../local-aws/api/sns";
import { mailAbout } from "../../lambda/revoke-sessions/mail";
import type { Refusal } from "../../lambda/revoke-sessions/refusal";
import { TOPIC_ARN } from "./configuration";
import { MemoryAws, type MemoryRole, type PolicyWrite } from "./memory-aws";

/** As the port refuses what IAM has no room for. */
const NO_ROOM: Refusal = { reason: "policy-quota-exceeded", explanation: "no room" };

/**
 * An account in memory whose IAM and SNS refuse what AWS's refuse. What is malformed is thrown: trying it again would end the
 * same way, so nothing may ever be sent that is.
 */
export class StrictAws extends MemoryAws {
  override refuse = (write: PolicyWrite): Refusal | undefined => {
    const { roleName, policyName, document } = write;
    try {
      const parameters = { RoleName: roleName, PolicyName: policyName, PolicyDocument: document };
      iamActions["PutRolePolicy"]!.perform(parameters, accountOf(roleName, this.roles.get(roleName)!));
      return undefined;
    } catch (error) {
      if (error instanceof AwsError && error.code === "LimitExceeded") return NO_ROOM;
      throw error;
    }
  };

  override report: MemoryAws["report"] = async (incident) => {
    const { subject, message } = mailAbout(incident);
    const account = new AwsAccount({ accountId: EXAMPLE_ACCOUNT });
    account.topicArns.add(TOPIC_ARN);
    snsActions["Publish"]!.perform({ TopicArn: TOPIC_ARN, Subject: subject, Message: message }, account);
    this.calls.push("report");
    this.mails.push({ subject, message });
    this.incidents.push(incident);
  };
}

/** An account of the local AWS that holds a copy of the role. */
function accountOf(name: string, role: MemoryRole): AwsAccount {
  const account = new AwsAccount();
  account.addRole({ name, path: role.path, roleId: role.roleId });
  for (const [policyName, document] of role.policies) account.roles.get(name)!.policies.set(policyName, document);
  return account;
}
