import * as v from "valibot";

import { knownKind } from "../../src/contract/finding-kinds";
import { AttackSequence, origin, type Participant, participants, signalsOf } from "./attack-sequence";
import { flag, lenient, number, part, text } from "./lenient";

/** Temporary credentials that a finding calls stolen. */
export interface Credential {
  readonly accessKeyId?: string;
  /** The role's unique id and the session name, `AROA…:i-…` for an instance. */
  readonly principalId?: string;
  /** When they were issued; undefined if the finding does not say it. */
  readonly issuedAt?: Date;
}

/**
 * What a GuardDuty finding says of one role or user, reduced to what is decided on or reported. Nothing else of the event
 * survives parsing.
 */
export interface Finding {
  readonly id: string;
  readonly type: string;
  readonly accountId?: string;
  readonly region: string;
  readonly severity?: number;
  /** What tells this event from any other, a repeat of the same finding included. */
  readonly eventId: string;
  /** When EventBridge received the event. */
  readonly receivedAt?: Date;
  readonly sighting: Sighting;
  readonly sample: boolean;
  readonly archived: boolean;
  readonly userType?: string;
  readonly userName?: string;
  /** The principal the finding is about, first, and then every further one of `recentCredentials`. */
  readonly credentials: readonly [Credential, ...Credential[]];
  readonly instanceId?: string;
  readonly activity: Activity;
}

/** When the credentials were seen in use, and whether that shows that they work. */
export interface Sighting {
  readonly firstSeen?: Date;
  /** If the finding does not say it, when EventBridge received the event or GuardDuty updated the finding. */
  readonly lastSeen?: Date;
  /** Whether the call that was seen would have been denied to dead credentials, and was not. */
  readonly provesLife: boolean;
}

/** What was done with the credentials and from where: for people to read, never decided on. */
export interface Activity {
  readonly api?: string;
  readonly service?: string;
  readonly errorCode?: string;
  /** IPv4, IPv6, or both. */
  readonly ipAddress?: string;
  readonly city?: string;
  readonly country?: string;
  readonly network?: string;
  readonly remoteAccountId?: string;
  /** Whether the remote account belongs to the same organization or works with it, as far as GuardDuty knows. */
  readonly remoteAccountAffiliated?: boolean;
  /** The AWS service that made the call, if it was one. */
  readonly callerService?: string;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  readonly count?: number;
  /** The names of what an attack sequence is made of: types of findings, and calls. */
  readonly signals: readonly string[];
}

/** The event is not one GuardDuty finding in the EventBridge envelope. Retrying cannot help; people must look at it. */
export class InvalidEventError extends Error {
  override readonly name = "InvalidEventError";
}

const INFO = {
  sample: lenient(v.union([v.boolean(), v.string()])),
  recentCredentials: lenient(v.array(part({ accessKeyId: text, principalId: text }))),
};
const EmbeddedInfo = v.fallback(v.object(INFO), {});

const Detail = v.object({
  type: v.string(),
  id: text,
  accountId: text,
  region: text,
  severity: number,
  updatedAt: text,
  resource: part({
    accessKeyDetails: part({ accessKeyId: text, principalId: text, userType: text, userName: text }),
    instanceDetails: part({ instanceId: text }),
  }),
  service: part({
    archived: flag,
    eventFirstSeen: text,
    eventLastSeen: text,
    count: number,
    detection: part({ sequence: AttackSequence }),
    additionalInfo: part({ ...INFO, value: text }),
    action: part({
      awsApiCallAction: part({
        api: text,
        serviceName: text,
        errorCode: text,
        remoteIpDetails: part({
          ipAddressV4: text,
          ipAddressV6: text,
          organization: part({ asn: lenient(v.union([v.string(), v.number()])), asnOrg: text, org: text }),
          country: part({ countryName: text }),
          city: part({ cityName: text }),
        }),
        remoteAccountDetails: part({ accountId: text, affiliated: flag, awsServiceName: text }),
      }),
    }),
  }),
});

const Envelope = v.object({ id: text, account: text, region: text, time: text, detail: Detail });
type Envelope = v.InferOutput<typeof Envelope>;

