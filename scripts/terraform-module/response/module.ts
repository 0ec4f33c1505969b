import { whatFollows } from "../../../src/alerting/alert-message";
import { everybodyHasConfirmed } from "../../../src/alerting/confirmation-check";
import { CONSOLES } from "../../../src/contract/consoles";
import { CREDENTIAL_EXFILTRATION_TYPES } from "../../../src/contract/finding-kinds";
import { DEFAULTS } from "../../../src/contract/defaults";
import { type FunctionEnvironment, ResponseMode } from "../../../src/contract/environment";
import { memberStatements, namedArns, protectedArns, protectedEverywhere } from "../../../src/revocation/permissions";
import { orTypes, typesBySeverity } from "../../../src/detection/finding-pattern";
import type { Block } from "../../block";
import { assembled, type Local, MADE_FIRST, PLACE, type TerraformModule } from "../assemble";
import {
  Conditional,
  Encoded,
  expression,
  lines,
  Merged,
  OptionalItems,
  replaced,
  spliced,
  template,
  type Value,
} from "../expression";
import { NamedBlocks } from "../named-blocks";
import { choices, NOT_BOTH, PROTECTED_LOCALS, type Statement } from "../revocable-roles";
import { INPUTS, OUTCOME_ACTIONS } from "./inputs";
import { ModuleStack } from "./stack";

/*
 * What this file does, by the failure queue, which takes events from a rule that is always made and from one that is made only
 * if an input asks for it. The constructs are synthesized to:
 *
 *   "aws_sqs_queue": {
 *     "response_failure-queue_F97932AC": {
 *       "name": "${var.prefix}-not-handled",
 *       "policy": "{\"Statement\":[{ … \"aws:SourceArn\":[
 *         \"${aws_cloudwatch_event_rule.response_rule_C011CC28.arn}\",
 *         \"${aws_cloudwatch_event_rule.response_any-finding_372ECB85.arn}\"
 *       ]}]}"
 *     }
 *   }
 *
 * The module has:
 *
 *   resource "aws_sqs_queue" "failure_queue" {
 *     name   = "${var.prefix}-not-handled"
 *     policy = jsonencode({
 *       Statement = [
 *         {
 *           …
 *               "aws:SourceArn" = concat(
 *                 [aws_cloudwatch_event_rule.rule.arn],
 *                 aws_cloudwatch_event_rule.any_finding[*].arn,
 *               )
 *
 * 1. NamedBlocks gives every resource the name of its construct's path, without a hash, and reads JSON texts as documents.
 * 2. The functions `decide…` write where an input decides: a spliced list, an optional item, `count`.
 * 3. References to what has a `count` allow for its absence. `hcl.ts` writes the rest.
 */

/** The zip's name in the module's folder. */
export const ZIP_NAME = "revoke-sessions.zip";

/** Whether other accounts are acted in, and as what the constructs see them. */
const ANY_MEMBERS = "var.members != null";
const ANY_FURTHER_FINDINGS = "length(var.findings) > 0";
const MEMBERS = { organization: template("var.members.organization_id"), role: template("local.member_role") };
const PARTITION = template("local.partition");

/** The construct whose children are the module. */
const MAIN = "response";

/** By the rules on what further regions forward, the same rules on findings of the region. */
const FORWARDED: Readonly<Record<string, string>> = {
  forwarded: "rule",
  "forwarded-any-finding": "any-finding",
  "forwarded-further-findings": "further-findings",
};

/** The conditions of what is made only if an input asks for it, by the path of the construct. */
const CONDITIONS: Readonly<Record<string, string>> = {
  detector: "var.create_detector",
  topic: "var.existing_topic == null",
  "topic/key": "var.existing_topic == null && var.topic_key == null",
  "topic/key-alias": "var.existing_topic == null && var.topic_key == null",
  ...ofRule("further-findings", ANY_FURTHER_FINDINGS),
  ...ofRule("any-finding", "var.alert_severity != null"),
  "response/finding-bus": "var.further_regions",
  ...ofRule("forwarded", "var.further_regions"),
  ...ofRule("forwarded-further-findings", `var.further_regions && ${ANY_FURTHER_FINDINGS}`),
  ...ofRule("forwarded-any-finding", "var.further_regions && var.alert_severity != null"),
  "response/alarms": "var.alarms",
  "response/outcome-alarms": "var.alarms",
  "response/dashboard": "var.dashboard",
  "response/metrics": "var.alarms || var.dashboard",
};

