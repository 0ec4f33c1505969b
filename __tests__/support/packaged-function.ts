import { readFileSync } from "node:fs";

import { AwsAccount } from "../../local-aws/api/account";
import { type AwsCall, AwsEndpoint } from "../../local-aws/api/endpoint";
import type { Fault } from "../../local-aws/api/fault";
import { FunctionProcess } from "../../local-aws/function/function-process";
import type { Invocation } from "../../local-aws/function/definition";
import type { FunctionEnvironment } from "../../src/contract/environment";
import type { Outcome } from "../../src/contract/outcome-line";
import { functionPackage } from "../../src/revocation/function-package";
import { invokeAsynchronously } from "./asynchronous-invocation";
import { environment, TOPIC_ARN } from "./configuration";
import { ACCOUNT_ID, REGION, ROLE_ID, ROLE_NAME } from "./finding";

/** The bytes of the zip that is deployed. */
export const deployedZip = (): Uint8Array => readFileSync(functionPackage().path);

/** What a test decides about the function; everything else is as in a deployment. */
export interface PackagedFunctionOptions {
  readonly zip: Uint8Array;
  /** @default - nothing is read back after the write */
  readonly environment?: Partial<FunctionEnvironment>;
  /** @default - 120, as deployed */
  readonly timeoutSeconds?: number;
  /** Other accounts behind the same endpoint. @default - none */
  readonly neighbours?: readonly AwsAccount[];
  /** How many execution environments Lambda keeps, each its own process. @default - 1 */
  readonly environments?: number;
}

/**
 * The function's real package in processes of its own, against a local AWS with one role and one topic.
 *
 * @example
 * const packaged = await PackagedFunction.start({ zip: deployedZip() });
 * packaged.endpoint.hooks.fault = (call) => (call.number === 1 ? faults.reset() : undefined);
 * const invocation = await packaged.invoke(findingEvent());
 * await packaged.stop();
 */
export class PackagedFunction {
  private constructor(
    readonly account: AwsAccount,
    readonly endpoint: AwsEndpoint,
    private readonly processes: readonly FunctionProcess[],
  ) {}

  static async start(options: PackagedFunctionOptions): Promise<PackagedFunction> {
    const account = new AwsAccount({ accountId: ACCOUNT_ID, region: REGION });
    account.addRole({ name: ROLE_NAME, roleId: ROLE_ID });
    account.topicArns.add(TOPIC_ARN);
    for (const neighbour of options.neighbours ?? []) account.neighbours.set(neighbour.accountId, neighbour);
    const endpoint = await AwsEndpoint.start(account);
    const definition = {
      functionName: "revoker",
      functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:revoker`,
      zip: options.zip,
      handler: "index.handler",
      environment: { ...environment({ VERIFY_AFTER_SECONDS: "0", ...options.environment }) },
      region: REGION,
      timeoutSeconds: options.timeoutSeconds ?? 120,
      memorySize: 256,
    };
    const credentials = { accessKeyId: "ASIAINVENTEDFUNCTION", secretAccessKey: "invented", sessionToken: "invented" };
    const starting = Array.from({ length: options.environments ?? 1 }, () =>
      FunctionProcess.start(definition, { endpointUrl: endpoint.url, credentials }),
    );
    return new PackagedFunction(account, endpoint, await Promise.all(starting));
  }

  /** One attempt, in the first execution environment unless another is named. */
  async invoke(event: unknown, environmentNumber = 0): Promise<Invocation> {
    return this.processes[environmentNumber]!.invoke(event);
  }

  /** All attempts that Lambda makes, without the minutes between them. */
  async deliver(event: unknown, environmentNumber = 0) {
    const attempt = async (each: unknown): Promise<Outcome> => {
      const invocation = await this.invoke(each, environmentNumber);
      if (invocation.kind === "returned") return invocation.result as Outcome;
      throw Object.assign(new Error(invocation.error.message), { name: invocation.error.name });
    };
    return invokeAsynchronously(event, attempt, async () => {});
  }

  /** The calls of one action that succeeded, whether or not the reply arrived. */
  effective(action: string): AwsCall[] {
    return this.endpoint.calls.filter(
      (call) => call.action === action && call.error === undefined && !NO_EFFECT.has(call.fault),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.stop()));
    await this.endpoint.close();
  }
}

const NO_EFFECT = new Set<Fault["kind"] | undefined>(["error", "hang", "reset"]);
