import { Token } from "cdktf";

import { ResponseMode, Scope, type Tag } from "../contract/environment";
import { CREDENTIAL_EXFILTRATION_TYPES, FINDING_KINDS } from "../contract/finding-kinds";
import { protects } from "../contract/protected-roles";
import { MAX_PATTERN_CHARACTERS, typesOf } from "../detection/finding-pattern";
import { knownItems, oneOf, type Problems, shown } from "../shared/problems";
import type { MemberAccounts } from "./member-accounts";
import { memberStatements, protectedEverywhere } from "./permissions";
import { isTag, PROTECTED_ROLE, PROTECTED_ROLE_WORDS, type RevocableRoles, TAG_WORDS } from "./revocable-roles";

/** What the function is told to do: shared by everything that composes it. */
export interface RevocationProps {
  /** The roles that may be revoked. Required: see {@link RevocableRoles}. */
  readonly revocableRoles: RevocableRoles;
  /**
   * ARNs of roles that are never revoked, whatever `revocableRoles` covers. A role is protected by its name, below any path. `*` in
   * a name stands for any text: `arn:aws:iam::123456789012:role/aws-controltower-*`, or below one path only
   * `arn:aws:iam::123456789012:role/operations/*`.
   *
   * @default - only the function's own role is protected, in every region
   */
  readonly protectedRoles?: readonly string[];
  /**
   * The tag that exempts a role that carries it; the exemption is reported, never silent.
   *
   * @default - `guardduty-response` = `exempt`
   */
  readonly exemptTag?: Tag;
  /**
   * Types of GuardDuty findings that are handled besides stolen role credentials, each by its beginning:
   *
   * - `AttackSequence:IAM/CompromisedCredentials` and `AttackSequence:S3/CompromisedData`: each role that took part is handled by
   *   itself, and all are reported in one mail;
   * - `CredentialAccess:IAMUser/CompromisedCredentials`;
   * - any other type about IAM or S3, such as `UnauthorizedAccess:IAMUser/MaliciousIPCaller`, whose findings name the access key that
   *   was used. Most of them are below `minimumSeverity`, and many do not mean a theft.
   *
   * Sessions of roles are revoked; about keys of users people are told what to do.
   *
   * @default - none besides
   * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-active.html
   */
  readonly findings?: readonly string[];
  /** @default - stolen sessions are revoked, not only notified about */
  readonly response?: ResponseMode;
  /** @default - all of the role's sessions are revoked, not only those of the compromised instances */
  readonly scope?: Scope;
  /**
   * The scope from the second theft of one instance on, within the 13 hours that the policy remembers. `Scope.INSTANCE` locks
   * the instance out until a person lifts it, so that stealing from it again is of no use.
   *
   * @default - as `scope`
   */
  readonly repeatScope?: Scope;
  /**
   * The severity from which the function acts: 0 to 10. Below it, it only notifies.
   *
   * @default - 7: High and Critical
   */
  readonly minimumSeverity?: number;
  /**
   * The severity to assume for a finding type, in place of GuardDuty's: 0 to 10, by the full name of the type.
   *
   * @default - GuardDuty's own severities count
   */
  readonly severityOverrides?: Readonly<Record<string, number>>;
  /**
   * Seconds after which the function reads the policy back, and restores it if it is gone: 0 to 30. IAM takes about
   * four seconds to enforce a change, in which a thief may undo it. 0 does not look again.
   *
   * @default - 10 seconds
   */
  readonly verifyAfterSeconds?: number;
  /**
   * Whether the function asks CloudTrail what the stolen credentials were used for, and reports it: the calls, what they changed, what
   * was denied, and which sessions of other roles they started. It needs `cloudtrail:LookupEvents`, which knows no resources.
   *
   * @default - it does not ask
   * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
   */
  readonly activity?: boolean;
  /**
   * Whether the function also revokes sessions of other roles of the account that the stolen credentials started, and those
   * that these started in turn: each by itself, up to now, three deep and at most 20. Their roles must be revocable, and neither
   * protected nor exempt. CloudTrail tells of them, so it needs `activity`, and no further permission.
   *
   * @default - they are reported, with the commands that revoke them
   */
  readonly followSessions?: boolean;
  /**
   * Whether each incident that people are mailed about is also put on an event bus, as an {@link IncidentEvent}: for tickets, pagers
   * and responses of one's own. The function may then put events on that bus.
   *
   * @default - only people are told
   */
  readonly events?: boolean;
  /**
   * ARN of the bus for `events`, of the function's region. A bus of another account must let the function's account in.
   *
   * @default - the account's default bus
   */
  readonly eventBusArn?: string;
  /**
   * The other accounts that are acted in: by a role of theirs, with the permissions of that role.
   *
   * @default - the function acts in its own account alone; findings about others are reported
   */
  readonly members?: MemberAccounts;
  /**
   * Address of the runbook that mails and alarms name. Begins with `https://`.
   *
   * @default - they name this project's own, `docs/operations.md`
   */
  readonly runbookUrl?: string;
}

