import { whatFollows } from "../../src/alerting/alert-message";
import { CREDENTIAL_EXFILTRATION_TYPES } from "../../src/contract/finding-kinds";
import { ResponseMode } from "../../src/contract/environment";
import { revocation } from "../../src/revocation/permissions";
import { orTypes, typesBySeverity } from "../../src/detection/severity-pattern";
import { expression, holdsSpliced, type Json, jsonencode, OptionalItem, spliced, template } from "./expression";
import { INPUTS } from "./inputs";
import { ModuleStack } from "./module-stack";
import { type Block, NamedBlocks } from "./named-blocks";

interface Statement {
  readonly Sid: string;
  readonly Resource: unknown;
}

/** The zip's name in the module's folder. */
export const ZIP_NAME = "revoke-sessions.zip";

/** The first version that has `check` blocks and `strcontains`. */
const TERRAFORM_VERSIONS = ">= 1.5.0";
const AWS_PROVIDER = { source: "hashicorp/aws", version: ">= 5.100.0, < 7.0.0" };

/** What is made only where an input asks for it, by the path of the construct. */
const CONDITIONS: Readonly<Record<string, string>> = {
  detector: "var.create_detector",
  topic: "var.existing_topic == null",
  "topic/key": "var.existing_topic == null && var.topic_key == null",
  "topic/key-alias": "var.existing_topic == null && var.topic_key == null",
  "response/any-finding": "var.alert_severity != null",
  "response/alarms": "var.alarms",
  "response/dashboard": "var.dashboard",
  "response/dashboard/act-by-hand": "var.dashboard && var.alarms",
  "response/dashboard/slow-revocation": "var.dashboard && var.alarms",
};

const SUBSCRIPTION = "topic/email-0";

/** Names and ARNs that an input gives or something made has. The names are those that the construct would choose. */
const LOCALS = {
  topic_name: template("coalesce(var.topic_name, var.prefix)"),
  rule_name: template('coalesce(var.rule_name, "${var.prefix}-CredentialExfiltration")'),
  function_name: template('coalesce(var.function_name, "${var.prefix}-RevokeSessions")'),
  function_role_name: template(
    'coalesce(var.function_role_name, "${var.prefix}-Revoke-${data.aws_region.place_region.id}")',
  ),
  topic_arn: template("var.existing_topic == null ? one(aws_sns_topic.topic[*].arn) : var.existing_topic.arn"),
  topic_key_arn: template(
    "var.existing_topic != null ? var.existing_topic.key_arn : var.topic_key != null ? var.topic_key.arn : one(aws_kms_key.topic_key[*].arn)",
  ),
  alarm_actions: template("var.alarm_actions == null ? [local.topic_arn] : var.alarm_actions"),
  types_mailed_by_override: template(
    `[for type, severity in var.severity_overrides : type if var.alert_severity == null ? false : severity >= var.alert_severity` +
      ` && !anytrue([for prefix in ${JSON.stringify(CREDENTIAL_EXFILTRATION_TYPES)} : startswith(type, prefix)])]`,
  ),
};

const SOMEBODY_IS_MAILED = {
  condition: template("var.existing_topic == null ? length(var.alert_emails) > 0 : true"),
  error_message:
    "No alert_emails: nobody is mailed about findings or revocations until somebody subscribes to the topic.",
};

/** What two inputs together must not say; one alone is checked by its own validation. */
const PRECONDITIONS = [
  [
    "var.existing_topic == null || length(var.alert_emails) == 0",
    "alert_emails: a topic is given by existing_topic; subscribe the addresses where that topic is made.",
  ],
  [
    "var.existing_topic == null || var.topic_name == null",
    "topic_name: a topic is given by existing_topic; leave the name out.",
  ],
  [
    "var.existing_topic == null || var.topic_key == null",
    "topic_key: a topic is given by existing_topic; give its key there, as key_arn.",
  ],
  [
    "var.alarms || var.alarm_actions == null",
    "alarm_actions: there are no alarms to act; leave them out or let alarms be true.",
  ],
  [
    "length(setintersection(coalesce(var.revocable_roles.arns, []), var.protected_role_arns)) == 0",
    "protected_role_arns: a role is named as revocable too; name it in one of them.",
  ],
].map(([condition, message]) => ({ condition: template(condition!), error_message: message }));

/**
 * The module in Terraform's JSON syntax: what the constructs are synthesized to, with the choices that they make from
 * their props turned into expressions over the inputs.
 */
