import type { AwsAccount } from "./account";
import { ec2Actions } from "./ec2";
import { iamActions } from "./iam";
import { AwsError, type QueryRequest, type XmlValue } from "./query-protocol";
import { snsActions } from "./sns";

export type Parameters = QueryRequest["parameters"];

/** One action of a service: what IAM authorizes it on, and what it does. */
export interface ServiceAction {
  /** ARN that the caller must be allowed to act on; `*` where the action knows no resources. */
  readonly resource: (parameters: Parameters, account: AwsAccount) => string;
  /** Answers the call, changing the account where the action does; throws an `AwsError` for what AWS refuses. */
  readonly answer: (parameters: Parameters, account: AwsAccount) => XmlValue;
}

const SERVICES: Record<string, Record<string, ServiceAction>> = { iam: iamActions, sns: snsActions, ec2: ec2Actions };

/** The action that a request asks for; undefined where it is not played here. */
export function findAction({ service, action }: QueryRequest): ServiceAction | undefined {
  return SERVICES[service]?.[action];
}

/** The answer to a request whose action is not played here. */
export function unknownAction({ service, action }: QueryRequest): AwsError {
  const known = Object.entries(SERVICES).map(([name, actions]) => `${name}: ${Object.keys(actions).join(", ")}`);
  return new AwsError("InvalidAction", `${service}:${action} is not played here; known are ${known.join("; ")}`);
}

export function required(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (!value) throw new AwsError("ValidationError", `${name} must not be empty`);
  return value;
}
