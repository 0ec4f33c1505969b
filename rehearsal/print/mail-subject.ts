import type { Mail } from "../../local-aws/api/account";

/** The subject that people see: SNS makes one up for messages without any, such as EventBridge's. */
export const subjectOf = ({ subject }: Mail): string => subject ?? "AWS Notification Message";
