import type { FunctionConfiguration } from "../../lambda/revoke-sessions/configuration";
import type { FunctionEnvironment } from "../../src/contract/environment";
import { ACCOUNT_ID, REGION } from "./finding";

export const TOPIC_ARN = `arn:aws:sns:${REGION}:${ACCOUNT_ID}:alerts`;

/** A function that may revoke any role, reads back after ten seconds, and protects one role. */
export function configuration(changed: Partial<FunctionConfiguration> = {}): FunctionConfiguration {
  return {
    accountId: ACCOUNT_ID,
    topicArn: TOPIC_ARN,
    partition: "aws",
    findings: [],
    response: "revoke",
    scope: "role",
    minimumSeverity: 7,
    severityOverrides: {},
    revocableRoles: { any: true },
    protectedRoles: [`arn:aws:iam::${ACCOUNT_ID}:role/revoker`],
    exemptTag: { key: "guardduty-response", value: "exempt" },
    verifyAfterSeconds: 10,
    runbook: "https://example.com/runbook",
    activity: false,
    followSessions: false,
    ...changed,
  };
}

/** The variables from which the deployed function reads the same. */
export function environment(changed: Partial<FunctionEnvironment> = {}): FunctionEnvironment {
  return {
    ACCOUNT_ID,
    TOPIC_ARN,
    FINDINGS: "[]",
    RESPONSE: "revoke",
    SCOPE: "role",
    MINIMUM_SEVERITY: "7",
    SEVERITY_OVERRIDES: "{}",
    REVOCABLE_ROLES: '{"any":true}',
    PROTECTED_ROLES: JSON.stringify([`arn:aws:iam::${ACCOUNT_ID}:role/revoker`]),
    EXEMPT_TAG: "guardduty-response=exempt",
    VERIFY_AFTER_SECONDS: "10",
    ACTIVITY: "false",
    FOLLOW_SESSIONS: "false",
    RUNBOOK: "https://example.com/runbook",
    ...changed,
  };
}
