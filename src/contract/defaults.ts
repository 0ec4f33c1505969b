import { ResponseMode, Scope } from "./environment";

/** The values of the settings that are left out, whoever reads them: construct, workshop or Terraform module. */
export const DEFAULTS = {
  prefix: "GuardDuty-Response",
  memberRolePath: "/guardduty-response/",
  exemptTag: { key: "guardduty-response", value: "exempt" },
  findings: [],
  response: ResponseMode.REVOKE,
  scope: Scope.ROLE,
  minimumSeverity: 7,
  severityOverrides: {},
  verifyAfterSeconds: 10,
  runbook: "docs/operations.md of cdktf-guardduty-credential-response",
  activity: false,
  followSessions: false,
  events: false,
  alarms: true,
  slowAfterSeconds: 30 * 60,
  dashboard: false,
  runtime: "nodejs22.x",
  architecture: "arm64",
  memorySize: 1_769,
  logRetentionDays: 365,
  keepLog: false,
} as const;
