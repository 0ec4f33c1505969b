import { CREDENTIAL_EXFILTRATION_TYPES } from "../../src/contract/finding-kinds";
import type { Deployed } from "../deployed";
import type { DrillSession } from "./ports";

/** What a drill's finding is about. */
export interface Drilled {
  readonly findingId: string;
  readonly roleName: string;
  readonly session: Pick<DrillSession, "accessKeyId" | "principalId">;
  /** The call that was made with the session, as `ec2:DescribeRegions`. */
  readonly call: string;
  /** ARN of who runs the drill. */
  readonly operator: string;
  readonly at: Date;
}

/**
 * A finding about a drill's own session, in the event in which EventBridge delivers GuardDuty's findings.
 *
 * Nothing in it makes the function treat it as less than a theft: whoever could set such a mark could hide behind it. Its id,
 * and where the credentials are said to be used, are what people see in the mail.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
 */
export function drillEvent(deployed: Deployed, drilled: Drilled): Record<string, unknown> {
  const { accountId, partition, region } = deployed;
  const { findingId, roleName, session, call, operator, at } = drilled;
  const time = at.toISOString();
  const [service, api] = call.split(":");
  const what = `a drill by ${operator}; nothing was stolen`;
  return {
    version: "0",
    id: findingId,
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
      id: findingId,
      arn: `arn:${partition}:guardduty:${region}:${accountId}:detector/drill/finding/${findingId}`,
      type: `${CREDENTIAL_EXFILTRATION_TYPES[0]}.OutsideAWS`,
      severity: 8,
      createdAt: time,
      updatedAt: time,
      title: `Drill: credentials of the role ${roleName} are treated as stolen.`,
      description: `This is ${what}.`,
      resource: {
        resourceType: "AccessKey",
        accessKeyDetails: {
          accessKeyId: session.accessKeyId,
          principalId: session.principalId,
          userType: "AssumedRole",
          userName: roleName,
        },
      },
      service: {
        serviceName: "guardduty",
        detectorId: "drill",
        action: {
          actionType: "AWS_API_CALL",
          awsApiCallAction: {
            api,
            serviceName: `${service}.amazonaws.com`,
            callerType: "Remote IP",
            remoteIpDetails: { organization: { asnOrg: what } },
          },
        },
        resourceRole: "TARGET",
        additionalInfo: {},
        eventFirstSeen: time,
        eventLastSeen: time,
        archived: false,
        count: 1,
      },
    },
  };
}
