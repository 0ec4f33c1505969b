import type { Clients } from "../aws/clients";
import { configurationOf } from "../configuration";
import { requireDeployed } from "../find-deployed";
import type { Step } from "../step";
import { wiringAccount } from "./account";
import { typesOf, wiring } from "./wiring";

export interface WiringOptions {
  readonly functionName?: string;
}

/**
 * Drills the wiring of the operator's account.
 *
 * @throws DrillError if something keeps the drill from being run.
 */
export async function* runWiring(operator: Clients, { functionName }: WiringOptions): AsyncGenerator<Step> {
  const deployed = await requireDeployed(operator, functionName);
  const account = await wiringAccount(operator.in(deployed.region), deployed);
  yield* wiring(account, deployed, typesOf(configurationOf(deployed).findings));
}
