import type { Block } from "./block";
import { referencedBy, type Resource } from "./workshop-resources";

/** How a type of resource is drawn: a heading, and what names the single one. */
const DRAWN: Readonly<Record<string, { readonly title: string; readonly name: (block: Block) => string }>> = {
  aws_guardduty_detector: { title: "GuardDuty", name: () => "detector" },
  aws_cloudwatch_event_rule: { title: "EventBridge rule", name: ({ name }) => name },
  aws_lambda_function: { title: "Lambda function", name: ({ function_name }) => function_name },
  aws_iam_role: { title: "IAM role", name: ({ name }) => withoutReferences(name) },
  aws_sns_topic: { title: "SNS topic", name: ({ name }) => name },
  aws_sns_topic_subscription: { title: "E-mail", name: () => "people" },
  aws_kms_key: { title: "KMS key", name: () => "of the topic" },
  aws_sqs_queue: { title: "SQS queue", name: ({ name }) => name },
  aws_cloudwatch_log_group: { title: "CloudWatch log", name: () => "with metric filters" },
  aws_cloudwatch_metric_alarm: { title: "CloudWatch", name: () => "alarms" },
  aws_cloudwatch_dashboard: {
    title: "CloudWatch dashboard",
    name: ({ dashboard_name }) => withoutReferences(dashboard_name),
  },
  aws_instance: { title: "EC2 instance", name: () => "the one to rob" },
  aws_dynamodb_table: { title: "DynamoDB table", name: ({ name }) => name },
  aws_ssm_parameter: { title: "SSM parameter", name: ({ name }) => name },
  aws_vpc: { title: "VPC", name: () => "nothing is let in" },
};

/** What is part of another resource's box, by the attribute that refers to that resource. */
const PART_OF: Readonly<Record<string, string>> = {
  aws_cloudwatch_event_target: "rule",
  aws_cloudwatch_log_metric_filter: "log_group_name",
  aws_iam_role_policy: "role",
  aws_iam_instance_profile: "role",
  aws_kms_alias: "target_key_id",
  aws_lambda_permission: "function_name",
  aws_lambda_function_event_invoke_config: "function_name",
  aws_sns_topic_policy: "arn",
  aws_dynamodb_table_item: "table_name",
  aws_subnet: "vpc_id",
  aws_internet_gateway: "vpc_id",
  aws_route_table: "vpc_id",
  aws_route: "route_table_id",
  aws_route_table_association: "subnet_id",
  aws_security_group: "vpc_id",
  aws_vpc_security_group_egress_rule: "security_group_id",
};

/** Types whose resources share one box for each stack and provider, which counts them. */
const SHARED_BOX = ["aws_cloudwatch_metric_alarm"];

interface Edge {
  readonly from: Resource;
  readonly to: Resource;
  readonly label: string;
}

/**
 * One stack as a Mermaid flowchart: a box for each resource that does something, an arrow for what passes between two of
 * them, and the boxes of other stacks that its arrows lead to or come from. All is read off the references in the
 * synthesized configuration.
 *
 * @param stack the name of the stack.
 * @param provider the provider of the resources to draw, as `aws.alias`; undefined draws those of the stack's main one.
 * @throws Error on a type of resource that nobody has said how to draw, so that the picture cannot leave it out unseen.
 */
export function architectureDiagram(resources: readonly Resource[], stack: string, provider?: string): string {
  const unknown = resources.filter(({ type }) => !DRAWN[type] && !PART_OF[type]);
  if (unknown.length > 0) {
    const addresses = unknown.map(({ address }) => address).join(", ");
    throw new Error(`nobody has said how to draw ${addresses}: add the type to DRAWN or to PART_OF`);
  }
  const boxes = resources.filter((resource) => boxFor(resource, resources) === resource);
  const own = boxes.filter((box) => box.stack === stack && box.block["provider"] === provider);
  const edges = resources
    .flatMap((resource) => edgesOf(resource, resources))
    .filter(({ from, to }) => own.includes(from) || own.includes(to));
  const neighbours = boxes.filter(
    (box) => !own.includes(box) && edges.some(({ from, to }) => [from, to].includes(box)),
  );
  const theft = own.flatMap((box) => theftOf(box));
  const calls = own.filter(isGuardRule).map((box) => `iam -->|calls| ${idOf(box)}`);
  return [
    "flowchart TB",
    ...(theft.length > 0 ? ['  thief(["Thief<br/>outside of AWS"])'] : []),
    ...(calls.length > 0 ? ['  iam(["IAM<br/>through a trail of CloudTrail"])'] : []),
    `  subgraph ${stack}`,
    ...own.map((box) => `    ${drawBox(box, resources)}`),
    "  end",
    ...neighbours.map((box) => `  ${drawBox(box, resources)}`),
    ...new Set(edges.map(({ from, to, label }) => `  ${idOf(from)} -->|${label}| ${idOf(to)}`)),
    ...[...theft, ...calls].map((arrow) => `  ${arrow}`),
  ].join("\n");
}

/** What passes between the thief and a box. */
function theftOf(box: Resource): string[] {
  if (box.type === "aws_instance") return [`${idOf(box)} -.->|credentials| thief`];
  return box.type === "aws_guardduty_detector" ? [`thief -.->|API calls| ${idOf(box)}`] : [];
}

