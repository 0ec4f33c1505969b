import { ALL_SESSIONS_POLICY, OLD_SESSIONS_POLICY } from "../contract/policy-names";
import type { InputTransformer } from "../detection/finding-target";
import { textMessage } from "./text-message";

const CALL_PATHS = {
  call: "$.detail.eventName",
  policy: "$.detail.requestParameters.policyName",
  role: "$.detail.requestParameters.roleName",
  account: "$.detail.recipientAccountId",
  caller: "$.detail.userIdentity.arn",
  kind: "$.detail.userIdentity.type",
  accessKey: "$.detail.userIdentity.accessKeyId",
  service: "$.detail.userIdentity.invokedBy",
  address: "$.detail.sourceIPAddress",
  time: "$.detail.eventTime",
  event: "$.detail.eventID",
  region: "$.detail.awsRegion",
};

const CALL_LINES = [
  "Call:          <call>",
  "Policy:        <policy>",
  "Role:          <role>",
  "Account:       <account>",
  "By:            <caller>",
  "  Kind:        <kind>",
  "  Access key:  <accessKey>",
  "  AWS service: <service>",
  "From:          <address>",
  "When:          <time>",
];

const LOOK_IT_UP =
  "    aws cloudtrail lookup-events --region <region> --lookup-attributes AttributeKey=EventId,AttributeValue=<event>";

/**
 * The mail that a policy that revokes sessions was removed, or written over, by somebody other than the function.
 *
 * IAM has taken the names that it shows, so they hold nothing but letters, digits and `+=,.@_-`, and can stand in commands.
 */
export function revocationChangedMessage(runbook: string): InputTransformer {
  return textMessage(CALL_PATHS, [
    "Somebody other than the function has removed or replaced a policy that revokes sessions.",
    "",
    ...CALL_LINES,
    "",
    "After DeleteRolePolicy stolen credentials that have not expired work again. After PutRolePolicy they may: what replaces the " +
      "policy can deny less. If you did this yourself, by a command of a mail or of the runbook, there is nothing to do.",
    "",
    "Copy commands without the quotation marks around each line.",
    "1. What is denied now? NoSuchEntity means that the policy is gone.",
    "    aws iam get-role-policy --role-name '<role>' --policy-name '<policy>'",
    "2. Deny again every session of the role that was issued until you run this. It replaces nothing. Sessions to come, which " +
      `a policy ${ALL_SESSIONS_POLICY} denies, it does not deny: isolate the instance.`,
    ...denyAgain("<role>").map((line) => `    ${line}`),
    "3. Who did it, and how? Stop it first if it will come again: Terraform with inline_policy blocks or " +
      "aws_iam_role_policies_exclusive, AWS Config, Cloud Custodian. CloudTrail may take 15 minutes to answer.",
    LOOK_IT_UP,
    "",
    "The function revokes anew only if GuardDuty reports the theft again.",
    `Runbook: ${runbook}`,
  ]);
}

/** The mail that somebody tried to, and that IAM refused. Names are as the caller wrote them, so no command holds them. */
export function revocationChangeRefusedMessage(runbook: string): InputTransformer {
  return textMessage({ ...CALL_PATHS, error: "$.detail.errorCode" }, [
    "Somebody other than the function tried to remove or replace a policy that revokes sessions. Nothing has changed: IAM " +
      "refused the call.",
    "",
    "Error:         <error>",
    ...CALL_LINES,
    "",
    "Names are as the caller wrote them. If the session is that of the role itself, it is most likely the thief.",
    "What else did it try? CloudTrail may take 15 minutes to answer. Copy the command without the quotation marks around it.",
    LOOK_IT_UP,
    "",
    `Runbook: ${runbook}`,
  ]);
}

/**
 * Commands that attach a policy under a name of its own, which denies what was issued until they are run.
 *
 * A template can hold no quotation marks that surely arrive as they are, and JSON needs them: awk makes them.
 */
function denyAgain(role: string): string[] {
  const denial =
    "{@Version@:@2012-10-17@,@Statement@:{@Effect@:@Deny@,@Action@:@*@,@Resource@:@*@," +
    "@Condition@:{@DateLessThan@:{@aws:TokenIssueTime@:@'$NOW'@}}}}";
  return [
    "NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ)",
    `echo '${denial}' | awk -v f=%c '{gsub(/@/,sprintf(f,34));print}' | aws iam put-role-policy --role-name '${role}' ` +
      `--policy-name ${OLD_SESSIONS_POLICY}-by-hand --policy-document file:///dev/stdin`,
  ];
}
