import { ListEventBusesCommand } from "@aws-sdk/client-eventbridge";
import { GetRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetPolicyCommand } from "@aws-sdk/client-lambda";

import type { Clients } from "../../aws/clients";
import { unlessMissing } from "../../aws/errors";
import { listFunctions } from "../../aws/list-functions";
import { allPages } from "../../aws/pages";
import { enabledRegions, lookAt } from "../../aws/regions";
import { type Deployed, revokesSessions } from "../../deployed";
import type { ReadForwarder, ReadForwarding, ReadRegion } from "../judge/forwarders";
import type { ReadRule } from "../judge/rule";
import { readDetector } from "./detector";
import { readRules } from "./rules";

/** Name of the policy of a forwarder's role. */
const FORWARDING_POLICY = "ForwardFindings";

type SeenRegion = Omit<ReadRegion, "forwarders"> & { readonly rules: readonly ReadRule[] };

/**
 * How findings of further regions come to the function, in every region of the account that is enabled.
 *
 * @param home the function's region.
 * @throws AWS's refusal if none of them may be looked at.
 */
export async function readForwarding(
  clients: Clients,
  home: string,
  bus: ReadForwarding["bus"],
): Promise<ReadForwarding> {
  const further = (await enabledRegions(clients)).filter((region) => region !== home);
  const { seen, denied } = await lookAt(further, clients, (there, region) => readRegion(there, region, bus?.arn));
  if (seen.length === 0 && denied[0]) throw denied[0].error;
  const regions = seen.map(async ({ rules, ...region }) => {
    const forwarders = await Promise.all(rules.map((rule) => readForwarder(clients, rule, bus!.arn)));
    return { ...region, forwarders };
  });
  return { bus, regions: await Promise.all(regions), unseen: denied.map(({ region }) => region) };
}

/** The event bus, other than the default one, whose rules have the function as a target. */
export async function readBus(
  clients: Clients,
  { functionArn, functionName }: Deployed,
): Promise<ReadForwarding["bus"]> {
  const buses = await allPages(async (NextToken) => {
    const page = await clients.events().send(new ListEventBusesCommand({ NextToken }));
    return { items: page.EventBuses, next: page.NextToken };
  });
  for (const { Name, Arn = "" } of buses.filter(({ Name }) => Name !== "default")) {
    const rules = await readRules(clients, functionArn, Name);
    if (rules.length === 0) continue;
    const policy = await unlessMissing(clients.lambda().send(new GetPolicyCommand({ FunctionName: functionName })));
    return { arn: Arn, rules, functionPolicy: policy?.Policy };
  }
  return undefined;
}

async function readRegion(clients: Clients, region: string, busArn: string | undefined): Promise<SeenRegion> {
  const [detector, functions, rules] = await Promise.all([
    readDetector(clients),
    listFunctions(clients),
    busArn === undefined ? [] : readRules(clients, busArn),
  ]);
  return {
    region,
    detector,
    hasResponse: functions.some(({ Environment }) => revokesSessions(Environment?.Variables)),
    rules,
  };
}

async function readForwarder(clients: Clients, rule: ReadRule, busArn: string): Promise<ReadForwarder> {
  const target = rule.targets.find(({ arn }) => arn === busArn);
  const RoleName = target?.roleArn?.split("/").at(-1);
  const policy =
    RoleName === undefined
      ? undefined
      : await unlessMissing(clients.iam().send(new GetRolePolicyCommand({ RoleName, PolicyName: FORWARDING_POLICY })));
  return { ...rule, permissions: policy?.PolicyDocument && decodeURIComponent(policy.PolicyDocument) };
}