/**
 * Reads the event that EventBridge delivers for a GuardDuty finding.
 *
 * @returns what it says of each role or user: mostly of one; of as many as took part in an attack sequence.
 * @throws InvalidEventError if `event` is anything else, naming what it looks like and what is expected.
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
 */
export function parseFindings(event: unknown): readonly [Finding, ...Finding[]] {
  const parsed = v.safeParse(Envelope, event);
  if (!parsed.success) {
    throw new InvalidEventError(
      `not a GuardDuty finding as EventBridge delivers it: ${describeEvent(event)}; expected one event whose "detail" ` +
        `is one finding with camelCase keys`,
    );
  }
  const [first, ...others] = holdersOf(parsed.output.detail);
  return [toFinding(parsed.output, first), ...others.map((holder) => toFinding(parsed.output, holder))];
}

/** Whose credentials a finding is about. */
type Holder = Pick<Finding, "accountId" | "userType" | "userName" | "credentials">;

/** More participants than this are told as what else was stolen: nobody reads a longer mail. */
const MAX_PARTICIPANTS = 5;

function holdersOf({ type, resource, service }: Envelope["detail"]): [Holder, ...Holder[]] {
  if (knownKind(type)?.named === "by actors") {
    const all = participants(service?.detection?.sequence ?? {}).map(participantHolder);
    const [first, ...others] = all.slice(0, MAX_PARTICIPANTS);
    const rest = all.slice(MAX_PARTICIPANTS).flatMap(({ credentials }) => credentials);
    return first ? [{ ...first, credentials: [...first.credentials, ...rest] }, ...others] : [{ credentials: [{}] }];
  }
  const key = resource?.accessKeyDetails;
  const info = service?.additionalInfo;
  const recent = [...(info?.recentCredentials ?? []), ...(embeddedInfo(info?.value).recentCredentials ?? [])];
  const further = recent.filter((each) => each?.accessKeyId || each?.principalId).map(credential);
  return [{ userType: key?.userType, userName: key?.userName, credentials: [credential(key), ...further] }];
}

function participantHolder({ credentials: [first, ...others], ...participant }: Participant): Holder {
  const toCredential = ({ createdTime, ...ids }: Participant["credentials"][number]): Credential => ({
    ...ids,
    issuedAt: date(createdTime),
  });
  return { ...participant, credentials: [toCredential(first), ...others.map(toCredential)] };
}

function toFinding({ detail, ...envelope }: Envelope, holder: Holder): Finding {
  const { resource, service } = detail;
  const info = service?.additionalInfo;
  const [{ accessKeyId, principalId }] = holder.credentials;
  return {
    id: detail.id ?? "unknown",
    type: detail.type,
    // Not the envelope's: that is the account whose bus it is, of an organization's administrator for all of its members.
    accountId: holder.accountId ?? detail.accountId,
    region: detail.region ?? envelope.region ?? "unknown",
    severity: detail.severity,
    eventId: [envelope.id, envelope.time, detail.id, detail.updatedAt].join(" "),
    receivedAt: date(envelope.time),
    sighting: {
      firstSeen: date(service?.eventFirstSeen),
      lastSeen: date(service?.eventLastSeen) ?? date(envelope.time) ?? date(detail.updatedAt),
      provesLife: provesLife(service?.action?.awsApiCallAction),
    },
    // A role may be called like GuardDuty's placeholders; keys and principal ids are AWS's own.
    sample:
      isTrue(info?.sample) ||
      isTrue(embeddedInfo(info?.value).sample) ||
      [accessKeyId, principalId].some(isPlaceholder),
    archived: service?.archived === true,
    userType: holder.userType,
    userName: holder.userName,
    credentials: holder.credentials,
    instanceId: sessionInstance(principalId) ?? resource?.instanceDetails?.instanceId,
    activity: toActivity(service),
  };
}