/** The full name of a finding type: purpose, resource, family, and what follows. */
export const FINDING_TYPE = /^[A-Za-z]+:[A-Za-z0-9]+\/[A-Za-z0-9.!&_-]+$/;

/** Types of findings that name credentials: those about IAM and S3. */
export const CREDENTIAL_FINDING_TYPE = /^[A-Za-z]+:(IAMUser|IAM|S3)\/[A-Za-z0-9.!&_-]+$/;

/** The attack sequences whose actors are read. */
export const ATTACK_SEQUENCES = FINDING_KINDS.filter(({ named }) => named === "by actors").map(({ prefix }) => prefix);

export const FURTHER_FINDINGS_WORDS = `types of findings about IAM or S3 such as CredentialAccess:IAMUser/CompromisedCredentials; of attack sequences ${ATTACK_SEQUENCES.join(" and ")}`;

/** A function's environment holds 4,096 bytes, of which names, ARNs and the other settings need up to 700. */
const MAX_SETTINGS_BYTES = 3_400;

/** Whether a number is one of GuardDuty's severities. */
export const isSeverity = (severity: number): boolean => severity >= 0 && severity <= 10;

/** Adds what is wrong with the choice of what to revoke. */
export function checkRevocation(props: RevocationProps, problems: Problems): void {
  if (!Array.isArray(props.revocableRoles?.problems)) {
    problems.add(
      "revocableRoles: must be given; received none; use RevocableRoles.named, withPath, tagged or anyOfAccount",
    );
    return;
  }
  problems.add(...props.revocableRoles.problems);
  checkProtectedRoles(props, problems);
  checkFindings(props, problems);
  checkMembers(props, problems);
  checkSize(props, problems);
  const [modes, scopes] = [Object.values(ResponseMode), Object.values(Scope)];
  problems.check("response", props.response, oneOf(modes), modes.join(" or "));
  problems.check("scope", props.scope, oneOf(scopes), scopes.join(" or "));
  problems.check("repeatScope", props.repeatScope, oneOf(scopes), scopes.join(" or "));
  problems.check("minimumSeverity", props.minimumSeverity, isSeverity, "a number from 0 to 10");
  for (const [type, severity] of Object.entries(props.severityOverrides ?? {})) {
    const isType = (name: string) => FINDING_TYPE.test(name);
    problems.check("severityOverrides", type, isType, "keyed by finding types such as Recon:IAMUser/TorIPCaller");
    problems.check(`severityOverrides["${type}"]`, severity, isSeverity, "a number from 0 to 10");
  }
  if (props.eventBusArn !== undefined && !props.events) {
    problems.add("eventBusArn: must be left out unless events is true: nothing would be put on that bus");
  }
  const isWait = (seconds: number) => seconds >= 0 && seconds <= 30;
  problems.check("verifyAfterSeconds", props.verifyAfterSeconds, isWait, "a number of seconds from 0 to 30");
  if (props.followSessions === true && props.activity !== true) {
    problems.add(
      "followSessions: must be left out unless activity is true, since CloudTrail tells which sessions were started; received " +
        "true; set activity to true as well",
    );
  }
  const isExemptTag = (tag: Tag) => isTag(tag) && !tag.key.includes("=");
  problems.check("exemptTag", props.exemptTag, isExemptTag, `${TAG_WORDS}, and without an equals sign`);
}

