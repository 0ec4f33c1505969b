import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import { ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListTopicsCommand } from "@aws-sdk/client-sns";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";

import type { Clients } from "../../aws/clients";

/**
 * What a drill's session may call: it changes nothing, and AWS says of a denial whether it was explicit. Not
 * `sts:GetCallerIdentity`, which no policy denies.
 */
export const HARMLESS_CALLS: Readonly<Record<string, (clients: Clients) => Promise<unknown>>> = {
  "ec2:DescribeRegions": (clients) => clients.ec2().send(new DescribeRegionsCommand({})),
  "dynamodb:ListTables": (clients) => clients.dynamoDb().send(new ListTablesCommand({ Limit: 1 })),
  "sqs:ListQueues": (clients) => clients.sqs().send(new ListQueuesCommand({ MaxResults: 1 })),
  "sns:ListTopics": (clients) => clients.sns().send(new ListTopicsCommand({})),
  "lambda:ListFunctions": (clients) => clients.lambda().send(new ListFunctionsCommand({ MaxItems: 1 })),
  "logs:DescribeLogGroups": (clients) => clients.logs().send(new DescribeLogGroupsCommand({ limit: 1 })),
  "cloudwatch:DescribeAlarms": (clients) => clients.cloudWatch().send(new DescribeAlarmsCommand({ MaxRecords: 1 })),
};
