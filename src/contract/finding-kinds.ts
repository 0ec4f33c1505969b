/** A kind of finding that the response handles. */
export interface FindingKind {
  /** What the type of such a finding (`detail.type`) begins with. */
  readonly prefix: string;
  /** Whose credentials were stolen, in words for people. */
  readonly holder: string;
  /** GuardDuty's severity of the kind, which is assumed for a finding that does not say its own. */
  readonly severity: number;
}

/**
 * The kinds of findings that mean stolen role credentials.
 *
 * A prefix covers `.OutsideAWS`, `.InsideAWS`, the retired name without a suffix, and whatever suffix comes next: the
 * literal type of 2019 stopped matching in 2021 without anybody being told.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html
 */
export const FINDING_KINDS: readonly FindingKind[] = [
  {
    prefix: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration",
    holder: "an EC2 instance",
    severity: 8,
  },
  {
    prefix: "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration",
    holder: "a Lambda function or an ECS task",
    severity: 8,
  },
];

/** The types of findings that are handled, as prefixes of `detail.type`. */
export const CREDENTIAL_EXFILTRATION_TYPES: readonly string[] = FINDING_KINDS.map(({ prefix }) => prefix);

/** The kind of a finding; undefined if it is not one that is handled. */
export const findingKind = (type: string): FindingKind | undefined =>
  FINDING_KINDS.find(({ prefix }) => type.startsWith(prefix));
