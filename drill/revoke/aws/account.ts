import { setTimeout as sleep } from "node:timers/promises";

import { DeleteRolePolicyCommand, GetRolePolicyCommand, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import { InvokeCommand } from "@aws-sdk/client-lambda";

import { type AssumedRole, assumeRole } from "../../aws/assume-role";
import type { Clients } from "../../aws/clients";
import { isDenied, oneLine, unlessMissing } from "../../aws/errors";
import { lineAbout } from "../../aws/outcomes";
import { allPages } from "../../aws/pages";
import type { Deployed } from "../../deployed";
import { DrillError } from "../../drill-error";
import type { Attempt, DrillAccount } from "../ports";
import { HARMLESS_CALLS } from "./harmless-calls";

/** The account that a drill is run in, over AWS's SDK. */
export function drillAccount(clients: Clients, { functionName, logGroupName, operator }: Deployed): DrillAccount {
  const iam = clients.iam();
  return {
    operator,
    harmlessCalls: Object.keys(HARMLESS_CALLS),

    async startSession(roleArn, name) {
      const { clients: session, accessKeyId, principalId } = await assume(clients, roleArn, name, operator);
      return { name, accessKeyId, principalId, attempt: (call) => attemptOf(HARMLESS_CALLS[call]!(session)) };
    },

    policyNames: (RoleName) =>
      allPages(async (Marker) => {
        const page = await iam.send(new ListRolePoliciesCommand({ RoleName, Marker }));
        return { items: page.PolicyNames, next: page.IsTruncated ? page.Marker : undefined };
      }),

    async policy(RoleName, PolicyName) {
      const found = await unlessMissing(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })));
      return found?.PolicyDocument && decodeURIComponent(found.PolicyDocument);
    },

    async removePolicy(RoleName, PolicyName) {
      await unlessMissing(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
    },

    async handOver(event) {
      const Payload = JSON.stringify(event);
      await clients.lambda().send(new InvokeCommand({ FunctionName: functionName, InvocationType: "Event", Payload }));
    },

    outcomeOf: (findingId, since) => lineAbout(clients, logGroupName, findingId, since),

    now: () => new Date(),
    wait: (seconds) => sleep(seconds * 1_000),
  };
}

async function assume(clients: Clients, roleArn: string, name: string, operator: string): Promise<AssumedRole> {
  try {
    return await assumeRole(clients, roleArn, name);
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new DrillError(
      `${operator} may not assume ${roleArn}: the role's trust policy must let it, and its own permissions ` +
        `sts:AssumeRole (${oneLine(error)})`,
      { cause: error },
    );
  }
}

/** How AWS has answered; AWS tells an explicit deny from a missing permission in the words of its error. */
async function attemptOf(call: Promise<unknown>): Promise<Attempt> {
  try {
    await call;
    return "allowed";
  } catch (error) {
    if (!isDenied(error)) throw error;
    return /explicit deny in an identity-based policy/.test(error.message) ? "explicitly denied" : "denied";
  }
}
