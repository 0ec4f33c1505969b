/**
 * The GuardDuty finding types this project answers, as prefixes of `detail.type`.
 *
 * A prefix covers `.OutsideAWS`, `.InsideAWS`, the retired name without a suffix, and whatever suffix comes next: the
 * literal type of 2019 stopped matching in 2021 without anybody being told.
 *
 * - `InstanceCredentialExfiltration`: credentials of an EC2 instance's role, used from elsewhere.
 * - `ResourceCredentialExfiltration`: its sibling for other compute, such as Lambda functions.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html
 */
export const CREDENTIAL_EXFILTRATION_TYPES = [
  "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration",
  "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration",
] as const;
