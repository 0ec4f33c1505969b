import type { DeliveredEvent } from "./event-history";
import { AwsError } from "./protocol";
import type { ServiceAction } from "./service-action";

const MAX_RESULTS = 50;

/** What the look-up can look for, and where an event has it. */
const ATTRIBUTES: Readonly<Record<string, (event: DeliveredEvent) => string | undefined>> = {
  AccessKeyId: ({ record }) => record.userIdentity?.accessKeyId,
  EventId: ({ record }) => record.eventID,
  EventName: ({ record }) => record.eventName,
  EventSource: ({ record }) => record.eventSource,
  Username: userName,
};

interface LookUp {
  readonly LookupAttributes?: readonly { readonly AttributeKey: string; readonly AttributeValue: string }[];
  readonly StartTime?: number;
  readonly EndTime?: number;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** The CloudTrail actions that the local AWS supports. */
export const cloudTrailActions: Record<string, ServiceAction> = {
  LookupEvents: {
    resource: () => "*",
    perform: (_, account, { region, awsTime, json = {} }) => {
      if (!account.eventHistory.admit(region, awsTime)) {
        throw new AwsError("ThrottlingException", "Rate exceeded");
      }
      const { attribute, from, to, size, start } = readLookUp(json as LookUp);
      const found = account.eventHistory.delivered(region, awsTime).filter((event) => {
        const time = Date.parse(event.record.eventTime) / 1_000;
        return time >= from && time <= to && attribute(event);
      });
      const next = start + size;
      return {
        Events: found.slice(start, next).map(toEvent),
        ...(next < found.length && { NextToken: Buffer.from(String(next)).toString("base64") }),
      };
    },
  },
};

function readLookUp({ LookupAttributes = [], StartTime = 0, EndTime = Infinity, MaxResults, NextToken }: LookUp) {
  const [{ AttributeKey, AttributeValue } = { AttributeKey: undefined, AttributeValue: "" }, ...others] =
    LookupAttributes;
  const read = AttributeKey === undefined ? undefined : ATTRIBUTES[AttributeKey];
  if (others.length > 0 || (AttributeKey !== undefined && !read)) {
    throw new AwsError(
      "InvalidLookupAttributesException",
      `LookupAttributes must be one of ${Object.keys(ATTRIBUTES).join(", ")} in the local AWS`,
    );
  }
  if (StartTime > EndTime) throw new AwsError("InvalidTimeRangeException", "StartTime is after EndTime");
  const size = MaxResults ?? MAX_RESULTS;
  if (!(size >= 1 && size <= MAX_RESULTS)) {
    throw new AwsError("InvalidMaxResultsException", `MaxResults must be 1 to ${MAX_RESULTS}; received ${size}`);
  }
  const start = NextToken === undefined ? "0" : Buffer.from(NextToken, "base64").toString();
  if (!/^\d+$/.test(start)) throw new AwsError("InvalidNextTokenException", "NextToken is not one of this look-up");
  return {
    attribute: (event: DeliveredEvent) => !read || read(event) === AttributeValue,
    from: StartTime,
    to: EndTime,
    size,
    start: Number(start),
  };
}

/** An event as the look-up responds with it. */
function toEvent({ record, resources }: DeliveredEvent) {
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    EventSource: record.eventSource,
    EventTime: Date.parse(record.eventTime) / 1_000,
    ReadOnly: record.readOnly === undefined ? undefined : String(record.readOnly),
    AccessKeyId: record.userIdentity?.accessKeyId,
    Username: userName({ record }),
    Resources: resources.map(({ type, name }) => ({ ResourceType: type, ResourceName: name })),
    CloudTrailEvent: JSON.stringify(record),
  };
}

/** CloudTrail files what a role's session does under the session's name. */
function userName({ record: { userIdentity } }: Pick<DeliveredEvent, "record">): string | undefined {
  return userIdentity?.userName ?? /:assumed-role\/.+\/(.+)$/.exec(userIdentity?.arn ?? "")?.[1];
}
