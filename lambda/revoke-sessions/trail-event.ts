import * as v from "valibot";

import { flag, part, text } from "./lenient";

/** One call, as CloudTrail has it: reduced to what is counted or told. All of it is text that a thief may have chosen. */
export interface TrailEvent {
  readonly id: string;
  readonly time: Date;
  /** The service, such as `iam.amazonaws.com`. */
  readonly source: string;
  /** The call, such as `CreateUser`. */
  readonly name: string;
  /** Whether it only reads; a call of which CloudTrail does not say so counts as a change. */
  readonly readOnly: boolean;
  readonly errorCode?: string;
  readonly accessKeyId?: string;
  /** Who called, as `AROA…:session-name`. */
  readonly principalId?: string;
  readonly address?: string;
  /** What the call was about, by name. */
  readonly resources: readonly string[];
  /** The credentials that the call handed out. */
  readonly issued?: IssuedCredentials;
}

/** Credentials that STS handed out. */
export interface IssuedCredentials {
  readonly accessKeyId?: string;
  /** Whether they are the caller's own once more, and not those of another session. */
  readonly ofCaller: boolean;
  /** The other session, as `AROA…:session-name`. */
  readonly principalId?: string;
  /** ARN of the other session's role. */
  readonly roleArn?: string;
}

/** An event as `LookupEvents` responds with it. */
export interface LookedUpEvent {
  readonly EventId?: string;
  readonly EventTime?: Date;
  readonly EventSource?: string;
  readonly EventName?: string;
  readonly Resources?: readonly { readonly ResourceName?: string }[];
  /** The whole record, as JSON. */
  readonly CloudTrailEvent?: string;
}

const TrailRecord = v.object({
  readOnly: flag,
  errorCode: text,
  sourceIPAddress: text,
  userIdentity: part({ accessKeyId: text, principalId: text }),
  requestParameters: v.optional(v.unknown()),
  responseElements: part({
    credentials: part({ accessKeyId: text }),
    assumedRoleUser: part({ assumedRoleId: text }),
  }),
});

/**
 * Reads an event of CloudTrail; what it lacks, or has in another form, is left out.
 *
 * @returns undefined if it does not say which call it is about, or when that was.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function readTrailEvent(event: LookedUpEvent): TrailEvent | undefined {
  const { EventId: id, EventTime: time, EventName: name, EventSource: source = "" } = event;
  if (id === undefined || time === undefined || name === undefined) return undefined;
  const record = v.safeParse(TrailRecord, parsed(event.CloudTrailEvent));
  const {
    readOnly = false,
    errorCode,
    sourceIPAddress,
    userIdentity,
    requestParameters,
    responseElements,
  } = record.success ? record.output : {};
  const parameters = textsOf(requestParameters);
  const names = (event.Resources ?? []).flatMap(({ ResourceName }) => ResourceName ?? []);
  return {
    id,
    time,
    source,
    name,
    readOnly,
    errorCode,
    accessKeyId: userIdentity?.accessKeyId,
    principalId: userIdentity?.principalId,
    address: sourceIPAddress,
    resources: names.length > 0 ? names : namesIn(parameters),
    issued:
      source !== "sts.amazonaws.com"
        ? undefined
        : responseElements?.credentials && {
            accessKeyId: responseElements.credentials.accessKeyId,
            ofCaller: OWN_AGAIN.includes(name),
            principalId: responseElements.assumedRoleUser?.assumedRoleId,
            roleArn: parameters["roleArn"],
          },
  };
}

/** Calls that hand out further credentials of whoever calls. */
const OWN_AGAIN = ["GetScopedCredentials", "GetSessionToken"];

/** What a call is about, if CloudTrail lists no resources: by its parameters. */
const namesIn = (parameters: Readonly<Record<string, string>>): string[] =>
  Object.entries(parameters).flatMap(([key, value]) => (/(name|id|arn|identifier)$/i.test(key) ? value : []));

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, each]) => typeof each === "string" && each !== ""));
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(String(json));
  } catch {
    return undefined;
  }
}
