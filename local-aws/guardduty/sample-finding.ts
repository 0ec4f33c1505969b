import { createHash } from "node:crypto";

import type { AwsAccount } from "../api/account";
import { LocalAwsError } from "../local-aws-error";

/**
 * The event of a sample finding, as GuardDuty makes one when it is asked to (`CreateSampleFindings`): it names nothing that exists. A
 * sample of a type has the same id whenever it is made.
 *
 * @throws LocalAwsError if the type is not one about an access key: GuardDuty's samples of others have not been seen.
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/sample_findings.html
 */
export function sampleFinding(account: AwsAccount, type: string, at: Date): Record<string, unknown> {
  if (!/^[A-Z]\w+:IAMUser\/\w+(\.\w+)?$/.test(type)) {
    throw new LocalAwsError(`GuardDuty's sample of the type ${type} is not known to the local AWS`);
  }
  const { accountId, region, partition } = account;
  const id = createHash("md5").update(type).digest("hex");
  const time = at.toISOString();
  return {
    version: "0",
    id: `00000000-0000-4000-a000-${String(at.getTime() % 1e12).padStart(12, "0")}`,
    "detail-type": "GuardDuty Finding",
    source: "aws.guardduty",
    account: accountId,
    time,
    region,
    resources: [],
    detail: {
      schemaVersion: "2.0",
      accountId,
      region,
      partition,
      id,
      arn: `arn:${partition}:guardduty:${region}:${accountId}:detector/${DETECTOR}/finding/${id}`,
      type,
      severity: 8,
      createdAt: time,
      updatedAt: time,
      title: `[SAMPLE] ${type}`,
      description: "A sample finding.",
      resource: {
        resourceType: "AccessKey",
        accessKeyDetails: {
          accessKeyId: "GeneratedFindingAccessKeyId",
          principalId: "GeneratedFindingPrincipalId",
          userType: "IAMUser",
          userName: "GeneratedFindingUserName",
        },
        instanceDetails: { instanceId: "i-99999999" },
      },
      service: {
        serviceName: "guardduty",
        detectorId: DETECTOR,
        action: {
          actionType: "AWS_API_CALL",
          awsApiCallAction: {
            api: "GeneratedFindingAPIName",
            serviceName: "GeneratedFindingAPIServiceName",
            callerType: "Remote IP",
            remoteIpDetails: {
              ipAddressV4: "198.51.100.0",
              organization: { asn: "-1", asnOrg: "GeneratedFindingASNOrg" },
              country: { countryName: "GeneratedFindingCountryName" },
              city: { cityName: "GeneratedFindingCityName" },
            },
          },
        },
        resourceRole: "TARGET",
        additionalInfo: { sample: true, value: '{"sample":true}', type: "default" },
        eventFirstSeen: time,
        eventLastSeen: time,
        archived: false,
        count: 1,
      },
    },
  };
}

const DETECTOR = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
