import type { AwsAccount } from "./account";
import { AwsError } from "./protocol";
import type { ServiceAction } from "./service-action";

/** EventBridge accepts entries of less than 256 KB, */
const MAX_BYTES = 262_144;
/** and so many in one call. */
const MAX_ENTRIES = 10;

interface Entry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Resources?: readonly string[];
  readonly Time?: number;
}

/** The EventBridge actions that the local AWS supports. */
export const eventsActions: Record<string, ServiceAction> = {
  PutEvents: {
    // The caller must be allowed on each entry's bus; the local AWS has callers that name one.
    resource: (_, account, json) => busOf(entriesOf(json)[0] ?? {}, account),
    perform: (_, account, { json = {} }) => {
      const entries = entriesOf(json);
      if (entries.length === 0 || entries.length > MAX_ENTRIES) {
        throw new AwsError("ValidationException", `Entries must have 1 to ${MAX_ENTRIES} items`);
      }
      if (entries.reduce((sum, entry) => sum + bytesOf(entry), 0) >= MAX_BYTES) {
        throw new AwsError("ValidationException", "Total size of the entries in the request is over the limit.");
      }
      const results = entries.map((entry) => put(entry, account));
      return { FailedEntryCount: results.filter((result) => "ErrorCode" in result).length, Entries: results };
    },
  },
};

const entriesOf = (json: Readonly<Record<string, unknown>> = {}): readonly Entry[] =>
  (json["Entries"] ?? []) as readonly Entry[];

/** A bus is named by its ARN or, in the own account, by its name. */
function busOf({ EventBusName: name = "default" }: Entry, { partition, region, accountId }: AwsAccount): string {
  return name.startsWith("arn:") ? name : `arn:${partition}:events:${region}:${accountId}:event-bus/${name}`;
}

/** What became of one entry: EventBridge refuses entries one by one. */
function put(entry: Entry, account: AwsAccount): { EventId: string } | { ErrorCode: string; ErrorMessage: string } {
  const { Source: source, DetailType: detailType, Detail = "" } = entry;
  if (!source) {
    return refused("InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument.");
  }
  if (source.startsWith("aws.")) {
    return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
  }
  if (!detailType) {
    return refused("InvalidArgument", "Parameter DetailType is not valid. Reason: DetailType is a required argument.");
  }
  const detail = objectIn(Detail);
  if (!detail) return refused("MalformedDetail", "Detail is malformed.");
  const busArn = busOf(entry, account);
  if (!account.busArns.has(busArn)) return refused("ResourceNotFoundException", `Event bus ${busArn} does not exist.`);
  account.events.push({ busArn, source, detailType, detail, resources: entry.Resources ?? [] });
  return { EventId: `00000000-0000-4000-9000-${String(account.events.length).padStart(12, "0")}` };
}

const refused = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });

function objectIn(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
function bytesOf({ Source = "", DetailType = "", Detail = "", Resources = [], Time }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}
