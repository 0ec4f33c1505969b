import { cloudTrailActions } from "./cloudtrail";
import { ec2Actions } from "./ec2";
import { eventsActions } from "./events";
import { iamActions } from "./iam";
import { AwsError, type AwsRequest } from "./protocol";
import type { ServiceAction } from "./service-action";
import { snsActions } from "./sns";
import { stsActions } from "./sts";

const SERVICES: Record<string, Record<string, ServiceAction>> = {
  iam: iamActions,
  sns: snsActions,
  ec2: ec2Actions,
  cloudtrail: cloudTrailActions,
  events: eventsActions,
  sts: stsActions,
};

/** The action that a request asks for; undefined if the local AWS does not support it. */
export function findAction({ service, action }: AwsRequest): ServiceAction | undefined {
  return SERVICES[service]?.[action];
}

/** The error about a request whose action the local AWS does not support. */
export function unknownAction({ service, action }: AwsRequest): AwsError {
  const known = Object.entries(SERVICES).map(([name, actions]) => `${name}: ${Object.keys(actions).join(", ")}`);
  return new AwsError(
    "InvalidAction",
    `${service}:${action} is not supported by the local AWS; supported are ${known.join("; ")}`,
  );
}
