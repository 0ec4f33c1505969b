import { whatFollows } from "../../src/alerting/alert-message";
import { everybodyHasConfirmed } from "../../src/alerting/confirmation-check";
import { CREDENTIAL_EXFILTRATION_TYPES } from "../../src/contract/finding-kinds";
import { DEFAULTS } from "../../src/contract/defaults";
import { type FunctionEnvironment, ResponseMode } from "../../src/contract/environment";
import { choiceStatements, namedArns } from "../../src/revocation/permissions";
import { orTypes, typesBySeverity } from "../../src/detection/finding-pattern";
import type { Block } from "../block";
import { expression, holdsSpliced, type Json, jsonencode, OptionalItem, spliced, template } from "./expression";
import { INPUTS } from "./inputs";
import { ModuleStack } from "./module-stack";
import { NamedBlocks, nameOf } from "./named-blocks";

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
 *   "aws_sqs_queue": {
 *     "failure_queue": {
 *       "name": "${var.prefix}-not-handled",
 *       "policy": "${jsonencode({ "Statement" = [{ … "aws:SourceArn" = concat(
 *         [aws_cloudwatch_event_rule.rule.arn],
 *         aws_cloudwatch_event_rule.any_finding[*].arn
 *       ) }] })}"
 *     }
 *   }
 *
 * 1. NamedBlocks gives every resource the name of its construct's path, without a hash.
 * 2. The functions `decide…` write a marker where an input decides: a spliced list, an optional item, `count`.
 * 3. Documents with such markers become expressions, and references to what has a `count` allow for its absence.
 */

interface Statement {
  readonly Sid: string;
  Resource: unknown;
}

/** The zip's name in the module's folder. */
export const ZIP_NAME = "revoke-sessions.zip";

/** The construct whose children are the module. */
const MAIN = "response";

/** The first version that has `check` blocks and `strcontains`. */
const TERRAFORM_VERSIONS = ">= 1.5.0";
const AWS_PROVIDER = { source: "hashicorp/aws", version: ">= 5.100.0, < 7.0.0" };

/** The conditions of what is made only if an input asks for it, by the path of the construct. */
const CONDITIONS: Readonly<Record<string, string>> = {
  detector: "var.create_detector",
  topic: "var.existing_topic == null",
  "topic/key": "var.existing_topic == null && var.topic_key == null",
  "topic/key-alias": "var.existing_topic == null && var.topic_key == null",
  "response/further-findings": "length(var.findings) > 0",
  "response/revoker/permission-response-further-findings": "length(var.findings) > 0",
  "response/any-finding": "var.alert_severity != null",
  "response/alarms": "var.alarms",
  "response/alarms/further-findings-undelivered": "var.alarms && length(var.findings) > 0",
  "response/alarms/further-findings-lost": "var.alarms && length(var.findings) > 0",
  "response/alarms/any-finding-undelivered": "var.alarms && var.alert_severity != null",
  "response/alarms/any-finding-lost": "var.alarms && var.alert_severity != null",
  "response/outcome-alarms": "var.alarms",
  "response/dashboard": "var.dashboard",
  "response/metrics": "var.alarms || var.dashboard",
};

/** Where the module of 0.1.0 made what is now made elsewhere, by the paths of the constructs. */
const FORMER_PATHS: Readonly<Record<string, string>> = {
  "response/metrics": "response/dashboard/metrics",
  "response/outcome-alarms": "response/dashboard",
};

const SUBSCRIPTION = "topic/email-0";

/** A name that is a pattern, below a path: the one entry of the protected roles that is not protected by its name. */
const PATTERN_BELOW_PATH = "^[^/]*/.+/[^/]*[*]";

