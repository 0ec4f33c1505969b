import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";

import type { Clients } from "../../aws/clients";
import type { ReadLog } from "../judge/log";

/** A log group by its name; undefined if it does not exist. */
export async function readLog(clients: Clients, logGroupName: string): Promise<ReadLog | undefined> {
  const { logGroups = [] } = await clients
    .logs()
    .send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));
  const group = logGroups.find((each) => each.logGroupName === logGroupName);
  return group && { retentionDays: group.retentionInDays };
}
