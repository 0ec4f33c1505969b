import { DEFAULTS } from "../contract/defaults";
import { type MembersSpec } from "../contract/members";
import { FORMATS } from "../shared/formats";
import { Problems } from "../shared/problems";
import {
  ACCOUNT_ID,
  ACCOUNT_ID_WORDS,
  type MemberRoleNaming,
  memberRoleName,
  memberRolePathAndName,
  namingProblems,
  ORGANIZATION_ID,
  ORGANIZATION_ID_WORDS,
} from "./member-accounts";
import { protectedEverywhere, revocationStatements, type Statement } from "./permissions";
import { checkReach, checkRevocation, type RevocationProps } from "./revocation-props";

/**
 * Whom a member role trusts: the response's function. It is named by patterns, not by resources, so that a member role can be
 * deployed before the response, and outlives the function's role being made anew.
 */
export interface MemberTrust {
  /** Id of the account that the response is deployed in: twelve digits. */
  readonly securityAccountId: string;
  /**
   * Id of the organization that the function's account must still belong to.
   *
   * @default - the account and the role's name are enough
   */
  readonly organizationId?: string;
  /**
   * The response's prefix.
   *
   * @default - `GuardDuty-Response`
   */
  readonly prefix?: string;
  /**
   * Name of the function's role, in which `*` stands for any text: one role for each region has a response.
   *
   * @default - the prefix and `-Revoke-*`
   */
  readonly functionRoleName?: string;
}

/** What a member role may be used for: the same that the response was told. Where they differ, this counts. */
export interface MemberLimits extends Pick<
  RevocationProps,
  "revocableRoles" | "protectedRoles" | "exemptTag" | "activity"
> {
  /**
   * ARN of the permissions boundary that a role must have to be revoked; `*` for the account is any account's. What is written on
   * such a role can never permit more than the boundary.
   *
   * @default - a boundary is not asked for
   */
  readonly requiredBoundary?: string;
}

/** What every way to deploy a member role is given. */
export interface MemberRoleSettings extends MemberRoleNaming {
  /** Whom the role trusts. */
  readonly trust: MemberTrust;
  /** What it may be used for. */
  readonly limits: MemberLimits;
}

/** A member role as IAM has it. */
export interface MemberRoleDocuments {
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly trust: PolicyDocument;
  readonly policyName: string;
  readonly permissions: PolicyDocument;
}

interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly (Omit<Statement, "Resource"> & { readonly Resource?: Statement["Resource"] })[];
}

/** The role that the response assumes in a member account, in words of IAM: the same for every way to deploy it, and for every account. */
export function memberRoleDocuments(partition: string, settings: MemberRoleSettings): MemberRoleDocuments {
  const { trust, limits } = settings;
  const naming = { ...settings, roleName: settings.roleName ?? memberRoleName(trust.prefix ?? DEFAULTS.prefix) };
  const members: MembersSpec = { role: memberRolePathAndName(naming) };
  return {
    name: naming.roleName,
    path: naming.rolePath ?? DEFAULTS.memberRolePath,
    description: `Lets the response in account ${trust.securityAccountId} revoke stolen sessions of this account's roles`,
    trust: trustPolicy(partition, trust),
    policyName: "RevokeSessions",
    permissions: {
      Version: "2012-10-17",
      Statement: revocationStatements({
        place: { roleArns: (path = "/") => `arn:${partition}:iam::*:role${path}*` },
        revocableRoles: limits.revocableRoles.spec,
        protectedRoles: [...protectedEverywhere(partition, members), ...(limits.protectedRoles ?? [])],
        exemptTag: limits.exemptTag ?? DEFAULTS.exemptTag,
        activity: limits.activity ?? DEFAULTS.activity,
        requiredBoundary: limits.requiredBoundary,
      }),
    },
  };
}

/**
 * The account's root as the principal, narrowed by the role's ARN: a role that were named as the principal itself would be stored by
 * its id, and a role made anew would be shut out, in every account.
 */
function trustPolicy(partition: string, trust: MemberTrust): PolicyDocument {
  const {
    securityAccountId,
    organizationId,
    prefix = DEFAULTS.prefix,
    functionRoleName = `${prefix}-Revoke-*`,
  } = trust;
  const account = `arn:${partition}:iam::${securityAccountId}`;
  const statement = {
    Sid: "OnlyTheResponse",
    Effect: "Allow" as const,
    Action: "sts:AssumeRole",
    Principal: { AWS: `${account}:root` },
    Condition: {
      ArnLike: { "aws:PrincipalArn": `${account}:role/${functionRoleName}` },
      ...(organizationId !== undefined && { StringEquals: { "aws:PrincipalOrgID": organizationId } }),
    },
  };
  return { Version: "2012-10-17", Statement: [statement] };
}

/** Name of a role, in which `*` stands for any text. */
export const TRUSTED_ROLE_NAME = /^[\w+=,.@*-]{1,64}$/;
export const TRUSTED_ROLE_NAME_WORDS = "the name of a role, or a pattern of names such as GuardDuty-Response-Revoke-*";
export const REQUIRED_BOUNDARY = /^arn:[a-z-]+:iam::(\d{12}|aws|\*):policy\/[\w+=,.@/-]+$/;

/**
 * Adds what is wrong with the settings of a member role.
 *
 * @param ofEveryAccount whether it is deployed to accounts that nobody names.
 */
export function checkMemberRole(
  { trust, limits, ...naming }: MemberRoleSettings,
  problems: Problems,
  { ofEveryAccount = false } = {},
): void {
  const matches = (pattern: RegExp) => (text: string) => pattern.test(text);
  const { prefix } = FORMATS;
  problems.check("trust.securityAccountId", trust.securityAccountId, matches(ACCOUNT_ID), ACCOUNT_ID_WORDS);
  problems.check("trust.organizationId", trust.organizationId, matches(ORGANIZATION_ID), ORGANIZATION_ID_WORDS);
  problems.check("trust.prefix", trust.prefix, matches(prefix.pattern), prefix.words);
  const { functionRoleName } = trust;
  const isTrustedName = (name: string) => TRUSTED_ROLE_NAME.test(name) && !/^\*+$/.test(name);
  problems.check("trust.functionRoleName", functionRoleName, isTrustedName, TRUSTED_ROLE_NAME_WORDS);
  problems.add(...namingProblems("", naming).map((problem) => problem.slice(1)));
  const ofLimits = new Problems();
  checkRevocation(limits, ofLimits);
  if (ofEveryAccount && limits.revocableRoles) checkReach(limits.revocableRoles, ofLimits);
  problems.add(...ofLimits.messages.map((message) => `limits.${message}`));
  problems.check(
    "limits.requiredBoundary",
    limits.requiredBoundary,
    matches(REQUIRED_BOUNDARY),
    "the ARN of an IAM policy, whose account may be *",
  );
}