function edgesOf(resource: Resource, all: readonly Resource[]): Edge[] {
  const { type, block } = resource;
  const refersTo = (value: unknown, label: string): Edge[] =>
    referencedBy(value, all).map((to) => ({ from: boxFor(resource, all), to: boxFor(to, all), label }));
  switch (type) {
    case "aws_guardduty_detector":
      return all.filter(isFindingRule).map((to) => ({ from: resource, to, label: "finding" }));
    case "aws_cloudwatch_event_target":
      return [
        ...refersTo(block["arn"], block["input_transformer"] ? "alert" : "finding"),
        ...refersTo(block["dead_letter_config"], "undeliverable"),
      ];
    case "aws_lambda_function":
      return [
        ...refersTo(block["role"], "runs as"),
        ...refersTo(block["environment"].variables.TOPIC_ARN, "report"),
        ...refersTo(block["logging_config"], "one line for each finding"),
      ];
    case "aws_lambda_function_event_invoke_config":
      return refersTo(block["destination_config"], "not handled");
    case "aws_iam_role_policy":
      return statementEdges(resource, all);
    case "aws_sns_topic":
      return refersTo(block["kms_master_key_id"], "encrypted with");
    case "aws_sns_topic_subscription":
      return refersTo(block["topic_arn"], "").map(({ to }) => ({ from: to, to: resource, label: "mail" }));
    case "aws_cloudwatch_metric_alarm":
      return [
        ...watchedBy(block, all).map((from) => ({
          from: boxFor(from, all),
          to: boxFor(resource, all),
          label: "metrics",
        })),
        ...refersTo(block["alarm_actions"], "alarm"),
      ];
    case "aws_cloudwatch_dashboard":
      return refersTo(block["dashboard_body"], "").map(({ to }) => ({ from: to, to: resource, label: "metrics" }));
    case "aws_instance":
      return [...refersTo(block["iam_instance_profile"], "runs as"), ...refersTo(block["subnet_id"], "in")];
    default:
      return [];
  }
}

/** What a role's policy lets it do to other boxes: revoke a role, read bait. The rest the function's own arrows show. */
function statementEdges(resource: Resource, all: readonly Resource[]): Edge[] {
  const from = boxFor(resource, all);
  const { Statement } = JSON.parse(resource.block["policy"]) as { Statement: Block[] };
  return Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action, Resource: on }) => {
    const actions = [Action].flat() as string[];
    if (actions.includes("iam:PutRolePolicy")) {
      const roles = all.filter(
        ({ type, block }) => type === "aws_iam_role" && String(on).endsWith(`:role/${block["name"]}`),
      );
      return roles.map((to) => ({ from, to, label: "attaches RevokeOldSessions" }));
    }
    const reads = actions.some((action) => /^(dynamodb|ssm):Get/.test(action));
    return reads ? referencedBy(on, all).map((to) => ({ from, to: boxFor(to, all), label: "may read" })) : [];
  });
}

/** What an alarm watches: named in the metric's dimensions, or the log that the metric's filter reads. */
function watchedBy(alarm: Block, all: readonly Resource[]): Resource[] {
  const { dimensions, namespace } = (alarm["metric_query"]?.[0].metric ?? alarm) as Block;
  const names = Object.values(dimensions ?? {});
  if (names.length === 0) return all.filter(({ block }) => block["metric_transformation"]?.namespace === namespace);
  return all.filter(({ type, block }) => DRAWN[type] && names.includes(block["function_name"] ?? block["name"]));
}

const isGuardRule = ({ type, block }: Resource): boolean =>
  type === "aws_cloudwatch_event_rule" && String(block["event_pattern"]).includes("aws.iam");

const isFindingRule = ({ type, block }: Resource): boolean =>
  type === "aws_cloudwatch_event_rule" && String(block["event_pattern"]).includes("aws.guardduty");

/** The box that a resource is drawn as, or is part of. */
function boxFor(resource: Resource, all: readonly Resource[]): Resource {
  if (SHARED_BOX.includes(resource.type)) return sharing(resource, all)[0]!;
  const attribute = PART_OF[resource.type];
  if (attribute === undefined) return resource;
  const [whole] = referencedBy(resource.block[attribute], all);
  if (!whole) throw new Error(`${resource.address}.${attribute} refers to no resource that could be drawn`);
  return boxFor(whole, all);
}

const sharing = ({ type, stack, block }: Resource, all: readonly Resource[]): Resource[] =>
  all.filter((other) => other.type === type && other.stack === stack && other.block["provider"] === block["provider"]);

function drawBox(resource: Resource, all: readonly Resource[]): string {
  const { title, name } = DRAWN[resource.type]!;
  const count = SHARED_BOX.includes(resource.type) ? `${sharing(resource, all).length} ` : "";
  return `${idOf(resource)}["${title}<br/>${count}${name(resource.block)}"]`;
}

/** Mermaid takes letters, digits and underscores; the prefix keeps its own words, such as `end`, out. */
const idOf = ({ name }: Resource): string => `box_${name.replace(/_[0-9A-F]{8}$/, "").replace(/\W+/g, "_")}`;

const withoutReferences = (text: string): string => text.replace(/\$\{[^}]*\}/g, "REGION");
