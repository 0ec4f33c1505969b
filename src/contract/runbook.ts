/** The page that says what to do, as mails and alarms name it when the deployment does not name one of its own. */
export const RUNBOOK = "docs/operations.md of cdktf-guardduty-credential-response";
