import type { Deployed } from "../../../drill/deployed";
import { environment } from "../../support/configuration";

/** A function that is deployed in us-west-2 of account 111122223333, where an operator looks. */
export function deployed(variables: Parameters<typeof environment>[0] = {}): Deployed {
  return {
    accountId: "111122223333",
    operator: "arn:aws:iam::111122223333:user/operator",
    partition: "aws",
    region: "us-west-2",
    functionName: "revoker",
    functionArn: "arn:aws:lambda:us-west-2:111122223333:function:revoker",
    roleArn: "arn:aws:iam::111122223333:role/GuardDuty-Response-Revoke-us-west-2",
    roleName: "GuardDuty-Response-Revoke-us-west-2",
    logGroupName: "/aws/lambda/revoker",
    environment: { ...environment(variables) },
  };
}
