import type { CredentialExfiltrationResponseProps } from "../../../src/credential-exfiltration-response";
import { DEFAULTS } from "../../../src/contract/defaults";
import { ResponseMode, Scope } from "../../../src/contract/environment";
import { CREDENTIAL_EXFILTRATION_TYPES } from "../../../src/contract/finding-kinds";
import {
  ACCOUNT_ID,
  MAX_NAMED_ACCOUNTS,
  ORGANIZATION_ID,
  ORGANIZATION_ID_WORDS,
} from "../../../src/revocation/member-accounts";
import { OutcomeDestination } from "../../../src/revocation/outcome-destination";
import { LOG_RETENTIONS } from "../../../src/revocation/function-props";
import { ARN, FORMATS } from "../../../src/shared/formats";
import { EMAIL_ADDRESS } from "../../../src/shared/problems";
import {
  MAX_NAMED_ROLES,
  PROTECTED_ROLE,
  ROLE_ARN,
  ROLE_PATH,
  ROLE_PATH_WORDS,
  TAG_WORDS,
} from "../../../src/revocation/revocable-roles";
import {
  ATTACK_SEQUENCES,
  CREDENTIAL_FINDING_TYPE,
  FINDING_TYPE,
  FURTHER_FINDINGS_WORDS,
} from "../../../src/revocation/revocation-props";
import type { Input, Validation } from "../input";
import { beginsWithOneOf, between, each, isTag, listed, matches, oneOf, pattern, wholeBetween } from "../validation";

/** Inputs that are not simply called as the construct's prop in snake case. */
interface OtherNames {
  readonly protectedRoles: "protected_role_arns";
  readonly topicArn: "existing_topic";
  readonly topicKeyArn: "topic_key";
  readonly detector: "create_detector";
  /** Not an input, since the caller passes it: `providers = { aws = aws.other }`. */
  readonly provider: never;
}

type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name;

/** Inputs that are no props: what CDKTF's users do by a method of the construct, or by an aspect. */
type FurtherInputs = "outcome_destination" | "redrive_role_names" | "tags";

/** Name of an input; there is one for each prop of the construct, or the types do not check. */
export type InputName =
  | FurtherInputs
  | {
      [Prop in keyof CredentialExfiltrationResponseProps]-?: Prop extends keyof OtherNames
        ? OtherNames[Prop]
        : SnakeCase<Prop>;
    }[keyof CredentialExfiltrationResponseProps];

/** Conditions on one of the lists of accounts of the members. */
const accountIds = (list: string): Validation[] => [
  {
    condition: `alltrue([for id in coalesce(var.members.${list}, []) : ${matches("id", ACCOUNT_ID)}])`,
    message: `members.${list} must hold only ids of accounts: twelve digits, in quotation marks.`,
  },
  {
    condition: `length(coalesce(var.members.${list}, [])) <= ${MAX_NAMED_ACCOUNTS}`,
    message: `members.${list} must be at most ${MAX_NAMED_ACCOUNTS} accounts.`,
  },
  {
    condition: `length(distinct(coalesce(var.members.${list}, []))) == length(coalesce(var.members.${list}, []))`,
    message: `members.${list} must name each account once.`,
  },
];

/** The services that Lambda sends outcomes to, and the action that it needs there. */
export const OUTCOME_ACTIONS = {
  events: OutcomeDestination.eventBus("").action,
  lambda: OutcomeDestination.lambdaFunction("").action,
  sns: OutcomeDestination.topic("").action,
  sqs: OutcomeDestination.queue("").action,
};
const DESTINATION = matches(
  "var.outcome_destination.arn",
  new RegExp(`^arn:[a-z-]+:(${Object.keys(OUTCOME_ACTIONS).join("|")}):[a-z0-9-]+:\\d{12}:.+`),
);

const ROLES = "revocable_roles";
const namedRoles = `coalesce(var.${ROLES}.arns, [])`;

