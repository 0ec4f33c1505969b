import type { NotRevokedReason } from "../../../src/contract/reasons";
import type { Refused } from "../incident";
import { denyingPolicy, isExplicitDeny } from "../permission";
import { quote } from "./shell";
import type { Step } from "./step";
import type { StepName } from "./steps";
import { printable } from "./text";

/** What people are told about a finding for which nothing was revoked. */
export interface Advice {
  /** Whether it is over. */
  readonly state: string;
  /** What to do, the most urgent first. */
  readonly steps: readonly StepName[];
  /** What else to know. */
  readonly advice: (refused: Refused) => string;
  /** What to look at to mend the deployment, one after the other. */
  readonly checks?: (refused: Refused) => readonly Step[];
}

const ALIVE = "NOT over: nothing was revoked, and the stolen credentials still work.";
const UNLESS = "If it is a theft, it is not over: the stolen credentials still work.";
const REVOKE: readonly StepName[] = ["revoke", "others", "sessions", "isolate", "activity"];

/** What people are told, by the reason for not revoking. */
export const ADVICE: Readonly<Record<NotRevokedReason, Advice>> = {
  "sample-finding": {
    state: "Nothing: this is a sample finding, and nothing was stolen.",
    steps: [],
    advice: () => "Nothing has to be done.",
  },
  "archived-finding": {
    state: `The finding is archived: somebody has dealt with it. ${UNLESS}`,
    steps: ["policy", "revoke", "sessions", "activity"],
    advice: () => "Nothing, if whoever archived the finding knows that it is no theft, or has revoked the sessions.",
  },
  "unsupported-type": {
    state: `This deployment does not handle such findings. ${UNLESS}`,
    steps: ["activity", "revoke", "sessions"],
    advice: () => "Find out who hands such findings to the function: its own rule does not.",
  },
  "below-severity": {
    state: `The severity is below this deployment's limit. ${UNLESS}`,
    steps: REVOKE,
    advice: () =>
      "Decide whether you know from where the credentials were used. If such findings should be handled, lower the limit, or set " +
      "a severity of your own for the type.",
  },
  "other-account": {
    state: `The finding is about another account, in which this deployment must not act. ${UNLESS}`,
    steps: REVOKE,
    advice: ({ finding: { accountId } }) =>
      `Use credentials of account ${printable(accountId ?? "unknown", 20)}. A response that is deployed there revokes by itself.`,
  },
  "not-a-role": {
    state: ALIVE,
    steps: ["switchOff", "sessions", "activity"],
    advice: () =>
      "Open the finding in the console, find out whose credentials these are, and end them there. For users, AWS's runbook " +
      "AWSSupport-ContainIAMPrincipal does more.",
  },
  "role-unknown": {
    state: ALIVE,
    steps: ["unnamed", "sessions", "activity"],
    advice: () => "Open the finding in the console, find out whose credentials these are, and revoke them there.",
  },
  "member-role-refused": {
    state: ALIVE,
    steps: REVOKE,
    advice: () =>
      "Find out why, in the order below. Once that is mended, GuardDuty's next update of the finding is handled as usual.",
    checks: memberRoleChecks,
  },
  "role-not-found": {
    state: "The stolen sessions are dead with their role. Who deleted it, and what was done before?",
    steps: ["sessions", "deleter", "isolate", "activity"],
    advice: () => "No policy is needed: there is no role to attach it to.",
  },
  "role-mismatch": {
    state: "The stolen sessions are dead with the role that they were of. Who deleted it, and what was done before?",
    steps: ["sessions", "deleter", "isolate", "activity"],
    advice: () => "Leave today's role of that name alone: none of its sessions is in the finding.",
  },
  "protected-role": {
    state: ALIVE,
    steps: REVOKE,
    advice: () =>
      "Decide whether the role may be cut. If the function should have done it, add the role to those that it may revoke.",
  },
  "exempt-role": {
    state: ALIVE,
    steps: REVOKE,
    advice: () =>
      "Decide whether the role may be cut, and look in CloudTrail (TagRole) for who exempted it, and when: it may have been " +
      "the thief.",
  },
  "unmodifiable-role": {
    state: ALIVE,
    steps: ["sessions", "isolate", "activity"],
    advice: () =>
      "For a role of IAM Identity Center: end the user's sessions there, and deny the user in a service control policy " +
      "(identitystore:userId) until the credentials expire; AWS's runbook AWSSupport-ContainIAMPrincipal does it. For a " +
      "service's own role: ask the owner of that service.",
  },
  "policy-quota-exceeded": {
    state: ALIVE,
    steps: REVOKE,
    advice: () =>
      "The role's inline policies are full, so the command attaches a managed policy. Make room for the function: " +
      "remove an inline policy of the role, or move it into a managed one.",
  },
  "notify-only": {
    state: ALIVE,
    steps: REVOKE,
    advice: () => "Decide whether the role may be cut. This deployment leaves that to you, every time.",
  },
  "not-permitted": { state: ALIVE, steps: REVOKE, advice: ({ refusal }) => permissionAdvice(refusal.explanation) },
};

function memberRoleChecks({ memberRole = "", finding: { accountId = "" }, configuration }: Refused): Step[] {
  const name = quote(memberRole.split("/").at(-1)!);
  const account = printable(accountId, 20);
  return [
    {
      text: `Does the role exist in account ${account}? If a StackSet makes it, ask in the StackSet's account and region; one that StackSets are delegated to adds --call-as DELEGATED_ADMIN:`,
      commands: [
        `aws cloudformation list-stack-instances --stack-set-name ${name} --stack-instance-account ${quote(accountId)}`,
      ],
    },
    {
      text: `Does it trust the function's role in account ${configuration.accountId}, by that role's name, and this organization?`,
      commands: [`aws iam get-role --role-name ${name} --query Role.AssumeRolePolicyDocument`],
    },
    {
      text:
        `Does a service control policy of account ${configuration.accountId} deny sts:AssumeRole, or a resource control policy of ` +
        `account ${account} deny it to others?`,
      commands: [],
    },
    {
      text: `Is account ${account} active, and still in the organization? Ask with credentials of the management account:`,
      commands: [`aws organizations describe-account --account-id ${quote(accountId)}`],
    },
  ];
}

function permissionAdvice(sentence: string): string {
  const policy = denyingPolicy(sentence) ?? "policy";
  if (isExplicitDeny(sentence)) {
    return (
      `A ${policy} denies it, to you as well unless it exempts you: run the command as a principal whom that policy exempts. ` +
      "The function stays shut out until the policy exempts its role too."
    );
  }
  return (
    `No ${policy} allows it. Run the command as a principal who may put policies on roles. The function's role has lost ` +
    "permissions that it was deployed with: deploy it again."
  );
}
