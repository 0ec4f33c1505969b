export { AlertTopic, type AlertTopicProps, type TopicSubscriber } from "./alert-topic";
export {
  CredentialExfiltrationResponse,
  type CredentialExfiltrationResponseProps,
} from "./credential-exfiltration-response";
export { Detector, type DetectorProps, FindingPublishingFrequency, type IDetector } from "./detector";
export { FailureAlarms, type FailureAlarmsProps } from "./failure-alarms";
export { FailureQueue, type FailureQueueProps } from "./failure-queue";
export { FindingRule, type FindingRuleProps, type FindingTarget, type InputTransformer } from "./finding-rule";
export { CREDENTIAL_EXFILTRATION_TYPES } from "./finding-types";
export { Response, type RevocableRolesSpec, Scope } from "./function-environment";
export { type FunctionProps } from "./function-props";
export { OutcomeDestination } from "./outcome-destination";
export { ResponseDashboard, type ResponseDashboardProps } from "./response-dashboard";
export { type Metric, ResponseMetrics, type ResponseMetricsProps } from "./response-metrics";
export { RevocableRoles } from "./revocable-roles";
export { type RevocationProps } from "./revocation-props";
export { SessionRevoker, type SessionRevokerProps } from "./session-revoker";