/** The inputs, in the order in which the README lists them. Defaults and limits are the construct's. */
export const INPUTS: Readonly<Record<InputName, Input>> = {
  revocable_roles: {
    type: `object({
  arns                 = optional(list(string))
  path                 = optional(string)
  tag                  = optional(object({ key = string, value = string }))
  any                  = optional(bool)
  any_of_every_account = optional(bool)
})`,
    description:
      "Which roles may be revoked; exactly one of: `arns` (at most 20), `path` (begins and ends with a slash), `tag` " +
      "(`{ key, value }`), `any = true` (every role of the account), `any_of_every_account = true` (the word that `members` asks " +
      "for). There is no default: somebody has to say on which roles the function may put a policy.",
    validation: [
      {
        condition: `length([for choice in values(var.${ROLES}) : true if choice != null]) == 1`,
        message: `${ROLES} must have exactly one of arns, path, tag, any and any_of_every_account.`,
      },
      {
        condition: `var.${ROLES}.arns == null ? true : length(${namedRoles}) >= 1 && length(${namedRoles}) <= ${MAX_NAMED_ROLES}`,
        message: `${ROLES} must name 1 to ${MAX_NAMED_ROLES} roles: give more of them a common path or tag.`,
      },
      each(ROLES, namedRoles, matches("item", ROLE_ARN), "ARNs of roles such as arn:aws:iam::123456789012:role/app"),
      {
        condition: `var.${ROLES}.path == null ? true : var.${ROLES}.path != "/" && ${matches(`var.${ROLES}.path`, ROLE_PATH)}`,
        message: `${ROLES}.path must begin and end with a slash, such as /application/.`,
      },
      {
        condition: `var.${ROLES}.tag == null ? true : ${isTag(`var.${ROLES}.tag`)}`,
        message: `${ROLES}.tag must be ${TAG_WORDS}.`,
      },
      ...["any", "any_of_every_account"].map((word) => ({
        condition: `var.${ROLES}.${word} == null ? true : var.${ROLES}.${word}`,
        message: `${ROLES}.${word} must be true or left out.`,
      })),
    ],
  },
  protected_role_arns: {
    type: "list(string)",
    description:
      "ARNs of roles that are never revoked, next to the function's own. A role is protected by its name, below any path; `*` in a " +
      "name stands for any text.",
    default: [],
    validation: [
      each(
        "protected_role_arns",
        "var.protected_role_arns",
        matches("item", PROTECTED_ROLE),
        "ARNs of roles, or patterns of their names such as arn:aws:iam::123456789012:role/aws-controltower-*",
      ),
    ],
  },
  exempt_tag: {
    type: "object({ key = string, value = string })",
    description: "The tag that exempts a role from revocation; the exemption is reported, never silent.",
    default: DEFAULTS.exemptTag,
    validation: [
      {
        condition: `${isTag("var.exempt_tag")} && !${matches("var.exempt_tag.key", /=/)}`,
        message: `exempt_tag must be ${TAG_WORDS}, and without an equals sign.`,
      },
    ],
  },
  findings: {
    type: "list(string)",
    description:
      "Types of GuardDuty findings that are handled besides stolen role credentials, each by its beginning: " +
      "`AttackSequence:IAM/CompromisedCredentials`, `AttackSequence:S3/CompromisedData`, " +
      "`CredentialAccess:IAMUser/CompromisedCredentials`, or any other type about IAM or S3 whose findings name an access key. " +
      "Must be known when Terraform plans.",
    default: DEFAULTS.findings,
    validation: [
      each(
        "findings",
        "var.findings",
        `${matches("item", CREDENTIAL_FINDING_TYPE)} && (!startswith(item, "AttackSequence:") || ${beginsWithOneOf(ATTACK_SEQUENCES)})`,
        FURTHER_FINDINGS_WORDS,
      ),
      each(
        "findings",
        "var.findings",
        `!${beginsWithOneOf(CREDENTIAL_EXFILTRATION_TYPES)} && ` +
          `!anytrue([for type in ${listed(CREDENTIAL_EXFILTRATION_TYPES)} : startswith(type, item)])`,
        "types beside stolen role credentials, which are always handled",
      ),
      {
        condition:
          "alltrue([for item in var.findings : length([for other in var.findings : true if startswith(item, other)]) == 1])",
        message: "findings must not hold what another of its items covers.",
      },
    ],
  },
  response: {
    type: "string",
    description: "`revoke` the stolen sessions, or `notify-only`.",
    default: DEFAULTS.response,
    validation: [oneOf("response", Object.values(ResponseMode))],
  },
  scope: {
    type: "string",
    description:
      "`role` revokes all of the role's sessions, `session` only those of the compromised instances, `instance` locks those out.",
    default: DEFAULTS.scope,
    validation: [oneOf("scope", Object.values(Scope))],
  },
  runbook_url: {
    type: "string",
    description: "Address of the runbook that mails and alarms name. This project's own if it is null.",
    default: null,
    validation: [pattern("runbook_url", FORMATS.runbookUrl)],
  },
  repeat_scope: {
    type: "string",
    description: "The scope from the second theft of one instance on. As `scope` if it is null.",
    default: null,
    validation: [oneOf("repeat_scope", Object.values(Scope))],
  },
  minimum_severity: {
    type: "number",
    description: "The severity from which the function acts: 0 to 10. Below it, it only notifies.",
    default: DEFAULTS.minimumSeverity,
    validation: [between("minimum_severity", 0, 10, "a number")],
  },
  severity_overrides: {
    type: "map(number)",
    description:
      "The severity to assume for a finding type, in place of GuardDuty's: 0 to 10, by the full name of the type.",
    default: DEFAULTS.severityOverrides,
    validation: [
      each(
        "severity_overrides",
        "keys(var.severity_overrides)",
        matches("item", FINDING_TYPE),
        "names of finding types such as Recon:IAMUser/TorIPCaller",
      ),
      each(
        "severity_overrides",
        "values(var.severity_overrides)",
        "item >= 0 && item <= 10",
        "severities from 0 to 10",
      ),
    ],
  },
  verify_after_seconds: {
    type: "number",
    description:
      "Seconds after which the function reads the policy back, and restores it if it is gone: 0 to 30. 0 does not look again.",
    default: DEFAULTS.verifyAfterSeconds,
    validation: [between("verify_after_seconds", 0, 30, "a number of seconds")],
  },
  activity: {
    type: "bool",
    description:
      "Whether the function asks CloudTrail what the stolen credentials were used for, and reports it. It needs `cloudtrail:LookupEvents`, which knows no resources.",
    default: DEFAULTS.activity,
  },
  follow_sessions: {
    type: "bool",
    description:
      "Whether the function also revokes sessions of other revocable roles of the account that the stolen credentials started: each by itself, three deep and at most 20. It needs `activity`.",
    default: DEFAULTS.followSessions,
  },
  events: {
    type: "bool",
    description:
      "Whether each incident that people are mailed about is also put on an event bus. The function may then put events on that bus.",
    default: DEFAULTS.events,
  },
  event_bus_arn: {
    type: "string",
    description:
      "ARN of the bus for `events`, of the function's region; the account's default bus if it is null. A bus of another account must let this one in.",
    default: null,
    validation: [pattern("event_bus_arn", FORMATS.eventBusArn)],
  },
  members: {
    type: `object({
  organization_id = optional(string)
  accounts        = optional(list(string))
  except          = optional(list(string), [])
  role_name       = optional(string)
  role_path       = optional(string, "${DEFAULTS.memberRolePath}")
})`,
    description:
      "The other accounts that are acted in, by a role that each has for it: exactly one of `organization_id` (every account of it, " +
      "but for those of `except`) and `accounts` (their ids, at most 20). `role_name` is the prefix and `-Member` if it is left out. " +
      "Null acts in the function's own account alone.",
    default: null,
    validation: [
      {
        condition: "(var.members.organization_id == null) != (var.members.accounts == null)",
        message: "members must have exactly one of organization_id and accounts.",
      },
      {
        condition: `var.members.organization_id == null ? true : ${matches("var.members.organization_id", ORGANIZATION_ID)}`,
        message: `members.organization_id must be ${ORGANIZATION_ID_WORDS}.`,
      },
      ...accountIds("accounts"),
      ...accountIds("except"),
      {
        condition: "var.members.accounts == null ? true : length(var.members.accounts) > 0",
        message: "members.accounts must be at least one account.",
      },
      {
        condition: "length(var.members.except) == 0 || var.members.accounts == null",
        message: "members.except must be left out if accounts are named: leave them out of accounts.",
      },
      {
        condition: `var.members.role_name == null ? true : ${matches("var.members.role_name", FORMATS.functionRoleName.pattern)}`,
        message: `members.role_name must be ${FORMATS.functionRoleName.words}.`,
      },
      {
        condition: matches("var.members.role_path", ROLE_PATH),
        message: `members.role_path must be ${ROLE_PATH_WORDS}.`,
      },
    ],
  },
  further_regions: {
    type: "bool",
    description:
      "Whether findings of further regions are handled too: an event bus is made, to which the module `modules/finding-forwarder` in " +
      "each of them sends its own.",
    default: false,
  },
  alert_emails: {
    type: "list(string)",
    description: "Who is mailed. Each address gets a mail to confirm first. Must be known when Terraform plans.",
    default: [],
    validation: [
      each(
        "alert_emails",
        "var.alert_emails",
        matches("item", EMAIL_ADDRESS),
        "e-mail addresses such as security@example.com",
      ),
      {
        condition: "length(distinct(var.alert_emails)) == length(var.alert_emails)",
        message: "alert_emails must not hold an address twice.",
      },
    ],
  },
  subscribers: {
    type: `map(object({
  protocol               = string
  endpoint               = string
  filter_policy          = optional(string)
  raw_message_delivery   = optional(bool)
  endpoint_auto_confirms = optional(bool)
}))`,
    description:
      "Whoever else is sent what the topic is, by names that tell them apart; `filter_policy` is JSON text on the attributes of reports " +
      "(`outcome`, `reason`, `severity`, `account`, `needs-a-person`), which alerts and alarms do not have. The names must be known " +
      "when Terraform plans.",
    default: {},
    validation: [
      each(
        "subscribers",
        "values(var.subscribers)",
        "item.filter_policy == null ? true : can(keys(jsondecode(item.filter_policy)))",
        "filter policies that are JSON text of an object: jsonencode({ … })",
      ),
    ],
  },
  alert_severity: {
    type: "number",
    description:
      "The severity from which any other GuardDuty finding is mailed too: 0 to 10. Null mails only findings that are handled. Must be known when Terraform plans.",
    default: null,
    validation: [between("alert_severity", 0, 10, "a number")],
  },
  existing_topic: {
    type: "object({ arn = string, key_arn = optional(string) })",
    description:
      "A topic to use instead of making one, and the customer-managed key that it is encrypted with, if any. Its policy, and the " +
      "key's, must let `events.amazonaws.com` and `cloudwatch.amazonaws.com` in.",
    default: null,
    validation: [
      {
        condition: matches("var.existing_topic.arn", FORMATS.topicArn.pattern),
        message: `existing_topic.arn must be ${FORMATS.topicArn.words}.`,
      },
      {
        condition: `var.existing_topic.key_arn == null ? true : ${matches("var.existing_topic.key_arn", FORMATS.keyArn.pattern)}`,
        message: `existing_topic.key_arn must be ${FORMATS.keyArn.words}.`,
      },
    ],
  },
  topic_key: {
    type: "object({ arn = string })",
    description:
      "The customer-managed key to encrypt the topic that is made with, instead of making one. Its policy must let `events.amazonaws.com` and `cloudwatch.amazonaws.com` use it.",
    default: null,
    validation: [
      {
        condition: matches("var.topic_key.arn", FORMATS.keyArn.pattern),
        message: `topic_key.arn must be ${FORMATS.keyArn.words}.`,
      },
    ],
  },
  create_detector: {
    type: "bool",
    description:
      "Whether GuardDuty is turned on. An account has one detector in each region: a second one fails, and destroying one **erases its findings**.",
    default: false,
  },
  alarms: {
    type: "bool",
    description:
      "Whether alarms watch every way in which a finding can get lost or be late, findings that a person has to act on, and revocations that come late.",
    default: DEFAULTS.alarms,
  },
  dashboard: {
    type: "bool",
    description: "Whether there is a dashboard of what became of the findings.",
    default: DEFAULTS.dashboard,
  },
  alarm_actions: {
    type: "list(string)",
    description: "ARNs of what the alarms notify. Null notifies the topic.",
    default: null,
    validation: [each("alarm_actions", "var.alarm_actions", matches("item", ARN), "ARNs")],
  },
  outcome_destination: {
    type: "object({ arn = string })",
    description:
      "The one function, queue, topic or event bus that Lambda sends the record of each handled finding to. Null sends none. What is " +
      "encrypted with a customer-managed key, or has a policy of its own, must let the function's role in.",
    default: null,
    validation: [
      {
        condition: DESTINATION,
        message: "outcome_destination.arn must be the ARN of a function, a queue, a topic or an event bus.",
      },
    ],
  },
  redrive_role_names: {
    type: "list(string)",
    description:
      "Names of roles that may look at the queue of findings that were not handled, run them again, and remove them: each gets an inline " +
      "policy. Must be known when Terraform plans.",
    default: [],
    validation: [
      each(
        "redrive_role_names",
        "var.redrive_role_names",
        matches("item", FORMATS.functionRoleName.pattern),
        "names of roles: 1 to 64 of A-Z a-z 0-9 +=,.@-_",
      ),
    ],
  },
  tags: {
    type: "map(string)",
    description: "Tags of everything that can carry tags, next to the provider's `default_tags`.",
    default: {},
  },
  prefix: {
    type: "string",
    description:
      "The prefix of every name below: 1 to 27 letters, digits or hyphens. Another prefix makes everything anew: the log (unless `keep_log` was set), the findings in the failure queue and confirmed subscriptions are lost.",
    default: DEFAULTS.prefix,
    validation: [pattern("prefix", FORMATS.prefix)],
  },
  rule_name: {
    type: "string",
    description: "Name of the rule. Null is the prefix and `-CredentialExfiltration`.",
    default: null,
    validation: [pattern("rule_name", FORMATS.ruleName)],
  },
  function_name: {
    type: "string",
    description: "Name of the function. Null is the prefix and `-RevokeSessions`.",
    default: null,
    validation: [pattern("function_name", FORMATS.functionName)],
  },
  function_role_name: {
    type: "string",
    description: "Name of the function's role. Null is the prefix, `-Revoke-` and the region.",
    default: null,
    validation: [pattern("function_role_name", FORMATS.functionRoleName)],
  },
  topic_name: {
    type: "string",
    description: "Name of the topic that is made. Null is the prefix.",
    default: null,
    validation: [pattern("topic_name", FORMATS.topicName)],
  },
  runtime: {
    type: "string",
    description: "Lambda's Node.js runtime. AWS provider 5.100 takes `nodejs22.x` at most.",
    default: DEFAULTS.runtime,
    validation: [pattern("runtime", FORMATS.runtime)],
  },
  architecture: {
    type: "string",
    description: "`arm64` or `x86_64`.",
    default: DEFAULTS.architecture,
    validation: [oneOf("architecture", ["arm64", "x86_64"])],
  },
  memory_size: {
    type: "number",
    description: "Memory of the function in MB: 128 to 10240. The default buys one whole CPU.",
    default: DEFAULTS.memorySize,
    validation: [wholeBetween("memory_size", 128, 10_240, "a whole number of MB")],
  },
  reserved_concurrency: {
    type: "number",
    description: "Invocations that may run at the same time, taken from the account's quota. Null reserves nothing.",
    default: null,
    validation: [wholeBetween("reserved_concurrency", 1, 1000, "a whole number")],
  },
  log_retention_days: {
    type: "number",
    description: "Days that the function's log is kept, one of those that CloudWatch Logs takes.",
    default: DEFAULTS.logRetentionDays,
    validation: [oneOf("log_retention_days", LOG_RETENTIONS)],
  },
  keep_log: {
    type: "bool",
    description:
      "Whether the function's log stays in the account when the function is destroyed or renamed. It must be applied before that.",
    default: DEFAULTS.keepLog,
  },
  permissions_boundary_arn: {
    type: "string",
    description: "ARN of the permissions boundary of the function's role. Null sets none.",
    default: null,
    validation: [pattern("permissions_boundary_arn", FORMATS.permissionsBoundaryArn)],
  },
};
