export { AlertTopic, type AlertTopicProps } from "./alert-topic";
export {
  CredentialExfiltrationResponse,
  type CredentialExfiltrationResponseProps,
} from "./credential-exfiltration-response";
export { Detector, type DetectorProps, FindingPublishingFrequency, type IDetector } from "./detector";
export { FailureAlarms, type FailureAlarmsProps } from "./failure-alarms";
export { FailureQueue, type FailureQueueProps } from "./failure-queue";
export { FindingRule, type FindingRuleProps, type FindingTarget, type InputTransformer } from "./finding-rule";
export { CREDENTIAL_EXFILTRATION_TYPES } from "./finding-types";
export { Response, Scope } from "./function-environment";
export { RevocableRoles } from "./revocable-roles";
export { type FunctionProps, type RevocationProps, SessionRevoker, type SessionRevokerProps } from "./session-revoker";
