import { Token } from "cdktf";

import { DEFAULTS } from "../contract/defaults";
import type { MembersSpec } from "../contract/members";
import { FORMATS } from "../shared/formats";
import { shown } from "../shared/problems";
import { ROLE_PATH, ROLE_PATH_WORDS } from "./revocable-roles";

/** How the role is called by which the response acts in a member account. */
export interface MemberRoleNaming {
  /**
   * Name of the role, the same in every account.
   *
   * @default - the response's prefix and `-Member`
   */
  readonly roleName?: string;
  /**
   * Path of the role: begins and ends with a slash. Of its own, so that a service control policy can name it.
   *
   * @default - `/guardduty-response/`
   */
  readonly rolePath?: string;
}

/** How the accounts of an organization are acted in. */
export interface OrganizationOptions extends MemberRoleNaming {
  /**
   * Ids of accounts that are left alone: at most 20. The function is denied their roles, and only reports their findings.
   *
   * @default - none
   */
  readonly except?: readonly string[];
}

/** Keeps the function's policy well below the 10,240 characters that a role's inline policies may have. */
export const MAX_NAMED_ACCOUNTS = 20;

export const ORGANIZATION_ID = /^o-[a-z0-9]{10,32}$/;
export const ORGANIZATION_ID_WORDS = "the id of an organization such as o-a1b2c3d4e5";
export const ACCOUNT_ID = /^\d{12}$/;
export const ACCOUNT_ID_WORDS = "the id of an account: twelve digits, in quotation marks";

/**
 * The other accounts that the response acts in, by a role that each of them has for it: {@link MemberRole} or
 * {@link MemberRoleStackSet} makes it. GuardDuty's administrator account hears the findings of them all.
 *
 * @example
 * ```ts
 * new CredentialExfiltrationResponse(this, "response", {
 *   alertEmails: ["security@example.com"],
 *   revocableRoles: RevocableRoles.withPath("/application/"),
 *   members: MemberAccounts.ofOrganization("o-a1b2c3d4e5"),
 * });
 * ```
 *
 * @see docs/organization.md
 */
export class MemberAccounts {
  /** Every account of an organization that has the role, those to come included. The id may be a token. */
  static ofOrganization(id: string, options: OrganizationOptions = {}): MemberAccounts {
    const prop = "MemberAccounts.ofOrganization";
    const problems = isTokenOr(id, ORGANIZATION_ID)
      ? []
      : [`${prop}: must be ${ORGANIZATION_ID_WORDS}; received ${shown(id)}`];
    const { except, ...naming } = options;
    problems.push(...accountProblems(`${prop}.except`, except ?? []));
    return new MemberAccounts({ organization: id, except: except?.length ? except : undefined }, naming, problems);
  }

  /** The accounts with these ids, which may be tokens: at most 20. */
  static named(ids: readonly string[], naming: MemberRoleNaming = {}): MemberAccounts {
    const prop = "MemberAccounts.named";
    const problems = accountProblems(prop, ids);
    if (ids.length === 0) problems.push(`${prop}: must be at least one account; received none`);
    return new MemberAccounts({ accounts: ids }, naming, problems);
  }

  private constructor(
    private readonly chosen: Omit<MembersSpec, "role">,
    private readonly naming: MemberRoleNaming,
    private readonly choiceProblems: readonly string[],
  ) {}

  /** What is wrong with it, reported by the construct that it is given to. */
  get problems(): readonly string[] {
    return [...this.choiceProblems, ...namingProblems("members", this.naming)];
  }

  /** The same accounts, whose role is called after a prefix unless it has a name. */
  namedAfter(prefix: string): MemberAccounts {
    const naming = { ...this.naming, roleName: this.naming.roleName ?? memberRoleName(prefix) };
    return new MemberAccounts(this.chosen, naming, this.choiceProblems);
  }

  /** As the function reads it; its keys are in the order in which Terraform's `jsonencode` writes them. */
  get spec(): MembersSpec {
    const { accounts, except, organization } = this.chosen;
    return { accounts, except, organization, role: memberRolePathAndName(this.naming) };
  }
}

/** The name of the role that the response with this prefix assumes. */
export const memberRoleName = (prefix: string): string => `${prefix}-Member`;

/** Path and name of the role, one text. */
export function memberRolePathAndName({ roleName, rolePath }: MemberRoleNaming): string {
  return `${rolePath ?? DEFAULTS.memberRolePath}${roleName ?? memberRoleName(DEFAULTS.prefix)}`;
}

/** What is wrong with the name and the path of a member role. */
export function namingProblems(prop: string, { roleName, rolePath }: MemberRoleNaming): string[] {
  const problems: string[] = [];
  const { pattern, words } = FORMATS.functionRoleName;
  if (roleName !== undefined && !isTokenOr(roleName, pattern)) {
    problems.push(`${prop}.roleName: must be ${words}; received ${shown(roleName)}`);
  }
  if (rolePath !== undefined && !(isTokenOr(rolePath, ROLE_PATH) && rolePath.length <= 512)) {
    problems.push(`${prop}.rolePath: must be ${ROLE_PATH_WORDS}; received ${shown(rolePath)}`);
  }
  return problems;
}

const isTokenOr = (text: string, pattern: RegExp): boolean => Token.isUnresolved(text) || pattern.test(text);

function accountProblems(prop: string, ids: readonly string[]): string[] {
  const problems = ids
    .filter((id) => !isTokenOr(id, ACCOUNT_ID))
    .map((id) => `${prop}: must be ${ACCOUNT_ID_WORDS}; received ${shown(id)}`);
  const twice = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  problems.push(
    ...[...twice].map((id) => `${prop}: must name each account once; received ${shown(id)} twice; take one out`),
  );
  if (ids.length > MAX_NAMED_ACCOUNTS) {
    problems.push(
      `${prop}: must be at most ${MAX_NAMED_ACCOUNTS} accounts; received ${ids.length}; use ofOrganization`,
    );
  }
  return problems;
}
