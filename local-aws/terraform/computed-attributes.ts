import { createHash } from "node:crypto";

/** The account and region that a stack is deployed to. */
export interface AccountRegion {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
}

/** A resource whose attributes are asked for. */
export interface Attributes {
  /** `aws_sns_topic.alerts`, or `data.…` for a data source. */
  readonly address: string;
  text(attribute: string): string;
  optionalText(attribute: string): string | undefined;
}

type Compute = (resource: Attributes, target: AccountRegion) => unknown;

const DNS_SUFFIXES: Record<string, string> = { "aws-cn": "amazonaws.com.cn" };

const regional =
  (service: string, resource: Compute): Compute =>
  (attributes, target) =>
    `arn:${target.partition}:${service}:${target.region}:${target.accountId}:${String(resource(attributes, target))}`;
const global =
  (service: string, resource: Compute): Compute =>
  (attributes, target) =>
    `arn:${target.partition}:${service}::${target.accountId}:${String(resource(attributes, target))}`;
const configured =
  (attribute: string): Compute =>
  (attributes) =>
    attributes.text(attribute);
const withPath =
  (kind: string): Compute =>
  (attributes) =>
    `${kind}${attributes.optionalText("path") ?? "/"}${attributes.text("name")}`;
const digits =
  (length: number, prefix = ""): Compute =>
  ({ address }) =>
    prefix + hash(address).slice(0, length);
const queueUrl: Compute = (attributes, { region, accountId, partition }) =>
  `https://sqs.${region}.${DNS_SUFFIXES[partition] ?? "amazonaws.com"}/${accountId}/${attributes.text("name")}`;

/** The attributes that only AWS could tell, as it would tell them: plausible, and the same on every run. */
const COMPUTED: Record<string, Record<string, Compute>> = {
  "data.aws_caller_identity": {
    account_id: (_, { accountId }) => accountId,
    id: (_, { accountId }) => accountId,
    arn: (_, { accountId, partition }) => `arn:${partition}:iam::${accountId}:user/deployer`,
  },
  // A user is its own issuer.
  "data.aws_iam_session_context": { issuer_arn: configured("arn") },
  "data.aws_partition": {
    partition: (_, { partition }) => partition,
    id: (_, { partition }) => partition,
    dns_suffix: (_, { partition }) => DNS_SUFFIXES[partition] ?? "amazonaws.com",
  },
  "data.aws_region": {
    id: (_, { region }) => region,
    name: (_, { region }) => region,
    region: (_, { region }) => region,
  },
  "data.aws_guardduty_detector": { id: digits(32) },
  "data.aws_ssm_parameter": { value: digits(17, "ami-"), insecure_value: digits(17, "ami-") },
  aws_cloudwatch_event_bus: { arn: regional("events", withPrefix("event-bus/", "name")), id: configured("name") },
  aws_cloudwatch_event_bus_policy: { id: configured("event_bus_name") },
  aws_cloudwatch_event_rule: { arn: regional("events", ruleOnItsBus), id: configured("name") },
  aws_cloudformation_stack_set: { id: configured("name") },
  aws_cloudwatch_metric_alarm: { arn: regional("cloudwatch", withPrefix("alarm:", "alarm_name")) },
  aws_cloudwatch_log_group: { arn: regional("logs", withPrefix("log-group:", "name")), id: configured("name") },
  aws_dynamodb_table: { arn: regional("dynamodb", withPrefix("table/", "name")), id: configured("name") },
  aws_guardduty_detector: { id: digits(32), arn: regional("guardduty", digits(32, "detector/")) },
  aws_iam_instance_profile: { arn: global("iam", withPath("instance-profile")), id: configured("name") },
  aws_iam_role: { arn: global("iam", withPath("role")), id: configured("name") },
  aws_instance: { id: digits(17, "i-"), arn: regional("ec2", digits(17, "instance/i-")) },
  aws_kms_key: { arn: regional("kms", (resource) => `key/${uuid(resource)}`), key_id: uuid, id: uuid },
  aws_lambda_function: {
    arn: regional("lambda", withPrefix("function:", "function_name")),
    id: configured("function_name"),
  },
  aws_security_group: { id: digits(17, "sg-") },
  aws_sns_topic: { arn: regional("sns", configured("name")), id: regional("sns", configured("name")) },
  aws_sqs_queue: { arn: regional("sqs", configured("name")), url: queueUrl, id: queueUrl },
  aws_ssm_parameter: { arn: regional("ssm", (resource) => `parameter/${resource.text("name").replace(/^\//, "")}`) },
  aws_subnet: { id: digits(17, "subnet-") },
  aws_vpc: { id: digits(17, "vpc-") },
};

/** The value of an attribute that is not configured; undefined if the local AWS does not know it. */
export function computedAttribute(
  type: string,
  attribute: string,
  resource: Attributes,
  target: AccountRegion,
): unknown {
  return COMPUTED[type]?.[attribute]?.(resource, target);
}

function withPrefix(prefix: string, attribute: string): Compute {
  return (resource) => prefix + resource.text(attribute);
}

/** A rule of the default event bus does not name its bus. */
function ruleOnItsBus(rule: Attributes): string {
  const bus = rule.optionalText("event_bus_name") ?? "default";
  return ["rule", ...(bus === "default" ? [] : [bus]), rule.text("name")].join("/");
}

function uuid({ address }: Attributes): string {
  return hash(address).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

function hash(address: string): string {
  return createHash("sha256").update(address).digest("hex");
}
