import { randomUUID } from "node:crypto";

import type { AwsAccount } from "../../local-aws/api/account";
import type { RoleSession } from "../../local-aws/deployment/role-session";

/** From where the thief calls: an address that is reserved for documentation. */
export const THIEFS_ADDRESS = "198.51.100.23";

/** What the thief did, as GuardDuty sees it. */
export interface Theft {
  readonly stolen: RoleSession;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  /** How often it was seen: more than once in a finding that GuardDuty repeats. */
  readonly count: number;
  /** When EventBridge receives the event. */
  readonly publishedAt: Date;
  /** @default - always the same */
  readonly findingId?: string;
}

/**
 * The event by which GuardDuty reports that credentials of an instance's role are used outside of AWS, complete in its
 * shape, with addresses and networks that are reserved for documentation.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
 */
export function findingEvent(account: AwsAccount, theft: Theft): Record<string, unknown> {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "GuardDuty Finding",
    source: "aws.guardduty",
    account: account.accountId,
    time: isoSeconds(theft.publishedAt),
    region: account.region,
    resources: [],
    detail: finding(account, theft),
  };
}

const FIRST_FINDING_ID = "1ab2c3d4e5f60718293a4b5c6d7e8f90";
const DETECTOR_ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

function finding(account: AwsAccount, theft: Theft) {
  const { stolen, firstSeen, lastSeen, count, publishedAt, findingId = FIRST_FINDING_ID } = theft;
  const { accountId, region, partition } = account;
  const roleId = account.roles.get(stolen.roleName)?.roleId ?? "";
  const instance = account.instances.find(({ instanceId }) => instanceId === stolen.sessionName);
  return {
    schemaVersion: "2.0",
    accountId,
    region,
    partition,
    id: findingId,
    arn: `arn:${partition}:guardduty:${region}:${accountId}:detector/${DETECTOR_ID}/finding/${findingId}`,
    type: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
    severity: 8,
    createdAt: isoMilliseconds(firstSeen),
    updatedAt: isoMilliseconds(publishedAt),
    title: "Credentials of an EC2 instance's role were used from an external IP address.",
    description: `Credentials created for the instance ${stolen.sessionName} were used from ${THIEFS_ADDRESS}, outside of AWS.`,
    resource: {
      resourceType: "AccessKey",
      accessKeyDetails: {
        accessKeyId: stolen.accessKeyId,
        principalId: `${roleId}:${stolen.sessionName}`,
        userType: "AssumedRole",
        userName: stolen.roleName,
      },
      instanceDetails: {
        instanceId: stolen.sessionName,
        instanceState: instance?.state,
        iamInstanceProfile: instance?.instanceProfileArn && { arn: instance.instanceProfileArn },
        tags: instance?.name === undefined ? [] : [{ key: "Name", value: instance.name }],
      },
    },
    service: {
      serviceName: "guardduty",
      detectorId: DETECTOR_ID,
      action: {
        actionType: "AWS_API_CALL",
        awsApiCallAction: {
          api: "ListTables",
          serviceName: "dynamodb.amazonaws.com",
          callerType: "Remote IP",
          remoteIpDetails: {
            ipAddressV4: THIEFS_ADDRESS,
            organization: { asn: "64496", asnOrg: "Example Hosting", isp: "Example Hosting", org: "Example Hosting" },
            country: { countryName: "Iceland" },
            city: { cityName: "Reykjavik" },
            geoLocation: { lat: 64.1, lon: -21.9 },
          },
          affectedResources: {},
        },
      },
      resourceRole: "TARGET",
      additionalInfo: {},
      eventFirstSeen: isoMilliseconds(firstSeen),
      eventLastSeen: isoMilliseconds(lastSeen),
      archived: false,
      count,
    },
  };
}

const isoMilliseconds = (date: Date): string => date.toISOString();
const isoSeconds = (date: Date): string => date.toISOString().replace(/\.\d{3}Z$/, "Z");
