import {
  DescribeRuleCommand,
  type EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";

import type { Clients } from "../../aws/clients";
import { allPages } from "../../aws/pages";
import type { ReadRule } from "../judge/rule";

/** The rules of an event bus that have a target; of the default one unless another is named. */
export async function readRules(clients: Clients, targetArn: string, busName?: string): Promise<ReadRule[]> {
  const events = clients.events();
  const names = await allPages(async (NextToken) => {
    const page = await events.send(
      new ListRuleNamesByTargetCommand({ TargetArn: targetArn, EventBusName: busName, NextToken }),
    );
    return { items: page.RuleNames, next: page.NextToken };
  });
  return Promise.all(names.map((name) => readRule(events, name, busName)));
}

/** A rule by its name, with its targets. */
export async function readRule(events: EventBridgeClient, name: string, busName?: string): Promise<ReadRule> {
  const {
    Arn = "",
    State,
    EventPattern = "{}",
  } = await events.send(new DescribeRuleCommand({ Name: name, EventBusName: busName }));
  const targets = await allPages(async (NextToken) => {
    const page = await events.send(new ListTargetsByRuleCommand({ Rule: name, EventBusName: busName, NextToken }));
    return { items: page.Targets, next: page.NextToken };
  });
  return {
    name,
    arn: Arn,
    busName,
    enabled: State === "ENABLED",
    pattern: EventPattern,
    targets: targets.map((target) => ({
      id: target.Id ?? "",
      arn: target.Arn ?? "",
      roleArn: target.RoleArn,
      deadLetterQueueArn: target.DeadLetterConfig?.Arn,
    })),
  };
}
