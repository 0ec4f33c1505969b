import { ResponseMode, Scope, type Tag } from "../contract/environment";
import { protects } from "../contract/protected-roles";
import { knownItems, oneOf, type Problems, shown } from "../shared/problems";
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
   * Address of the runbook that mails and alarms name. Begins with `https://`.
   *
   * @default - they name this project's own, `docs/operations.md`
   */
  readonly runbookUrl?: string;
}

/** The full name of a finding type: purpose, resource, family, and what follows. */
export const FINDING_TYPE = /^[A-Za-z]+:[A-Za-z0-9]+\/[A-Za-z0-9.!&_-]+$/;

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
  const isWait = (seconds: number) => seconds >= 0 && seconds <= 30;
  problems.check("verifyAfterSeconds", props.verifyAfterSeconds, isWait, "a number of seconds from 0 to 30");
  const isExemptTag = (tag: Tag) => isTag(tag) && !tag.key.includes("=");
  problems.check("exemptTag", props.exemptTag, isExemptTag, `${TAG_WORDS}, and without an equals sign`);
}

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

function checkSize(props: RevocationProps, problems: Problems): void {
  const { protectedRoles = [], severityOverrides = {}, revocableRoles } = props;
  const bytes = Buffer.byteLength(JSON.stringify([protectedRoles, severityOverrides, revocableRoles.spec]));
  if (bytes <= MAX_SETTINGS_BYTES) return;
  problems.add(
    `protectedRoles, severityOverrides, revocableRoles: must be at most ${MAX_SETTINGS_BYTES} bytes in all, since a function's ` +
      `environment holds 4 KB; received ${bytes}; choose roles by path or tag, and exempt them by the exemptTag`,
  );
}