/** Names and ARNs, from an input or else from a resource. The names are those that the construct would choose. */
const LOCALS = {
  topic_name: template("coalesce(var.topic_name, var.prefix)"),
  rule_name: template('coalesce(var.rule_name, "${var.prefix}-CredentialExfiltration")'),
  function_name: template('coalesce(var.function_name, "${var.prefix}-RevokeSessions")'),
  function_role_name: template(
    'coalesce(var.function_role_name, "${var.prefix}-Revoke-${data.aws_region.place_region.id}")',
  ),
  // A function that could write on another region's function's role could give itself any permission through it.
  function_role_names: template('coalesce(var.function_role_name, "${var.prefix}-Revoke-*")'),
  protected_roles: template(
    `[for arn in var.protected_role_arns : { arn = arn, by_name = !can(regex("${PATTERN_BELOW_PATH}", arn)) }]`,
  ),
  protected_resources: template(
    `flatten([for role in local.protected_roles : role.by_name ? ` +
      `[for path in ["", "*/"] : "\${regex("^[^/]*/", role.arn)}\${path}\${basename(role.arn)}"] : [role.arn]])`,
  ),
  topic_arn: template("var.existing_topic == null ? one(aws_sns_topic.topic[*].arn) : var.existing_topic.arn"),
  topic_key_arn: template(
    "var.existing_topic != null ? var.existing_topic.key_arn : var.topic_key != null ? var.topic_key.arn : one(aws_kms_key.topic_key[*].arn)",
  ),
  runbook: template(`var.runbook_url == null ? ${JSON.stringify(DEFAULTS.runbook)} : var.runbook_url`),
  repeat_scope: template("var.repeat_scope == null ? var.scope : var.repeat_scope"),
  alarm_actions: template("var.alarm_actions == null ? [local.topic_arn] : var.alarm_actions"),
  types_mailed_by_override: template(
    `[for type, severity in var.severity_overrides : type if var.alert_severity == null ? false : severity >= var.alert_severity` +
      ` && !anytrue([for prefix in concat(${JSON.stringify(CREDENTIAL_EXFILTRATION_TYPES)}, var.findings) : startswith(type, prefix)])]`,
  ),
};

/** Whether an item of `local.protected_roles` covers a role. */
const protectedBy = (role: string, arn: string): string => {
  const part = (whole: string) => `(${role}.by_name ? basename(${whole}) : ${whole})`;
  const pattern = `replace(replace(${part(`${role}.arn`)}, "/([^*])/", "[$1]"), "*", ".*")`;
  return `can(regex("^${template(pattern)}$", ${part(arn)}))`;
};

const SOMEBODY_IS_MAILED = {
  condition: template("var.existing_topic == null ? length(var.alert_emails) > 0 : true"),
  error_message:
    "There are no alert_emails: nobody is mailed about findings or revocations until somebody subscribes to the topic.",
};

/** Combinations of inputs that are not allowed; single inputs are validated in `inputs.ts`. */
const PRECONDITIONS = [
  [
    "var.existing_topic == null || length(var.alert_emails) == 0",
    "alert_emails must be empty if existing_topic is given: subscribe the addresses where that topic is made.",
  ],
  ["var.existing_topic == null || var.topic_name == null", "topic_name must be left out if existing_topic is given."],
  [
    "var.existing_topic == null || var.topic_key == null",
    "topic_key must be left out if existing_topic is given: give its key there, as key_arn.",
  ],
  ["var.alarms || var.alarm_actions == null", "alarm_actions must be left out if alarms is false."],
  [
    `!anytrue(flatten([for arn in coalesce(var.revocable_roles.arns, []) : [for role in local.protected_roles : ${protectedBy("role", "arn")}]]))`,
    "protected_role_arns must not cover a role that revocable_roles names: remove it from one of them.",
  ],
].map(([condition, message]) => ({ condition: template(condition!), error_message: message }));

/**
 * The module in Terraform's JSON syntax: what the constructs are synthesized to, except that expressions over the inputs make
 * the choices that the constructs make from their props.
 */
