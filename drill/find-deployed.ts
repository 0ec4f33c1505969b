import { type FunctionConfiguration, GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";

import type { Clients } from "./aws/clients";
import { isDenied, oneLine, unlessMissing } from "./aws/errors";
import { listFunctions } from "./aws/list-functions";
import { type Deployed, revokesSessions } from "./deployed";
import { DrillError } from "./drill-error";

/** Why there is no one function to look at. */
export interface NotFound {
  readonly why: string;
  readonly mend: string;
}

/**
 * Finds the function that revokes sessions in the operator's account and region.
 *
 * @param functionName its name; if undefined, it is told from others by its environment.
 * @throws DrillError if AWS does not accept the operator's credentials, or no region is set.
 */
export async function findDeployed(clients: Clients, functionName: string | undefined): Promise<Deployed | NotFound> {
  const whoAndWhere = await readWhoAndWhere(clients);
  const { accountId, region } = whoAndWhere;
  const here = `region ${region} of account ${accountId}`;
  if (functionName !== undefined) {
    const found = await unlessMissing(
      clients.lambda().send(new GetFunctionConfigurationCommand({ FunctionName: functionName })),
    );
    if (!found) {
      return {
        why: `there is no function ${functionName} in ${here}`,
        mend: "name its region with --region, its account with --profile, or deploy it",
      };
    }
    return deployedOf(found, whoAndWhere);
  }
  const candidates = (await candidatesOf(clients)).filter(({ Environment }) => revokesSessions(Environment?.Variables));
  const [first, ...others] = candidates;
  if (!first) {
    return {
      why: `no function that revokes sessions is deployed in ${here}`,
      mend: "name another region with --region, another account with --profile, or deploy the response",
    };
  }
  if (others.length > 0) {
    const names = candidates.map(({ FunctionName }) => FunctionName).join(", ");
    return { why: `several functions of ${here} revoke sessions: ${names}`, mend: "name one of them with --function" };
  }
  // Lambda tells the state of a function only to who asks for that one.
  const found = await clients.lambda().send(new GetFunctionConfigurationCommand({ FunctionName: first.FunctionName }));
  return deployedOf(found, whoAndWhere);
}

/**
 * The deployed function.
 *
 * @throws DrillError if there is none, or more than one.
 */
export async function requireDeployed(clients: Clients, functionName: string | undefined): Promise<Deployed> {
  const deployed = await findDeployed(clients, functionName);
  if ("why" in deployed) throw new DrillError(`${deployed.why}: ${deployed.mend}`);
  return deployed;
}

type WhoAndWhere = Pick<Deployed, "accountId" | "operator" | "region">;

async function readWhoAndWhere(clients: Clients): Promise<WhoAndWhere> {
  try {
    const sts = clients.sts();
    const region = await sts.config.region();
    const { Account = "", Arn = "" } = await sts.send(new GetCallerIdentityCommand({}));
    return { accountId: Account, operator: Arn, region };
  } catch (error) {
    if (/region/i.test((error as Error).message) && !("$metadata" in (error as object))) {
      throw new DrillError("no region is set: name it with --region, or set AWS_REGION", { cause: error });
    }
    throw new DrillError(`AWS does not accept the credentials of this shell or profile: ${oneLine(error)}`, {
      cause: error,
    });
  }
}

async function candidatesOf(clients: Clients): Promise<FunctionConfiguration[]> {
  try {
    return await listFunctions(clients);
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new DrillError(`the functions may not be listed: name the one with --function (${oneLine(error)})`, {
      cause: error,
    });
  }
}

function deployedOf(found: FunctionConfiguration, whoAndWhere: WhoAndWhere): Deployed {
  const { FunctionName = "", FunctionArn = "", Role = "", LoggingConfig, State, LastUpdateStatus, CodeSha256 } = found;
  return {
    ...whoAndWhere,
    partition: FunctionArn.split(":")[1] ?? "aws",
    functionName: FunctionName,
    functionArn: FunctionArn,
    roleArn: Role,
    roleName: Role.split("/").at(-1) ?? "",
    logGroupName: LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`,
    state: State,
    lastUpdate: LastUpdateStatus,
    codeSha256: CodeSha256,
    environment: found.Environment?.Variables ?? {},
  };
}
