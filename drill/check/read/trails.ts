import {
  type AdvancedEventSelector,
  DescribeTrailsCommand,
  type EventSelector,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from "@aws-sdk/client-cloudtrail";

import type { Clients } from "../../aws/clients";
import type { ReadTrail } from "../judge/trail";

/** The trails that record something of the clients' region, those of the organization included. */
export async function readTrails(clients: Clients): Promise<ReadTrail[]> {
  const cloudTrail = clients.cloudTrail();
  const { trailList = [] } = await cloudTrail.send(new DescribeTrailsCommand({ includeShadowTrails: true }));
  return Promise.all(
    trailList.map(async ({ TrailARN, Name = "" }) => {
      const [status, selectors] = await Promise.all([
        cloudTrail.send(new GetTrailStatusCommand({ Name: TrailARN })),
        cloudTrail.send(new GetEventSelectorsCommand({ TrailName: TrailARN })),
      ]);
      return {
        name: Name,
        logging: status.IsLogging === true,
        recordsWrites: recordsWrites(selectors.EventSelectors, selectors.AdvancedEventSelectors),
      };
    }),
  );
}

/** Whether selectors take management events that write. A trail without selectors takes every management event. */
function recordsWrites(basic: readonly EventSelector[] = [], advanced: readonly AdvancedEventSelector[] = []): boolean {
  if (basic.length === 0 && advanced.length === 0) return true;
  return (
    basic.some((each) => each.IncludeManagementEvents !== false && each.ReadWriteType !== "ReadOnly") ||
    advanced.some(({ FieldSelectors = [] }) => {
      const valuesOf = (field: string) => FieldSelectors.find(({ Field }) => Field === field)?.Equals;
      return valuesOf("eventCategory")?.includes("Management") && !valuesOf("readOnly")?.includes("true");
    })
  );
}
