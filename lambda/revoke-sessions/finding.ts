import * as v from "valibot";

/** Temporary credentials that a finding calls stolen. */
export interface Credential {
  readonly accessKeyId?: string;
  /** The role's unique id and the session name, `AROA…:i-…` for an instance. */
  readonly principalId?: string;
}

/** One GuardDuty finding, reduced to what is decided on or reported. Nothing else of the event survives parsing. */
export interface Finding {
  readonly id: string;
  readonly type: string;
  readonly accountId?: string;
  readonly region: string;
  readonly severity?: number;
  /** When EventBridge received the event, or, where the event does not say, when GuardDuty updated the finding. */
  readonly eventTime?: Date;
  readonly sample: boolean;
  readonly archived: boolean;
  readonly userType?: string;
  readonly userName?: string;
  /** The principal the finding is about, first, and then every further one of `recentCredentials`. */
  readonly credentials: readonly [Credential, ...Credential[]];
  readonly instanceId?: string;
  readonly activity: Activity;
}

/** What was done with the credentials and from where: for people to read, never decided on. */
export interface Activity {
  readonly api?: string;
  readonly service?: string;
  readonly errorCode?: string;
  readonly ipAddress?: string;
  readonly city?: string;
  readonly country?: string;
  readonly network?: string;
  readonly remoteAccountId?: string;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  readonly count?: number;
}

/** The event is not one GuardDuty finding in the EventBridge envelope. Retrying cannot help; people must look at it. */
export class InvalidEventError extends Error {
  override readonly name = "InvalidEventError";
}

/** A field that may be missing, or of a type nobody documented: neither may stand in the way of a revocation. */
const lenient = <Schema extends v.GenericSchema>(schema: Schema) =>
  v.optional(v.fallback(v.optional(schema), undefined));
const text = lenient(v.string());
const number = lenient(v.number());
const flag = lenient(v.boolean());
const part = <Entries extends v.ObjectEntries>(entries: Entries) => lenient(v.object(entries));

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
    additionalInfo: part({
      sample: lenient(v.union([v.boolean(), v.string()])),
      value: text,
      recentCredentials: lenient(v.array(part({ accessKeyId: text, principalId: text }))),
    }),
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
        remoteAccountDetails: part({ accountId: text }),
      }),
    }),
  }),
});

const Envelope = v.object({ account: text, region: text, time: text, detail: Detail });
type Envelope = v.InferOutput<typeof Envelope>;

/**
 * Reads the event that EventBridge delivers for a GuardDuty finding.
 *
 * @throws InvalidEventError where `event` is anything else, naming what it looks like and what is expected.
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
 */
export function parseFinding(event: unknown): Finding {
  const parsed = v.safeParse(Envelope, event);
  if (!parsed.success) {
    throw new InvalidEventError(
      `not a GuardDuty finding as EventBridge delivers it: ${describeEvent(event)}; expected one event whose "detail" ` +
        `is one finding with camelCase keys`,
    );
  }
  return toFinding(parsed.output);
}

function toFinding({ detail, ...envelope }: Envelope): Finding {
  const { resource, service } = detail;
  const key = resource?.accessKeyDetails;
  const info = service?.additionalInfo;
  const credentials: [Credential, ...Credential[]] = [
    credential(key),
    ...(info?.recentCredentials ?? []).filter((recent) => recent?.accessKeyId || recent?.principalId).map(credential),
  ];
  const names = [key?.userName, key?.accessKeyId, key?.principalId];
  return {
    id: detail.id ?? "unknown",
    type: detail.type,
    accountId: detail.accountId ?? envelope.account,
    region: detail.region ?? envelope.region ?? "unknown",
    severity: detail.severity,
    eventTime: date(envelope.time) ?? date(detail.updatedAt),
    sample: isTrue(info?.sample) || isTrue(embedded(info?.value)["sample"]) || names.some(isPlaceholder),
    archived: service?.archived === true,
    userType: key?.userType,
    userName: key?.userName,
    credentials,
    instanceId: sessionInstance(credentials[0].principalId) ?? resource?.instanceDetails?.instanceId,
    activity: toActivity(service),
  };
}

function toActivity(service: Envelope["detail"]["service"]): Activity {
  const call = service?.action?.awsApiCallAction;
  const remote = call?.remoteIpDetails;
  const organization = remote?.organization;
  const network = [
    organization?.asnOrg ?? organization?.org,
    organization?.asn && `AS${organization.asn}`.replace("ASAS", "AS"),
  ];
  return {
    api: call?.api,
    service: call?.serviceName,
    errorCode: call?.errorCode,
    ipAddress: remote?.ipAddressV4 ?? remote?.ipAddressV6,
    city: remote?.city?.cityName,
    country: remote?.country?.countryName,
    network: network.filter(Boolean).join(", ") || undefined,
    remoteAccountId: call?.remoteAccountDetails?.accountId,
    firstSeen: service?.eventFirstSeen,
    lastSeen: service?.eventLastSeen,
    count: service?.count,
  };
}

/** The instance whose role session this principal is: the session name that EC2 gives is the instance's id. */
export function sessionInstance(principalId: string | undefined): string | undefined {
  return /^AROA\w{1,124}:(i-[0-9a-f]{1,32})$/.exec(principalId ?? "")?.[1];
}

/** The unique id of the role that a principal is a session of, at most as long as IAM makes them; undefined where it is no role. */
export function principalRoleId(principalId: string | undefined): string | undefined {
  return /^(AROA\w{1,124})(:|$)/.exec(principalId ?? "")?.[1];
}

function credential(from: { accessKeyId?: string; principalId?: string } | undefined): Credential {
  return { accessKeyId: from?.accessKeyId || undefined, principalId: from?.principalId || undefined };
}

/** GuardDuty puts some additional information into a string that holds JSON. */
function embedded(value: string | undefined): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(value ?? "{}");
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const isTrue = (value: unknown): boolean => value === true || value === "true";
const isPlaceholder = (value: string | undefined): boolean => value?.startsWith("GeneratedFinding") ?? false;

function date(value: string | undefined): Date | undefined {
  const parsed = new Date(value ?? NaN);
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