/** The conditions of a rule that may be left out: its own, that of its permission, if it invokes the function, and its alarms'. */
function ofRule(id: string, condition: string): Record<string, string> {
  return {
    [`response/${id}`]: condition,
    ...(!id.endsWith("any-finding") && { [`response/revoker/permission-response-${id}`]: condition }),
    [`response/alarms/${id}-undelivered`]: `var.alarms && ${condition}`,
    [`response/alarms/${id}-lost`]: `var.alarms && ${condition}`,
  };
}

/** Where the module of 0.1.0 made what is now made elsewhere, by the paths of the constructs. */
const FORMER_PATHS: Readonly<Record<string, string>> = {
  "response/metrics": "response/dashboard/metrics",
  "response/outcome-alarms": "response/dashboard",
};

/** What there is one of for each item of an input, by the path of the construct. */
const REPEATED: Readonly<Record<string, string>> = {
  "topic/email-0": "var.existing_topic == null ? toset(var.alert_emails) : toset([])",
  "topic/subscriber": "var.existing_topic == null ? var.subscribers : {}",
  "response/redrive-role": "toset(var.redrive_role_names)",
};

/** Names, from an input or else those that the construct would choose, and what several resources need. */
const LOCALS: Readonly<Record<string, Local>> = {
  topic_name: { value: "coalesce(var.topic_name, var.prefix)", comment: "Names, from an input or from the prefix." },
  rule_name: { value: 'coalesce(var.rule_name, "${var.prefix}-CredentialExfiltration")' },
  function_name: { value: 'coalesce(var.function_name, "${var.prefix}-RevokeSessions")' },
  function_role_name: {
    value: 'coalesce(var.function_role_name, "${var.prefix}-Revoke-${local.region}")',
  },
  function_role_names: {
    value: 'coalesce(var.function_role_name, "${var.prefix}-Revoke-*")',
    comment:
      "The function's role in every region. A function that could write on another region's function's role could give itself " +
      "any permission through it.",
  },
  topic_arn: {
    value: "var.existing_topic == null ? one(aws_sns_topic.topic[*].arn) : var.existing_topic.arn",
    comment: "What is made, or what exists.",
  },
  topic_key_arn: {
    value: lines(
      "(",
      "  var.existing_topic != null ? var.existing_topic.key_arn :",
      "  var.topic_key != null ? var.topic_key.arn :",
      "  one(aws_kms_key.topic_key[*].arn)",
      ")",
    ),
  },
  subscriptions: {
    value:
      "concat(values(aws_sns_topic_subscription.topic_email), values(aws_sns_topic_subscription.topic_subscriber))",
  },
  alarm_actions: { value: "var.alarm_actions == null ? [local.topic_arn] : var.alarm_actions" },
  outcome_action: {
    value: lines(
      "(",
      "  var.outcome_destination == null ? null :",
      `  lookup(${expression(OUTCOME_ACTIONS).replaceAll("\n", "\n  ")}, split(":", var.outcome_destination.arn)[2], null)`,
      ")",
    ),
    comment: "What Lambda has to be allowed at what it sends outcomes to, by that one's service.",
  },
  repeat_scope: { value: "var.repeat_scope == null ? var.scope : var.repeat_scope" },
  event_bus_arn: {
    value:
      'coalesce(var.event_bus_arn, "arn:${local.partition}:events:${local.region}:${local.account_id}:event-bus/default")',
  },
  runbook: { value: `var.runbook_url == null ? ${JSON.stringify(DEFAULTS.runbook)} : var.runbook_url` },
  console: {
    value: `lookup(${expression(CONSOLES)}, local.partition, ${JSON.stringify(CONSOLES.aws)})`,
    comment: "The host of AWS's console.",
  },
  what_follows: {
    value: lines(
      "(",
      `  var.response == "${ResponseMode.REVOKE}" ?`,
      `  ${expression(whatFollows(ResponseMode.REVOKE))} :`,
      `  ${expression(whatFollows(ResponseMode.NOTIFY_ONLY))}`,
      ")",
    ),
    comment: "What the first mail says about the second one.",
  },
  ...PROTECTED_LOCALS,
  member_role_name: {
    value: 'coalesce(try(var.members.role_name, null), "${var.prefix}-Member")',
    comment: "The role that each member has for the function: its name, and path and name.",
  },
  member_role: { value: 'var.members == null ? null : "${var.members.role_path}${local.member_role_name}"' },
  members: {
    value: lines(
      "var.members == null ? null : {",
      "  accounts     = var.members.accounts",
      "  except       = length(var.members.except) == 0 ? null : var.members.except",
      "  organization = var.members.organization_id",
      "  role         = local.member_role",
      "}",
    ),
    comment: "The members as the function reads them.",
  },
  types_mailed_by_override: {
    value: lines(
      "[",
      "  for type, severity in var.severity_overrides : type",
      "  if var.alert_severity == null ? false : severity >= var.alert_severity && !anytrue([",
      `    for prefix in concat(${expression(CREDENTIAL_EXFILTRATION_TYPES).replaceAll("\n", "\n    ")}, var.findings) : startswith(type, prefix)`,
      "  ])",
      "]",
    ),
    comment: "Finding types that an override raises to what is mailed; what is handled has rules of its own.",
  },
};

