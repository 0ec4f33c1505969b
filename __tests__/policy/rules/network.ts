import { referencedBy } from "../../../scripts/workshop-resources";
import { eachOf, type Rule } from "../rule";

export const NETWORK_RULES: readonly Rule[] = [
  eachOf(
    "aws_instance",
    "metadata-by-token",
    "Metadata of instances is only given for a token (IMDSv2).",
    ({ block }) => block["metadata_options"]?.http_tokens === "required",
  ),
  eachOf(
    "aws_instance",
    "disk-encrypted",
    "Disks of instances are encrypted.",
    ({ block }) => block["root_block_device"]?.encrypted === true,
  ),
  eachOf(
    "aws_subnet",
    "no-public-address",
    "Subnets hand out no public addresses.",
    ({ block }) => block["map_public_ip_on_launch"] !== true,
  ),
  {
    id: "nothing-let-in",
    demands: "Security groups let nothing in.",
    check: (resources) => [
      ...resources
        .filter(({ type }) => type === "aws_vpc_security_group_ingress_rule")
        .map((resource) => ({ resource })),
      ...resources
        .filter(({ type, block }) => type === "aws_security_group" && block["ingress"]?.length > 0)
        .map((resource) => ({ resource, part: "ingress" })),
    ],
  },
  {
    id: "traffic-logged",
    demands: "Networks log their traffic.",
    check: (resources) => {
      const logged = resources
        .filter(({ type }) => type === "aws_flow_log")
        .flatMap(({ block }) => referencedBy(block["vpc_id"], resources));
      const networks = resources.filter(({ type }) => type === "aws_vpc");
      return networks.filter((vpc) => !logged.includes(vpc)).map((resource) => ({ resource }));
    },
  },
];