function toActivity(service: Envelope["detail"]["service"]): Activity {
  const call = service?.action?.awsApiCallAction;
  const remote = call?.remoteIpDetails;
  const organization = remote?.organization;
  const sequence = service?.detection?.sequence ?? {};
  const seenFrom = origin(sequence);
  const network = [
    organization?.asnOrg ?? organization?.org,
    organization?.asn && `AS${String(organization.asn).replace("AS", "")}`,
  ];
  return {
    api: call?.api,
    service: call?.serviceName,
    errorCode: call?.errorCode,
    ipAddress:
      [remote?.ipAddressV4, remote?.ipAddressV6, ...seenFrom.addresses].filter(Boolean).join(" and ") || undefined,
    city: remote?.city?.cityName ?? seenFrom.city,
    country: remote?.country?.countryName ?? seenFrom.country,
    network: network.filter(Boolean).join(", ") || seenFrom.network,
    remoteAccountId: call?.remoteAccountDetails?.accountId,
    remoteAccountAffiliated: call?.remoteAccountDetails?.affiliated,
    callerService: call?.remoteAccountDetails?.awsServiceName,
    firstSeen: service?.eventFirstSeen,
    lastSeen: service?.eventLastSeen,
    count: service?.count,
    signals: signalsOf(sequence),
  };
}

/** The instance whose role session this principal is: the session name that EC2 gives is the instance's id. */
export function sessionInstance(principalId: string | undefined): string | undefined {
  return principalId?.match(/^AROA\w{1,124}:(i-[0-9a-f]{1,32})$/)?.[1];
}

/** The unique id of the role that a principal is a session of; undefined if the principal is not a role session. */
export function principalRoleId(principalId: string | undefined): string | undefined {
  return principalId?.match(/^(AROA\w{1,124})(:|$)/)?.[1];
}

/** Whether an access key is a user's own: no session has such a key. */
export const isLongTerm = (accessKeyId: string | undefined): boolean => accessKeyId?.startsWith("AKIA") ?? false;

function credential(from: { accessKeyId?: string; principalId?: string } | undefined): Credential {
  return { accessKeyId: from?.accessKeyId, principalId: from?.principalId };
}

/** GuardDuty puts some additional information into a string that holds JSON. */
function embeddedInfo(value: string | undefined): v.InferOutput<typeof EmbeddedInfo> {
  try {
    return v.parse(EmbeddedInfo, JSON.parse(value ?? "{}"));
  } catch {
    return {};
  }
}

/** What AWS answers to dead or denied credentials, and what it may answer before it looks at them. */
const PROVES_NOTHING =
  /AccessDenied|Unauthorized|NotAuthorized|Forbidden|AuthFailure|InvalidClientTokenId|UnrecognizedClient|Expired|Throttl|LimitExceeded|SlowDown|TooManyRequests/i;

/** No policy denies the question who one is. */
const NEVER_DENIED = "GetCallerIdentity";

function provesLife(call: { api?: string; errorCode?: string } | undefined): boolean {
  return call?.api !== undefined && call.api !== NEVER_DENIED && !call.errorCode?.match(PROVES_NOTHING);
}

const isTrue = (value: unknown): boolean => value === true || value === "true";
const isPlaceholder = (value: string | undefined): boolean => value?.startsWith("GeneratedFinding") ?? false;

/** JavaScript would take many other texts for a time, and read it in its own zone. */
function date(value: string | undefined): Date | undefined {
  if (!value?.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/)) return undefined;
  const parsed = new Date(value);
  return Number.isNaN(parsed.getTime()) ? undefined : parsed;
}

function describeEvent(event: unknown): string {
  if (Array.isArray(event)) return "this is a list";
  if (typeof event !== "object" || event === null) return `this is ${event === null ? "null" : typeof event}`;
  if ("Records" in event) return `this is a list of "Records", as an SNS topic or a queue delivers it`;
  if ("Findings" in event || "findings" in event) return `this is a list of findings, as an API answers it`;
  if (!("detail" in event)) return `it has no "detail"`;
  const { detail } = event;
  if (typeof detail !== "object" || detail === null || Array.isArray(detail)) return `its "detail" is not an object`;
  if ("Type" in detail) return `its "detail" has PascalCase keys, as the GetFindings API answers it`;
  if ("findings" in detail || "Findings" in detail) return `its "detail" is a Security Hub wrapper`;
  return `its "detail" has no "type" that is a string`;
}
