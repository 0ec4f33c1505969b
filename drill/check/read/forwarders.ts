import { DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import { ListEventBusesCommand } from "@aws-sdk/client-eventbridge";
import { GetRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetPolicyCommand } from "@aws-sdk/client-lambda";

import type { Clients } from "../../aws/clients";
import { isDenied, unlessMissing } from "../../aws/errors";
import { allPages } from "../../aws/pages";
import { type Deployed, revokesSessions } from "../../deployed";
import { listFunctions } from "../../aws/list-functions";
import type { ReadForwarder, ReadForwarding, ReadRegion } from "../judge/forwarders";
import type { ReadRule } from "../judge/rule";
import { readDetector } from "./detector";
import { readRules } from "./rules";

/** Name of the policy of a forwarder's role. */
const FORWARDING_POLICY = "ForwardFindings";

/**
 * How findings of further regions come to the function, in every region of the account that is enabled.
 *
 * An organization may allow some regions only: one that must not be looked at says so, if others may.
 */
export async function readForwarding(clients: Clients, deployed: Deployed): Promise<ReadForwarding> {
  const [bus, further] = await Promise.all([readBus(clients, deployed), furtherRegions(clients, deployed.region)]);
  const seen: SeenRegion[] = [];
  const denied: [region: string, error: unknown][] = [];
  await Promise.all(
    further.map(async (region) => {
      try {
        seen.push(await readRegion(clients.in(region), region, bus?.arn));
      } catch (error) {
        if (!isDenied(error)) throw error;
        denied.push([region, error]);
      }
    }),
  );
  if (seen.length === 0 && denied.length > 0) throw denied[0]![1];
  const regions = seen.map(async ({ rules, ...region }) => {
    const forwarders = await Promise.all(rules.map((rule) => readForwarder(clients, rule, bus!.arn)));
    return { ...region, forwarders };
  });
  return { bus, regions: await Promise.all(regions), unseen: denied.map(([region]) => region).sort() };
}

type SeenRegion = Omit<ReadRegion, "forwarders"> & { readonly rules: readonly ReadRule[] };

async function furtherRegions(clients: Clients, home: string): Promise<string[]> {
  const { Regions = [] } = await clients.ec2().send(new DescribeRegionsCommand({}));
  return Regions.flatMap(({ RegionName }) => (RegionName && RegionName !== home ? RegionName : []));
}

/** The event bus, other than the default one, whose rules have the function as a target. */
async function readBus(clients: Clients, { functionArn, functionName }: Deployed): Promise<ReadForwarding["bus"]> {
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
  const policy = await unlessMissing(
    clients.iam().send(new GetRolePolicyCommand({ RoleName, PolicyName: FORWARDING_POLICY })),
  );
  return { ...rule, maySend: decodeURIComponent(policy?.PolicyDocument ?? "").includes(`"${busArn}"`) };
}
