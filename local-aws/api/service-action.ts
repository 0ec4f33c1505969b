import type { AwsAccount } from "./account";
import { AwsError, type AwsRequest, type ResponseValue } from "./protocol";

export type Parameters = AwsRequest["parameters"];

/** A request, and when it arrived. */
export type ReceivedRequest = AwsRequest & { readonly awsTime: Date };

/** One action of a service: what IAM authorizes it on, and what it does. */
export interface ServiceAction {
  /** ARN that the caller must be allowed to act on; `*` if the action knows no resources. */
  readonly resource: (parameters: Parameters, account: AwsAccount, json?: AwsRequest["json"]) => string;
  /** Performs the call, which may change the account, and returns its result; throws an `AwsError` if AWS refuses it. */
  readonly perform: (parameters: Parameters, account: AwsAccount, request: ReceivedRequest) => ResponseValue;
}

/** An action of the Query protocol: its form says all. */
export interface QueryAction extends ServiceAction {
  readonly perform: (parameters: Parameters, account: AwsAccount) => ResponseValue;
}

/** The value of a parameter that must not be left out. */
export function required(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (!value) throw new AwsError("ValidationError", `${name} must not be empty`);
  return value;
}
