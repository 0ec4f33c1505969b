import { ListRulesCommand } from "@aws-sdk/client-eventbridge";

import type { Clients } from "../../aws/clients";
import { allPages } from "../../aws/pages";
import { isGuard } from "../judge/guard";
import type { ReadRule } from "../judge/rule";
import { readRule } from "./rules";

/** The rules of the clients' region on policies that revoke sessions. */
export async function readGuard(clients: Clients): Promise<ReadRule[]> {
  const events = clients.events();
  const rules = await allPages(async (NextToken) => {
    const page = await events.send(new ListRulesCommand({ NextToken }));
    return { items: page.Rules, next: page.NextToken };
  });
  const names = rules.flatMap(({ Name, EventPattern = "" }) => (Name && isGuard(EventPattern) ? [Name] : []));
  return Promise.all(names.map((name) => readRule(events, name)));
}
