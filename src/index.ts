export { AlertTopic, type AlertTopicProps, type TopicSubscriber } from "./alerting/alert-topic";
export {
  CredentialExfiltrationResponse,
  type CredentialExfiltrationResponseProps,
} from "./credential-exfiltration-response";
export { Detector, type DetectorProps, FindingPublishingFrequency, type IDetector } from "./detection/detector";
export { DeliveryAlarms, type DeliveryAlarmsProps, type WatchedEvents } from "./monitoring/delivery-alarms";
export { EventRule, type EventRuleProps } from "./detection/event-rule";
export { FailureAlarms, type FailureAlarmsProps } from "./monitoring/failure-alarms";
export { FailureQueue, type FailureQueueProps } from "./detection/failure-queue";
export { FindingBus, type FindingBusProps, type IFindingReceiver } from "./detection/finding-bus";
export { FindingForwarder, type FindingForwarderProps } from "./finding-forwarder";
export { FindingRule, type FindingRuleProps } from "./detection/finding-rule";
export {
  ArnTarget,
  type FindingTargetConfig,
  type FindingTargetOptions,
  type IFindingRule,
  type IFindingTarget,
  type InputTransformer,
} from "./detection/finding-target";
export { CREDENTIAL_EXFILTRATION_TYPES } from "./contract/finding-kinds";
export {
  INCIDENT_DETAIL_TYPE,
  INCIDENT_SOURCE,
  type IncidentActivity,
  type IncidentCall,
  type IncidentCredentials,
  type IncidentEvent,
  type IncidentFinding,
  type IncidentFollowedSession,
  type IncidentInstance,
  type IncidentList,
  type IncidentReport,
  type IncidentRevocation,
  type IncidentRole,
  type IncidentSession,
} from "./contract/incident-event";
export { type MessageAttributes } from "./contract/message-attributes";
export { type ChosenRoles, ResponseMode, type RevocableRolesSpec, Scope, type Tag } from "./contract/environment";
export { type FunctionProps } from "./revocation/function-props";
export { OutcomeDestination } from "./revocation/outcome-destination";
export { type MembersSpec } from "./contract/members";
export { MemberAccounts, type MemberRoleNaming, type OrganizationOptions } from "./revocation/member-accounts";
export { MemberRole, type MemberRoleProps } from "./member-role";
export { MemberRoleStackSet, type MemberRoleStackSetProps } from "./member-role-stack-set";
export { memberRoleTemplate, type MemberRoleTemplateOptions } from "./revocation/member-role-template";
export { type MemberLimits, type MemberRoleSettings, type MemberTrust } from "./revocation/member-policies";
export { type DashboardRule } from "./monitoring/dashboard-body";
export { ResponseDashboard, type ResponseDashboardProps } from "./monitoring/response-dashboard";
export { OutcomeAlarms, type OutcomeAlarmsProps } from "./monitoring/outcome-alarms";
export { type Metric, OutcomeMetrics, type OutcomeMetricsProps } from "./monitoring/outcome-metrics";
export { RevocationGuard, type RevocationGuardProps } from "./revocation-guard";
export { RevocableRoles } from "./revocation/revocable-roles";
export { type RevocationProps } from "./revocation/revocation-props";
export { SessionRevoker, type SessionRevokerProps } from "./revocation/session-revoker";
