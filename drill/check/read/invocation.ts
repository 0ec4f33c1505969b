import { GetFunctionConcurrencyCommand, GetPolicyCommand } from "@aws-sdk/client-lambda";

import type { Clients } from "../../aws/clients";
import { unlessMissing } from "../../aws/errors";
import type { ReadInvocation } from "../judge/function";

/** Who may invoke a function, and whether it may run. */
export async function readInvocation(
  clients: Clients,
  FunctionName: string,
): Promise<Omit<ReadInvocation, "ruleArns">> {
  const lambda = clients.lambda();
  const [concurrency, policy] = await Promise.all([
    lambda.send(new GetFunctionConcurrencyCommand({ FunctionName })),
    unlessMissing(lambda.send(new GetPolicyCommand({ FunctionName }))),
  ]);
  return { reservedConcurrency: concurrency.ReservedConcurrentExecutions, policy: policy?.Policy };
}
