/** A kind of finding that the response can handle. */
export interface FindingKind {
  /** What the type of such a finding (`detail.type`) begins with. */
  readonly prefix: string;
  /** Whether it is handled without being asked for. */
  readonly isDefault: boolean;
  /** What names the stolen credentials: `resource.accessKeyDetails`, or the actors of `service.detection.sequence`. */
  readonly named: "by access key" | "by actors";
  /** Whose credentials were stolen, in words for people, if the session does not tell. */
  readonly holder: string;
  /** What GuardDuty saw of a role's credentials, as the end of a sentence that begins with them. */
  readonly seen: string;
  /** GuardDuty's severity of the kind, which is assumed for a finding that does not say its own. */
  readonly severity?: number;
  /** What else people should look at, as sentences. */
  readonly advice?: string;
}

/** Who holds credentials of which a finding says no more. */
const SOMEBODY = "whoever assumed it";

/**
 * The kinds of findings that mean stolen role credentials, and those that can mean it.
 *
 * A prefix covers `.OutsideAWS`, `.InsideAWS`, the retired name without a suffix, and whatever suffix comes next: the
 * literal type of 2019 stopped matching in 2021 without anybody being told.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-attack-sequence-finding-types.html
 */
export const FINDING_KINDS: readonly FindingKind[] = [
  {
    prefix: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration",
    isDefault: true,
    named: "by access key",
    holder: "an EC2 instance",
    seen: "were used",
    severity: 8,
  },
  {
    prefix: "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration",
    isDefault: true,
    named: "by access key",
    holder: "a Lambda function or an ECS task",
    seen: "were used",
    severity: 8,
  },
  {
    prefix: "CredentialAccess:IAMUser/CompromisedCredentials",
    isDefault: false,
    named: "by access key",
    holder: SOMEBODY,
    seen: "are known to be compromised, and were used",
    severity: 8,
    advice:
      "GuardDuty does not say how the credentials got out: find out who started the session, and where they were kept.",
  },
  {
    prefix: "AttackSequence:IAM/CompromisedCredentials",
    isDefault: false,
    named: "by actors",
    holder: SOMEBODY,
    seen: "took part in a sequence of actions that looks like an attack, and were used",
    severity: 9,
    advice:
      "An attack sequence is made of several signals, which the console shows in their order: users, access keys, roles or policies " +
      "that were made in it go on working.",
  },
  {
    prefix: "AttackSequence:S3/CompromisedData",
    isDefault: false,
    named: "by actors",
    holder: SOMEBODY,
    seen: "took part in a sequence of actions against data in S3 that looks like an attack, and were used",
    severity: 9,
    advice:
      "Data may have been copied, deleted or encrypted: look at the buckets that the finding names in the console, at their " +
      "versions, policies and lifecycle rules.",
  },
];

/** A type that somebody has named, and that the table does not know. */
const NAMED_BY_DEPLOYMENT: Omit<FindingKind, "prefix"> = {
  isDefault: false,
  named: "by access key",
  holder: SOMEBODY,
  seen: "were used, in a way that this deployment treats as a theft,",
  advice: "This deployment handles findings of this type, which does not always mean that credentials were stolen.",
};

/** The types of findings that are always handled, as prefixes of `detail.type`. */
export const CREDENTIAL_EXFILTRATION_TYPES: readonly string[] = FINDING_KINDS.filter(({ isDefault }) => isDefault).map(
  ({ prefix }) => prefix,
);

/**
 * The kind of a finding; undefined if it is not one that is handled.
 *
 * @param further types that a deployment handles besides, as prefixes.
 */
export function findingKind(type: string, further: readonly string[]): FindingKind | undefined {
  const kind = knownKind(type);
  if (kind?.isDefault) return kind;
  const prefix = further.find((each) => type.startsWith(each));
  return prefix === undefined ? undefined : (kind ?? { prefix, ...NAMED_BY_DEPLOYMENT });
}

/** The row of the table for a type, whether or not a deployment handles it. */
export const knownKind = (type: string): FindingKind | undefined =>
  FINDING_KINDS.find(({ prefix }) => type.startsWith(prefix));