export function moduleConfiguration(): Block {
  const blocks = new NamedBlocks(new ModuleStack().toTerraform() as Block, MAIN);

  decidePermissions(blocks.at("response/revoker/permissions"));
  decideEnvironment(blocks.at("response/revoker"));
  decideMessages(blocks);
  const queue = blocks.at("response/failure-queue");
  for (const rule of ["response/further-findings", "response/any-finding"].map((path) => blocks.address(path))) {
    queue["policy"] = replaced(queue["policy"], template(`${rule}.arn`), spliced(`${rule}[*].arn`));
  }
  blocks.at("topic")["kms_master_key_id"] = template("local.topic_key_arn");
  blocks.at("response/revoker/log")["skip_destroy"] = template("var.keep_log");
  const revoker = blocks.at("response/revoker");
  revoker["filename"] = `${template("path.module")}/${ZIP_NAME}`;
  revoker["lifecycle"]["precondition"].push(...PRECONDITIONS);
  decideWhatIsMade(blocks);

  const references = referencesTo(counted(blocks));
  const finished = (part: Block): Block => withTexts(part, (text) => references(encoded(text)));
  return {
    terraform: { required_version: TERRAFORM_VERSIONS, required_providers: { aws: AWS_PROVIDER } },
    variable: variables(),
    locals: LOCALS,
    data: blocks.nested("data"),
    resource: finished(blocks.nested("resource")),
    moved: moved(blocks),
    check: {
      somebody_is_mailed: { assert: SOMEBODY_IS_MAILED },
      everybody_has_confirmed: { assert: everybodyHasConfirmed(`values(${blocks.address(SUBSCRIPTION)})`) },
    },
    output: finished(blocks.outputs),
  };
}

/** Which statements the function's policy has, by how roles are chosen and whether the topic has a key. */
function decidePermissions(permissions: Block): void {
  const document = JSON.parse(permissions["policy"]) as { Version: string; Statement: (Statement | OptionalItem)[] };
  const [anyRole, ...others] = document.Statement as Statement[];
  if (anyRole?.Sid !== "RevokeAnyRole") throw new Error("the policy must begin with the statement about any role");
  const roles = { roleArns: (path = "/") => replaced(anyRole.Resource as string, "role/*", `role${path}*`) };
  const protectedRoles = others.find(({ Sid }) => Sid === "NeverProtectedRoles")!;
  protectedRoles.Resource = [
    ...namedArns(replaced(anyRole.Resource as string, "role/*", "role/"), template("local.function_role_names")),
    spliced("local.protected_resources"),
  ];
  const choices = choiceStatements(roles, {
    arns: [spliced("var.revocable_roles.arns")],
    path: template("var.revocable_roles.path"),
    tag: { key: template("var.revocable_roles.tag.key"), value: template("var.revocable_roles.tag.value") },
  });
  const conditions: Readonly<Record<string, string>> = {
    RevokeAnyRole: "var.revocable_roles.any != null",
    RevokeNamedRoles: "var.revocable_roles.arns != null",
    RevokeRolesByPath: "var.revocable_roles.path != null",
    RevokeRolesByTag: "var.revocable_roles.tag != null",
    LookWhatWasDone: "var.activity",
    EncryptReports: "(var.existing_topic == null ? true : var.existing_topic.key_arn != null)",
  };
  document.Statement = ([anyRole, ...choices, ...others] as Statement[]).map((statement) => {
    const condition = conditions[statement.Sid];
    return condition === undefined ? statement : new OptionalItem(condition, statement as unknown as Json);
  });
  permissions["policy"] = jsonencode(document as unknown as Json);
}

function decideEnvironment(revoker: Block): void {
  const variables = revoker["environment"]["variables"];
  const decided: Partial<FunctionEnvironment> = {
    REVOCABLE_ROLES: template(
      "jsonencode({ for key, choice in var.revocable_roles : key => choice if choice != null })",
    ),
    FINDINGS: template("jsonencode(var.findings)"),
    SEVERITY_OVERRIDES: template("jsonencode(var.severity_overrides)"),
    ACTIVITY: template("tostring(var.activity)"),
    PROTECTED_ROLES: replaced(
      variables["PROTECTED_ROLES"],
      template("local.function_role_name"),
      template("local.function_role_names"),
    ),
  };
  Object.assign(variables, decided);
}

