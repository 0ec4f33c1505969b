/** What a test says about a finding; everything else is invented, complete in its shape, and always the same. */
export interface FindingOptions {
  /** @default - `.OutsideAWS` of the type this project answers */
  readonly type?: string;
  /** @default - 8, High */
  readonly severity?: number;
  readonly id?: string;
  readonly accountId?: string;
  readonly region?: string;
  /** When EventBridge receives the event; the finding's own times lie before it. */
  readonly time?: Date;
  readonly roleName?: string;
  /** The unique id of the role. */
  readonly roleId?: string;
  /** The session's name: the instance's id where the session is an instance's. */
  readonly session?: string;
  readonly accessKeyId?: string;
  /** Further credentials of the same finding. */
  readonly recentCredentials?: readonly StolenCredential[];
  readonly sample?: boolean;
  readonly archived?: boolean;
  /** Sets, or with undefined removes, any field by its path from the event: `"detail.service.count": "many"`. */
  readonly set?: Readonly<Record<string, unknown>>;
}

/** As an entry of `service.additionalInfo.recentCredentials`. */
export interface StolenCredential {
  readonly accessKeyId?: string;
  readonly principalId?: string;
}

export const ACCOUNT_ID = "111122223333";
export const REGION = "us-west-2";
export const ROLE_NAME = "web";
export const ROLE_ID = "AROAINVENTEDROLEWEB01";
export const INSTANCE_ID = "i-0aaaaaaaaaaaaaaa1";
export const FINDING_TYPE = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS";
export const FINDING_ID = "00000000000000000000000000000001";
/** When the event of a finding is received unless a test says otherwise. */
export const EVENT_TIME = new Date("2026-03-01T12:00:00Z");

/** Access key ids of the right length for temporary credentials, each number its own. */
export const accessKeyId = (number: number): string => `ASIAINVENTED${String(number).padStart(8, "0")}`;
/** Instance ids, each number its own. */
export const instanceId = (number: number): string => `i-0${number.toString(16).padStart(16, "0")}`;

/**
 * The event that EventBridge delivers for a GuardDuty finding about an instance's credentials. Addresses and networks are
 * those reserved for documentation.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
 */
export function findingEvent(options: FindingOptions = {}): Record<string, unknown> {
  const { accountId = ACCOUNT_ID, region = REGION, time = EVENT_TIME, set = {} } = options;
  const event: Record<string, unknown> = {
    version: "0",
    id: "11111111-2222-4333-8444-555555555555",
    "detail-type": "GuardDuty Finding",
    source: "aws.guardduty",
    account: accountId,
    time: time.toISOString().replace(/\.\d{3}Z$/, "Z"),
    region,
    resources: [],
    detail: detail(options, accountId, region, time),
  };
  for (const [path, value] of Object.entries(set)) setField(event, path.split("."), value);
  return event;
}

function detail(options: FindingOptions, accountId: string, region: string, time: Date) {
  const { id = FINDING_ID, session = INSTANCE_ID, roleId = ROLE_ID, roleName = ROLE_NAME } = options;
  const minutesBefore = (minutes: number) => new Date(time.getTime() - minutes * 60_000).toISOString();
  const ipAddressV4 = "198.51.100.77";
  return {
    schemaVersion: "2.0",
    accountId,
    region,
    partition: "aws",
    id,
    arn: `arn:aws:guardduty:${region}:${accountId}:detector/0123456789abcdef0123456789abcdef/finding/${id}`,
    type: options.type ?? FINDING_TYPE,
    severity: options.severity ?? 8,
    createdAt: minutesBefore(2),
    updatedAt: minutesBefore(1),
    title: "Credentials of an instance's role were used from an external IP address.",
    description: "Invented for a test.",
    resource: {
      resourceType: "AccessKey",
      accessKeyDetails: {
        accessKeyId: options.accessKeyId ?? accessKeyId(1),
        principalId: `${roleId}:${session}`,
        userType: "AssumedRole",
        userName: roleName,
      },
      instanceDetails: {
        instanceId: session,
        instanceType: "t4g.micro",
        instanceState: "running",
        availabilityZone: `${region}a`,
        imageId: "ami-00000000000000001",
        iamInstanceProfile: { arn: `arn:aws:iam::${accountId}:instance-profile/web`, id: "AIPAINVENTEDPROFILE01" },
        networkInterfaces: [],
        tags: [{ key: "Name", value: "web-1" }],
      },
    },
    service: {
      serviceName: "guardduty",
      detectorId: "0123456789abcdef0123456789abcdef",
      action: {
        actionType: "AWS_API_CALL",
        awsApiCallAction: {
          api: "ListTables",
          serviceName: "dynamodb.amazonaws.com",
          callerType: "Remote IP",
          errorCode: "AccessDenied",
          remoteIpDetails: {
            ipAddressV4,
            organization: { asn: "64511", asnOrg: "Invented Hosting", isp: "Invented Hosting", org: "Invented" },
            country: { countryName: "Norway" },
            city: { cityName: "Oslo" },
            geoLocation: { lat: 59.9, lon: 10.7 },
          },
          affectedResources: {},
        },
      },
      resourceRole: "TARGET",
      additionalInfo: {
        ...(options.recentCredentials && {
          recentCredentials: options.recentCredentials.map((stolen) => ({ ...stolen, ipAddressV4 })),
        }),
        ...(options.sample !== undefined && { sample: options.sample }),
      },
      eventFirstSeen: minutesBefore(9),
      eventLastSeen: minutesBefore(4),
      archived: options.archived ?? false,
      count: 3,
    },
  };
}

function setField(into: Record<string, unknown>, [name, ...rest]: string[], value: unknown): void {
  if (name === undefined) throw new Error("a path names at least one field");
  if (rest.length > 0) {
    into[name] ??= {};
    setField(into[name] as Record<string, unknown>, rest, value);
  } else if (value === undefined) {
    delete into[name];
  } else {
    into[name] = value;
  }
}