function checkFindings({ findings }: RevocationProps, problems: Problems): void {
  const items = knownItems("findings", findings, problems);
  for (const [index, type] of items) {
    const prop = `findings[${index}]`;
    problems.check(prop, type, isCredentialFindingType, `one of the ${FURTHER_FINDINGS_WORDS}`);
    const others = [...CREDENTIAL_EXFILTRATION_TYPES, ...items.slice(0, index).map(([, other]) => other)];
    const other = others.find((each) => overlap(each, type));
    if (other !== undefined) {
      problems.add(`${prop}: must not cover what ${other} covers; received ${shown(type)}; remove one of them`);
    }
  }
  const { length } = JSON.stringify(typesOf(findings ?? []));
  if (length > MAX_PATTERN_CHARACTERS) {
    problems.add(
      `findings: must make a pattern of at most ${MAX_PATTERN_CHARACTERS} characters, since EventBridge accepts 2,048 in all; ` +
        `received ${length}; name fewer types, or shorter beginnings of them`,
    );
  }
}

const isCredentialFindingType = (type: string): boolean =>
  CREDENTIAL_FINDING_TYPE.test(type) &&
  (!type.startsWith("AttackSequence:") || ATTACK_SEQUENCES.some((sequence) => type.startsWith(sequence)));

/** Whether there are types that begin with both. */
const overlap = (one: string, other: string): boolean =>
  !Token.isUnresolved(one) && !Token.isUnresolved(other) && (one.startsWith(other) || other.startsWith(one));

function checkProtectedRoles({ protectedRoles, revocableRoles: { spec } }: RevocationProps, problems: Problems): void {
  const named = "arns" in spec ? (spec.arns ?? []) : [];
  const isEntry = (entry: string) => PROTECTED_ROLE.test(entry);
  for (const [index, entry] of knownItems("protectedRoles", protectedRoles, problems)) {
    const prop = `protectedRoles[${index}]`;
    problems.check(prop, entry, isEntry, PROTECTED_ROLE_WORDS);
    const revocable = named.find((arn) => isEntry(entry) && protects(entry, arn));
    if (revocable !== undefined) {
      problems.add(
        `${prop}: must not cover the revocable ${revocable}; received ${shown(entry)}; take one of them out`,
      );
    }
  }
}

function checkMembers({ members, revocableRoles }: RevocationProps, problems: Problems): void {
  if (members === undefined) return;
  problems.add(...members.problems);
  checkReach(revocableRoles, problems);
}

/** Adds what is wrong if any role of other accounts may be revoked, and nobody has said that every account is meant. */
export function checkReach({ spec, isOfEveryAccount }: RevocableRoles, problems: Problems): void {
  if (!("any" in spec) || isOfEveryAccount) return;
  problems.add(
    "revocableRoles: must be of every account if other accounts are acted in; received RevocableRoles.anyOfAccount; choose roles by path " +
      "or tag, or say RevocableRoles.anyOfEveryAccount if every role of every account is meant",
  );
}

/**
 * What members count for among the settings. They need more room in the function's policy than in its environment; of that
 * policy's 10,240 characters, other settings need about two for each of their bytes.
 */
function bytesOf({ spec }: MemberAccounts): number {
  const everywhere = protectedEverywhere("aws", spec);
  const added = JSON.stringify([memberStatements("aws", "f".repeat(120), spec), everywhere, everywhere]).length;
  return Math.ceil(added / 2);
}

function checkSize(props: RevocationProps, problems: Problems): void {
  const { protectedRoles = [], severityOverrides = {}, findings = [], revocableRoles, members } = props;
  const settings = [protectedRoles, severityOverrides, findings, revocableRoles.spec];
  const bytes = Buffer.byteLength(JSON.stringify(settings)) + (members ? bytesOf(members) : 0);
  if (bytes <= MAX_SETTINGS_BYTES) return;
  const names = ["protectedRoles", "severityOverrides", "findings", "revocableRoles", ...(members ? ["members"] : [])];
  problems.add(
    `${names.join(", ")}: must be at most ${MAX_SETTINGS_BYTES} bytes in all, since a function's ` +
      `environment holds 4 KB; received ${bytes}; choose roles by path or tag, and exempt them by the exemptTag`,
  );
}
