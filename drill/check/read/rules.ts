import {
  DescribeRuleCommand,
  type EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";

import type { Clients } from "../../aws/clients";
import { allPages } from "../../aws/pages";
import type { ReadRule } from "../judge/rule";

/** The rules of the default event bus that have a target. */
export async function readRules(clients: Clients, targetArn: string): Promise<ReadRule[]> {
  const events = clients.events();
  const names = await allPages(async (NextToken) => {
    const page = await events.send(new ListRuleNamesByTargetCommand({ TargetArn: targetArn, NextToken }));
    return { items: page.RuleNames, next: page.NextToken };
  });
  return Promise.all(names.map((name) => readRule(events, name)));
}

/** A rule by its name, with its targets. */
export async function readRule(events: EventBridgeClient, name: string): Promise<ReadRule> {
  const { Arn = "", State, EventPattern = "{}" } = await events.send(new DescribeRuleCommand({ Name: name }));
  const targets = await allPages(async (NextToken) => {
    const page = await events.send(new ListTargetsByRuleCommand({ Rule: name, NextToken }));
    return { items: page.Targets, next: page.NextToken };
  });
  return {
    name,
    arn: Arn,
    enabled: State === "ENABLED",
    pattern: EventPattern,
    targets: targets.map((target) => ({
      id: target.Id ?? "",
      arn: target.Arn ?? "",
      deadLetterQueueArn: target.DeadLetterConfig?.Arn,
    })),
  };
}