const SOMEBODY_IS_MAILED = {
  condition: template("var.existing_topic == null ? length(var.alert_emails) + length(var.subscribers) > 0 : true"),
  error_message:
    "There are no alert_emails: nobody is mailed about findings or revocations until somebody subscribes to the topic.",
};

/** Combinations of inputs that are not allowed; single inputs are validated in `inputs.ts`. */
const PRECONDITIONS = [
  [
    "var.existing_topic == null || length(var.alert_emails) == 0",
    "alert_emails must be empty if existing_topic is given: subscribe the addresses where that topic is made.",
  ],
  [
    "var.existing_topic == null || length(var.subscribers) == 0",
    "subscribers must be empty if existing_topic is given: subscribe them where that topic is made.",
  ],
  ["var.existing_topic == null || var.topic_name == null", "topic_name must be left out if existing_topic is given."],
  [
    "var.existing_topic == null || var.topic_key == null",
    "topic_key must be left out if existing_topic is given: give its key there, as key_arn.",
  ],
  [
    "var.activity || !var.follow_sessions",
    "follow_sessions must be left out unless activity is true: CloudTrail tells which sessions were started.",
  ],
  [
    "var.members == null || var.revocable_roles.any == null",
    "revocable_roles must be of every account if members are given: choose roles by path or tag, or say any_of_every_account if " +
      "every role of every account is meant.",
  ],
  ["var.alarms || var.alarm_actions == null", "alarm_actions must be left out if alarms is false."],
  ["var.events || var.event_bus_arn == null", "event_bus_arn must be left out unless events is true."],
  NOT_BOTH,
].map(([condition, message]) => ({ condition: template(condition!), error_message: message }));

/** The module that makes what {@link CredentialExfiltrationResponse} makes. */
export function responseModule(): TerraformModule {
  const stack = new ModuleStack();
  const blocks = new NamedBlocks(stack.toTerraform() as Block, MAIN);

  decidePermissions(blocks.at("response/revoker/permissions"));
  decideEnvironment(blocks.at("response/revoker"));
  decideMessages(blocks);
  decideForwarded(blocks);
  decideDashboard(blocks.at("response/dashboard"));
  const queue = blocks.at("response/failure-queue");
  const optionalRules = ["further-findings", "any-finding", ...Object.keys(FORWARDED)];
  for (const rule of optionalRules.map((id) => blocks.address(`response/${id}`))) {
    queue["policy"] = replaced(queue["policy"], template(`${rule}.arn`), spliced(`${rule}[*].arn`));
  }
  blocks.at("topic")["kms_master_key_id"] = template("local.topic_key_arn");
  blocks.at("response/revoker/log")["skip_destroy"] = template("var.keep_log");
  const revoker = blocks.at("response/revoker");
  revoker["filename"] = `${template("path.module")}/${ZIP_NAME}`;
  revoker["source_code_hash"] = template(`filebase64sha256("\${path.module}/${ZIP_NAME}")`);
  revoker["lifecycle"]["precondition"].push(...PRECONDITIONS);
  const destinations = blocks.at("response/revoker/failure-destination")["destination_config"] as Block;
  const { on_success: onSuccess, ...others } = destinations;
  blocks.at("response/revoker/failure-destination")["destination_config"] = {
    ...others,
    dynamic: { on_success: { for_each: template("var.outcome_destination[*]"), content: onSuccess } },
  };
  blocks.at("topic/subscriber")["filter_policy"] = template("each.value.filter_policy");
  const bus = blocks.outputs["finding_bus_arn"]!;
  bus["value"] = new Conditional(CONDITIONS["response/finding-bus"]!, bus["value"] as Value, null);

  return assembled({
    stack,
    blocks,
    main: MAIN,
    inputs: INPUTS,
    locals: LOCALS,
    conditions: CONDITIONS,
    repeated: REPEATED,
    formerPaths: FORMER_PATHS,
    remarks: { "response/revoker/role": MADE_FIRST },
    checks: {
      somebody_is_mailed: { assert: SOMEBODY_IS_MAILED },
      everybody_has_confirmed: { assert: everybodyHasConfirmed("local.subscriptions") },
    },
  });
}