export function moduleConfiguration(): Block {
  const blocks = new NamedBlocks(new ModuleStack().toTerraform() as Block, "response");

  decidePermissions(blocks.at("response/revoker/permissions"));
  decideEnvironment(blocks.at("response/revoker"));
  decideMessages(blocks);
  const anyFinding = blocks.address("response/any-finding");
  const queue = blocks.at("response/failure-queue");
  queue["policy"] = replaced(queue["policy"], template(`${anyFinding}.arn`), spliced(`${anyFinding}[*].arn`));
  blocks.at("topic")["kms_master_key_id"] = template("local.topic_key_arn");
  const revoker = blocks.at("response/revoker");
  revoker["filename"] = `${template("path.module")}/${ZIP_NAME}`;
  revoker["lifecycle"]["precondition"] = PRECONDITIONS;
  decideWhatIsMade(blocks);

  const finished = <Part>(part: Part): Part => withReferencesTo(counted(blocks), withDocumentsEncoded(part));
  return {
    terraform: { required_version: TERRAFORM_VERSIONS, required_providers: { aws: AWS_PROVIDER } },
    variable: variables(),
    locals: LOCALS,
    data: blocks.nested("data"),
    resource: finished(blocks.nested("resource")),
    check: { somebody_is_mailed: { assert: SOMEBODY_IS_MAILED } },
    output: finished(blocks.outputs),
  };
}

/** Which statements the function's policy has: how roles are chosen, and whether the topic has a key. */
function decidePermissions(permissions: Block): void {
  const document = JSON.parse(permissions["policy"]) as { Version: string; Statement: (Statement | OptionalItem)[] };
  const [anyRole, ...others] = document.Statement as Statement[];
  if (anyRole?.Sid !== "RevokeAnyRole") throw new Error("the policy must begin with the statement about any role");
  const roles = { roleArns: (path = "/") => replaced(anyRole.Resource as string, "role/*", `role${path}*`) };
  const choices = revocation(roles, {
    arns: [spliced("var.revocable_roles.arns")],
    path: template("var.revocable_roles.path"),
    tag: { key: template("var.revocable_roles.tag.key"), value: template("var.revocable_roles.tag.value") },
  });
  const conditions: Readonly<Record<string, string>> = {
    RevokeAnyRole: "var.revocable_roles.any != null",
    RevokeNamedRoles: "var.revocable_roles.arns != null",
    RevokeRolesByPath: "var.revocable_roles.path != null",
    RevokeRolesByTag: "var.revocable_roles.tag != null",
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
  variables["REVOCABLE_ROLES"] = template(
    "jsonencode({ for key, choice in var.revocable_roles : key => choice if choice != null })",
  );
  variables["SEVERITY_OVERRIDES"] = template("jsonencode(var.severity_overrides)");
}

/** What the first mail promises, and which other findings are mailed. */
function decideMessages(blocks: NamedBlocks): void {
  const transformer = blocks.at("response/rule/topic")["input_transformer"];
  const [revoked, notified] = [ResponseMode.REVOKE, ResponseMode.NOTIFY_ONLY].map(whatFollows) as [string, string];
  transformer["input_template"] = replaced(
    transformer["input_template"],
    notified,
    template(`var.response == "${ResponseMode.REVOKE}" ? ${expression(revoked)} : ${expression(notified)}`),
  );

  const rule = blocks.at("response/any-finding");
  const { detail: _, ...envelope } = JSON.parse(blocks.at("response/rule")["event_pattern"]);
  const pattern = (detail: object) => expression(jsonencode({ ...envelope, detail } as Json));
  const bySeverity = typesBySeverity(template("var.alert_severity"), [spliced("keys(var.severity_overrides)")]);
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
    if (!blocks.paths.some((other) => `${other}/`.startsWith(`${path}/`)))
      throw new Error(`nothing is made at ${path}`);
  }
  const subscription = blocks.at(SUBSCRIPTION);
  delete subscription["count"];
  subscription["for_each"] = template("var.existing_topic == null ? toset(var.alert_emails) : toset([])");
}

/** The resources that there may be one or none of. */
const counted = (blocks: NamedBlocks): string[] =>
  blocks.paths.filter((path) => "count" in blocks.at(path)).map((path) => blocks.address(path));

/** References to what may not be there: its attribute, or null. */
function withReferencesTo<Part>(addresses: readonly string[], part: Part): Part {
  let text = JSON.stringify(part);
  for (const address of addresses) {
    const reference = new RegExp(`\\b${address.replaceAll(".", "\\.")}\\.(\\w+)`, "g");
    text = text.replace(reference, (_, attribute: string) => `one(${address}[*].${attribute})`);
  }
  return JSON.parse(text) as Part;
}

/** Turns every JSON document that a list is to be spliced into to an expression. */
function withDocumentsEncoded<Part>(part: Part): Part {
  return JSON.parse(JSON.stringify(part), (_, value: unknown) =>
    typeof value === "string" && holdsSpliced(value) ? jsonencode(JSON.parse(value) as Json) : value,
  ) as Part;
}

/** Replaces what must be there once. */
function replaced(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`${JSON.stringify(from)} is not there once: ${text}`);
  return text.replace(from, () => to);
}

/** The inputs as Terraform's variables. */
function variables(): Block {
  return Object.fromEntries(
    Object.entries(INPUTS).map(([name, { validation = [], ...input }]) => [
      name,
      {
        ...input,
        // Null is a value of its own where it is the default; elsewhere it would slip past every condition.
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
