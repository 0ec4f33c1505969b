import { type FunctionConfiguration, ListFunctionsCommand } from "@aws-sdk/client-lambda";

import type { Clients } from "./clients";
import { allPages } from "./pages";

/** The functions of the clients' region. */
export const listFunctions = (clients: Clients): Promise<FunctionConfiguration[]> =>
  allPages(async (Marker) => {
    const { Functions, NextMarker } = await clients.lambda().send(new ListFunctionsCommand({ Marker }));
    return { items: Functions, next: NextMarker };
  });
