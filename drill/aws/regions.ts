import { DescribeRegionsCommand } from "@aws-sdk/client-ec2";

import type { Clients } from "./clients";
import { isDenied } from "./errors";

/** The regions of the account that are enabled. */
export async function enabledRegions(clients: Clients): Promise<string[]> {
  const { Regions = [] } = await clients.ec2().send(new DescribeRegionsCommand({}));
  return Regions.flatMap(({ RegionName }) => RegionName ?? []);
}

/** What was seen in some regions. */
export interface Looked<Seen> {
  readonly seen: readonly Seen[];
  /** The regions that must not be looked at: an organization may allow some only. */
  readonly denied: readonly { readonly region: string; readonly error: Error }[];
}

/** Looks at each of some regions, with clients of it. */
export async function lookAt<Seen>(
  regions: readonly string[],
  clients: Clients,
  look: (there: Clients, region: string) => Promise<Seen>,
): Promise<Looked<Seen>> {
  const looked = await Promise.all(
    regions.map(async (region): Promise<Looked<Seen>> => {
      try {
        return { seen: [await look(clients.in(region), region)], denied: [] };
      } catch (error) {
        if (!isDenied(error)) throw error;
        return { seen: [], denied: [{ region, error }] };
      }
    }),
  );
  return { seen: looked.flatMap(({ seen }) => seen), denied: looked.flatMap(({ denied }) => denied) };
}