/** Which statements the function's policy has, by how roles are chosen and whether the topic has a key. */
function decidePermissions(permissions: Block): void {
  const { document } = permissions["policy"] as Encoded;
  const { Statement: statements, ...envelope } = document as unknown as { readonly Statement: Statement[] };
  const [anyRole, ...others] = statements as [Statement, ...Statement[]];
  const protectedRoles = others.find(({ Sid }) => Sid === "NeverProtectedRoles")!;
  protectedRoles.Resource = [
    ...namedArns(replaced(anyRole.Resource as string, "role/*", "role/"), template("local.function_role_names")),
    new OptionalItems(ANY_MEMBERS, ...protectedInEveryAccount()),
    spliced("local.protected_resources"),
  ];
  const sending = others.find(({ Sid }) => Sid === "SendOutcomes")!;
  sending.Action = template("local.outcome_action");
  const conditions: Readonly<Record<string, string>> = {
    LookWhatWasDone: "var.activity",
    AssumeMemberRoles: ANY_MEMBERS,
    NeverExceptedAccounts: "length(try(var.members.except, [])) > 0",
    TellMachines: "var.events",
    SendOutcomes: "var.outcome_destination != null",
    EncryptReports: "(var.existing_topic == null ? true : var.existing_topic.key_arn != null)",
  };
  const withMembers = others.flatMap((each) => (each.Sid === "AssumeMemberRoles" ? decideMembers(each) : [each]));
  const decided = [
    ...choices(anyRole).map(({ condition, statement }) => new OptionalItems(condition, statement as unknown as Value)),
    ...withMembers.map((statement) => optional(conditions[statement.Sid], statement)),
  ];
  permissions["policy"] = new Encoded({ ...envelope, Statement: decided });
}

const optional = (condition: string | undefined, statement: Statement): Value =>
  condition === undefined
    ? (statement as unknown as Value)
    : new OptionalItems(condition, statement as unknown as Value);

/** ARNs of the roles that are never revoked in any account, without a path and below any. */
function protectedInEveryAccount(): string[] {
  const [memberRole, ...administrators] = protectedEverywhere(PARTITION, MEMBERS);
  const account = replaced(memberRole!, MEMBERS.role, "/");
  return [...namedArns(account, template("local.member_role_name")), ...administrators.flatMap(protectedArns)];
}

/** What lets the function assume roles of members, by the statement for an organization. */
function decideMembers(ofOrganization: Statement): Statement[] {
  const { ArnEquals, StringEquals } = ofOrganization.Condition as Readonly<Record<string, Value>>;
  const each = template("id");
  const [assume, never] = memberStatements(PARTITION, "", { ...MEMBERS, accounts: [each], except: [each] });
  const rolesOf = (accounts: string, { Resource: [arn] }: { readonly Resource: string | readonly string[] }) => [
    spliced(`[for id in ${accounts} : ${expression(arn!)}]`),
  ];
  return [
    {
      ...assume!,
      Resource: rolesOf('coalesce(var.members.accounts, ["*"])', assume!),
      Condition: new Merged({ ArnEquals: ArnEquals! }, "var.members.organization_id != null", {
        StringEquals: StringEquals!,
      }),
    },
    { ...never!, Resource: rolesOf("var.members.except", never!) },
  ];
}

function decideEnvironment(revoker: Block): void {
  const variables = revoker["environment"]["variables"];
  const decided: Partial<Record<keyof FunctionEnvironment, Value>> = {
    REVOCABLE_ROLES: template(
      'jsonencode({ for key, choice in var.revocable_roles : trimsuffix(key, "_of_every_account") => choice if choice != null })',
    ),
    FINDINGS: template("jsonencode(var.findings)"),
    SEVERITY_OVERRIDES: template("jsonencode(var.severity_overrides)"),
    ACTIVITY: template("tostring(var.activity)"),
    FOLLOW_SESSIONS: template("tostring(var.follow_sessions)"),
    // Null leaves it out.
    EVENT_BUS_ARN: template("var.events ? local.event_bus_arn : null"),
    MEMBERS: template(
      "local.members == null ? null : jsonencode({ for key, value in local.members : key => value if value != null })",
    ),
    PROTECTED_ROLES: decideProtected(variables["PROTECTED_ROLES"]),
  };
  Object.assign(variables, decided);
}

