import { ResponseMode, Scope } from "../contract/environment";
import { knownItems, oneOf, Problems } from "../shared/problems";
import { isTag, type RevocableRoles, roleArnProblems, TAG_WORDS } from "./revocable-roles";

/** What the function is told to do: shared by everything that composes it. */
export interface RevocationProps {
  /** Which roles may be revoked. Required: see {@link RevocableRoles}. */
  readonly revocableRoles: RevocableRoles;
  /**
   * ARNs of roles that are never revoked, whatever `revocableRoles` covers.
   *
   * @default - only the function's own role is protected
   */
  readonly protectedRoles?: readonly string[];
  /**
   * The tag that exempts a role that carries it; the exemption is reported, never silent.
   *
   * @default - `guardduty-response` = `exempt`
   */
  readonly exemptTag?: { readonly key: string; readonly value: string };
  /** @default - stolen sessions are revoked, not only notified about */
  readonly response?: ResponseMode;
  /** @default - all of the role's sessions are revoked, not only the robbed instances' */
  readonly scope?: Scope;
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
}

/** The full name of a finding type: purpose, resource, family, and what follows. */
export const FINDING_TYPE = /^[A-Za-z]+:[A-Za-z0-9]+\/[A-Za-z0-9.!&_-]+$/;

/** A function's environment holds 4,096 bytes, of which names, ARNs and the other settings need up to 700. */
const MAX_SETTINGS_BYTES = 3_400;

/** GuardDuty's severities. */
export const isSeverity = (severity: number): boolean => severity >= 0 && severity <= 10;

/** Notes what is wrong with the choice of what to revoke. */
export function checkRevocation(props: RevocationProps, problems = new Problems()): Problems {
  if (!Array.isArray(props.revocableRoles?.problems)) {
    problems.add("revocableRoles: missing; choose RevocableRoles.named, withPath, tagged or anyOfAccount");
    return problems;
  }
  problems.add(...props.revocableRoles.problems);
  for (const [index, arn] of knownItems("protectedRoles", props.protectedRoles, problems)) {
    problems.add(...roleArnProblems(`protectedRoles[${index}]`, arn));
    if (props.revocableRoles.spec.arns?.includes(arn)) {
      problems.add(`protectedRoles[${index}]: ${arn} is named as revocable too; name it in one of them`);
    }
  }
  const { protectedRoles = [], severityOverrides = {}, revocableRoles } = props;
  const settings = Buffer.byteLength(JSON.stringify([protectedRoles, severityOverrides, revocableRoles.spec]));
  if (settings > MAX_SETTINGS_BYTES) {
    problems.add(
      `protectedRoles, severityOverrides, revocableRoles: ${settings} bytes in all, at most ${MAX_SETTINGS_BYTES} are ` +
        "allowed, since a function's environment holds 4 KB; choose roles by path or tag, and exempt them by the exemptTag",
    );
  }
  problems.check(
    "response",
    props.response,
    oneOf(Object.values(ResponseMode)),
    Object.values(ResponseMode).join(" or "),
  );
  problems.check("scope", props.scope, oneOf(Object.values(Scope)), Object.values(Scope).join(" or "));
  problems.check("minimumSeverity", props.minimumSeverity, isSeverity, "a number from 0 to 10");
  for (const [type, severity] of Object.entries(props.severityOverrides ?? {})) {
    if (!FINDING_TYPE.test(type)) {
      problems.add(
        `severityOverrides: ${JSON.stringify(type)} is not a finding type, such as Recon:IAMUser/TorIPCaller`,
      );
    }
    problems.check(`severityOverrides["${type}"]`, severity, isSeverity, "a number from 0 to 10");
  }
  problems.check(
    "verifyAfterSeconds",
    props.verifyAfterSeconds,
    (seconds) => seconds >= 0 && seconds <= 30,
    "a number of seconds from 0 to 30",
  );
  problems.check(
    "exemptTag",
    props.exemptTag,
    (tag) => isTag(tag) && !tag.key.includes("="),
    `${TAG_WORDS}, and without an equals sign`,
  );
  return problems;
}
