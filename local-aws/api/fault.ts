import type { Denial } from "../iam/denial";
import { accessDenied } from "./access-denied";
import { AwsError, type AwsRequest, type Service } from "./protocol";

/** What goes wrong with one call, instead of or besides its response. */
export type Fault =
  /** AWS responds with an error, and the call has no effect. */
  | { readonly kind: "error"; readonly error: AwsError }
  /** No response ever comes, and the call has no effect. */
  | { readonly kind: "hang" }
  /** The connection breaks before the call has an effect. */
  | { readonly kind: "reset" }
  /** The call takes effect, and its response comes late. */
  | { readonly kind: "late"; readonly milliseconds: number }
  /** The call takes effect, and then the connection breaks: the caller cannot know. */
  | { readonly kind: "lost-response" };

const THROTTLED: Record<Service, readonly [code: string, status: number]> = {
  iam: ["Throttling", 400],
  sns: ["Throttled", 429],
  ec2: ["RequestLimitExceeded", 503],
  cloudtrail: ["ThrottlingException", 400],
  events: ["ThrottlingException", 400],
  sts: ["Throttling", 400],
};

/** The faults that a test can inject, by their names in the field. */
export const faults = {
  throttled: (service: Service): Fault => errorFault(THROTTLED[service][0], "Rate exceeded", THROTTLED[service][1]),
  internalError: (): Fault =>
    errorFault("InternalFailure", "The request processing has failed because of an unknown error.", 500),
  unavailable: (): Fault => errorFault("ServiceUnavailable", "Service Unavailable", 503),
  noSuchEntity: (): Fault => errorFault("NoSuchEntity", "The role cannot be found.", 404),
  invalidToken: (): Fault =>
    errorFault("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
  topicRejected: (): Fault => errorFault("InvalidParameter", "Invalid parameter: TopicArn", 400),
  /** @param denial what is not as usual: a role's session may not do what it calls, because no policy of the role allows it. */
  accessDenied: (call: AwsRequest & { readonly resource: string }, denial: Partial<Denial> = {}): Fault => {
    const usual: Denial = {
      principal: "arn:aws:sts::111122223333:assumed-role/caller/session",
      action: `${call.service}:${call.action}`,
      resource: call.resource,
      policyType: "identity-based policy",
      explicit: false,
    };
    return { kind: "error", error: accessDenied(call.service, { ...usual, ...denial }) };
  },
  hang: (): Fault => ({ kind: "hang" }),
  reset: (): Fault => ({ kind: "reset" }),
  late: (milliseconds: number): Fault => ({ kind: "late", milliseconds }),
  lostResponse: (): Fault => ({ kind: "lost-response" }),
};

function errorFault(code: string, message: string, status: number): Fault {
  return { kind: "error", error: new AwsError(code, message, status) };
}