/** The roles that the function is told to leave alone: its own in every region, those of every account, and those that an input names. */
function decideProtected(protectedRoles: Encoded): Encoded {
  const [own, ...others] = protectedRoles.document as string[];
  return new Encoded([
    replaced(own!, template("local.function_role_name"), template("local.function_role_names")),
    new OptionalItems(ANY_MEMBERS, ...protectedEverywhere(PARTITION, MEMBERS)),
    others.at(-1)!,
  ]);
}

/** What the first mail promises, and which other findings are mailed. */
function decideMessages(blocks: NamedBlocks): void {
  const [credentials, further, anyFinding] = ["rule", "further-findings", "any-finding"].map(
    (rule) => blocks.at(`response/${rule}/topic`)["input_transformer"] as Block,
  ) as [Block, Block, Block];
  const notified = whatFollows(ResponseMode.NOTIFY_ONLY);
  for (const handled of [credentials, further]) {
    const promise = replaced(handled["input_template"], notified, template("local.what_follows"));
    handled["input_template"] = withConsole(promise);
  }
  anyFinding["input_template"] = withConsole(anyFinding["input_template"]);

  const rule = blocks.at("response/any-finding");
  const { detail: _, ...envelope } = (blocks.at("response/rule")["event_pattern"] as Encoded).document as Block;
  const pattern = (detail: object) => new Encoded({ ...envelope, detail } as Value);
  blocks.at("response/further-findings")["event_pattern"] = pattern({
    type: [spliced("[for type in var.findings : { prefix = type }]")],
  });
  const bySeverity = typesBySeverity(template("var.alert_severity"), [
    spliced('formatlist("%s*", var.findings)'),
    spliced("keys(var.severity_overrides)"),
  ]);
  const raised = "local.types_mailed_by_override";
  rule["event_pattern"] = new Conditional(
    `length(${raised}) == 0`,
    pattern(bySeverity),
    pattern(orTypes(bySeverity, [spliced(raised)])),
  );
}

/** Rules on what is forwarded take what the same rules of the region take, and mail the same. */
function decideForwarded(blocks: NamedBlocks): void {
  for (const [forwarded, rule] of Object.entries(FORWARDED)) {
    const message = `${blocks.address(`response/${rule}/topic`)}.input_transformer[0]`;
    blocks.at(`response/${forwarded}`)["event_pattern"] = template(
      `${blocks.address(`response/${rule}`)}.event_pattern`,
    );
    blocks.at(`response/${forwarded}/topic`)["input_transformer"] = {
      input_paths: template(`${message}.input_paths`),
      input_template: template(`${message}.input_template`),
    };
  }
}

/** Which lines the dashboard's graphs have. */
function decideDashboard(dashboard: Block): void {
  const { document } = dashboard["dashboard_body"] as Encoded;
  for (const { properties } of (document as Block)["widgets"] as Block[]) {
    if (properties.metrics === undefined) continue;
    properties.metrics = (properties.metrics as Value[]).map((line) => {
      const [, condition] = OPTIONAL_LINES.find(([end]) => labelOf(line).endsWith(end)) ?? [];
      return condition === undefined ? line : new OptionalItems(condition, line);
    });
  }
}

/** The conditions of lines, by the ends of their labels. */
const OPTIONAL_LINES: readonly [end: string, condition: string][] = [
  ["member-role-refused", ANY_MEMBERS],
  [": further findings", ANY_FURTHER_FINDINGS],
  [": forwarded findings", "var.further_regions"],
  [": further forwarded findings", `var.further_regions && ${ANY_FURTHER_FINDINGS}`],
];

/** What a line of a graph is called: its last item has it. */
const labelOf = (line: Value): string => ((line as Value[]).at(-1) as { readonly label: string }).label;

/** A text with the console's host by its name, in place of how it is found. */
function withConsole(text: string): string {
  const hosts = Object.entries(CONSOLES).map(([partition, host]) => `"${partition}" = "${host}"`);
  const lookup = `lookup({${hosts.join(", ")}}, ${PLACE["partition"]}, ${JSON.stringify(CONSOLES.aws)})`;
  return replaced(text, lookup, "local.console");
}