/** What the first mail promises, and which other findings are mailed. */
function decideMessages(blocks: NamedBlocks): void {
  const [revoked, notified] = [ResponseMode.REVOKE, ResponseMode.NOTIFY_ONLY].map(whatFollows) as [string, string];
  for (const rule of ["rule", "further-findings"]) {
    const transformer = blocks.at(`response/${rule}/topic`)["input_transformer"];
    transformer["input_template"] = replaced(
      transformer["input_template"],
      notified,
      template(`var.response == "${ResponseMode.REVOKE}" ? ${expression(revoked)} : ${expression(notified)}`),
    );
  }

  const rule = blocks.at("response/any-finding");
  const { detail: _, ...envelope } = JSON.parse(blocks.at("response/rule")["event_pattern"]);
  const pattern = (detail: object) => expression(jsonencode({ ...envelope, detail } as Json));
  blocks.at("response/further-findings")["event_pattern"] = template(
    pattern({ type: [spliced("[for type in var.findings : { prefix = type }]")] }),
  );
  const bySeverity = typesBySeverity(template("var.alert_severity"), [
    spliced('formatlist("%s*", var.findings)'),
    spliced("keys(var.severity_overrides)"),
  ]);
  const raised = "local.types_mailed_by_override";
  rule["event_pattern"] = template(
    `length(${raised}) == 0 ? ${pattern(bySeverity)} : ${pattern(orTypes(bySeverity, [spliced(raised)]))}`,
  );
}

/** Gives each block the condition of its construct, or of the nearest one around it. */
function decideWhatIsMade(blocks: NamedBlocks): void {
  for (const path of blocks.paths) {
    const decided = Object.keys(CONDITIONS).filter((prefix) => `${path}/`.startsWith(`${prefix}/`));
    const nearest = decided.sort((one, other) => other.length - one.length)[0];
    if (nearest) blocks.at(path)["count"] = template(`${CONDITIONS[nearest]} ? 1 : 0`);
  }
  for (const path of Object.keys(CONDITIONS)) {
    if (!blocks.paths.some((other) => `${other}/`.startsWith(`${path}/`))) {
      throw new Error(`nothing is made at ${path}`);
    }
  }
  const subscription = blocks.at(SUBSCRIPTION);
  delete subscription["count"];
  subscription["for_each"] = template("var.existing_topic == null ? toset(var.alert_emails) : toset([])");
}

/** The blocks that let Terraform find again what an earlier version of the module made at another address. */
function moved(blocks: NamedBlocks): { from: string; to: string }[] {
  return Object.entries(FORMER_PATHS).flatMap(([now, before]) =>
    blocks.paths
      .filter((path) => path.startsWith(`${now}/`))
      .map((path) => {
        const to = blocks.address(path);
        const [type] = to.split(".");
        return { from: `${type}.${nameOf(path.replace(now, before), MAIN)}`, to };
      }),
  );
}

/** The addresses of the resources that may be left out. */
const counted = (blocks: NamedBlocks): string[] =>
  blocks.paths.filter((path) => "count" in blocks.at(path)).map((path) => blocks.address(path));

/** Applies a change to every text of a block, however deep it lies. */
function withTexts(block: Block, change: (text: string) => string): Block {
  return JSON.parse(JSON.stringify(block), (_, value: unknown) =>
    typeof value === "string" ? change(value) : value,
  ) as Block;
}

/** A document that a list is to be spliced into, as an expression; any other text stays as it is. */
const encoded = (text: string): string => (holdsSpliced(text) ? jsonencode(JSON.parse(text) as Json) : text);

/** Rewrites references to resources that may be left out: each becomes the attribute, or null. */
function referencesTo(addresses: readonly string[]): (text: string) => string {
  const names = addresses.map((address) => address.replaceAll(".", "\\.")).join("|");
  const reference = new RegExp(`\\b(${names})\\.(\\w+)`, "g");
  return (text) => text.replace(reference, "one($1[*].$2)");
}

/**
 * Replaces a part of a text.
 *
 * @throws Error unless the part occurs exactly once.
 */
function replaced(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`${JSON.stringify(from)} must occur once in: ${text}`);
  return text.replace(from, () => to);
}

/** The inputs as Terraform's variables. */
function variables(): Block {
  return Object.fromEntries(
    Object.entries(INPUTS).map(([name, { validation = [], ...input }]) => [
      name,
      {
        ...input,
        // An input whose default is not null must not be null: null would pass every condition.
        nullable: "default" in input && input.default === null,
        ...(validation.length > 0 && {
          validation: validation.map(({ condition, message }) => ({
            condition: template(condition),
            error_message: message,
          })),
        }),
      },
    ]),
  );
}
