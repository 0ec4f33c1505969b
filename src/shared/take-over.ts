import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { dependable, TerraformResource } from "cdktf";
import type { IConstruct } from "constructs";

/** What AWS makes, or hands over if there is one of that name, before anything else has been made. */
const FIRST_MADE = [
  CloudwatchDashboard,
  CloudwatchEventRule,
  CloudwatchLogGroup,
  CloudwatchMetricAlarm,
  KmsKey,
  SnsTopic,
  SqsQueue,
];

/**
 * Keeps a second deployment of the same names from taking over what the first one made, and from deleting it when it is
 * destroyed: everything waits for one resource that AWS refuses to make twice.
 *
 * @param scope everything below it waits, by a reference to another resource or by itself.
 * @param refused the resource that AWS refuses to make under a name that is taken, such as a role.
 * @param needed what the refused resource itself refers to: it cannot wait.
 */
export function preventTakeOver(scope: IConstruct, refused: TerraformResource, needed?: IConstruct): void {
  for (const node of scope.node.findAll().filter((each) => each !== needed)) {
    if (TerraformResource.isTerraformResource(node) && FIRST_MADE.some((type) => node instanceof type)) {
      node.dependsOn = [...(node.dependsOn ?? []), dependable(refused)];
    }
  }
}
