import { Token } from "cdktf";

import type { RevocableRolesSpec, Tag } from "../contract/environment";
import { shown } from "../shared/problems";

/** The ARN of an IAM role, with or without a path, in any partition. */
export const ROLE_ARN = /^arn:[a-z-]+:iam::\d{12}:role\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;
export const ROLE_ARN_WORDS = "the ARN of an IAM role such as arn:aws:iam::123456789012:role/app";

/**
 * The path of IAM roles: begins and ends with a slash. `*`, `?`, `$` and braces, which IAM would accept, are left out: in a
 * policy they are wildcards and variables, and would reach further than the path; in Terraform they are templates.
 */
export const ROLE_PATH = /^\/([!-#%-)+-.0->@-z|~]+\/)*$/;
export const ROLE_PATH_WORDS = "a path such as /application/, which begins and ends with a slash and has no wildcards";

/** What IAM accepts in tags, without wildcards and variables, which mean something else in a policy. */
export const TAG_KEY = /^[\p{L}\p{N}\p{Zs}_.:/=+@-]{1,128}$/u;
export const TAG_VALUE = /^[\p{L}\p{N}\p{Zs}_.:/=+@-]{0,256}$/u;
export const TAG_WORDS =
  "a tag with a key of 1 to 128 and a value of 0 to 256 letters, digits, spaces and _.:/=+@-, the key not aws:…";

/** Whether a role can carry a tag, as far as the tag is known. */
export function isTag({ key, value }: Tag): boolean {
  const fits = (text: unknown, pattern: RegExp) =>
    typeof text === "string" && (Token.isUnresolved(text) || pattern.test(text));
  return fits(key, TAG_KEY) && fits(value, TAG_VALUE) && !/^aws:/i.test(key);
}

/** Keeps `REVOCABLE_ROLES` well below the 4 KB that a function's environment may have. */
export const MAX_NAMED_ROLES = 20;

/**
 * The roles that the response may revoke. There is no default: `iam:PutRolePolicy` lets its holder give a role any
 * permission, so somebody has to say on which roles the function holds it.
 *
 * @example
 * ```ts
 * const revocableRoles = RevocableRoles.withPath("/application/");
 * new CredentialExfiltrationResponse(this, "response", { alertEmails: ["security@example.com"], revocableRoles });
 * ```
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
export class RevocableRoles {
  /** The roles with these ARNs, which may be tokens. At most 20. */
  static named(...roleArns: string[]): RevocableRoles {
    const problems = roleArns.flatMap((arn) => roleArnProblems("RevocableRoles.named", arn));
    if (roleArns.length === 0) problems.push("RevocableRoles.named: must be at least one role; received none");
    problems.push(...tooManyRolesProblems("RevocableRoles.named", roleArns.length));
    return new RevocableRoles({ arns: roleArns }, problems);
  }

  /**
   * Every role of the account whose path begins with `path`.
   *
   * @param path begins and ends with a slash, such as `/application/`.
   */
  static withPath(path: string): RevocableRoles {
    const valid = Token.isUnresolved(path) || (ROLE_PATH.test(path) && path !== "/");
    const problem = `RevocableRoles.withPath: must be ${ROLE_PATH_WORDS}; received ${shown(path)}`;
    return new RevocableRoles({ path }, valid ? [] : [problem]);
  }

  /** Every role of the account that carries this tag. Whoever may tag roles decides what may be revoked. */
  static tagged(key: string, value: string): RevocableRoles {
    const problem = `RevocableRoles.tagged: must be ${TAG_WORDS}; received ${shown({ key, value })}`;
    return new RevocableRoles({ tag: { key, value } }, isTag({ key, value }) ? [] : [problem]);
  }

  /** Every role of the account, but for protected and exempt ones. The broadest choice: read docs/security.md first. */
  static anyOfAccount(): RevocableRoles {
    return new RevocableRoles({ any: true }, []);
  }

  /** Every role of every account that is acted in, but for protected and exempt ones: the word that `members` asks for. */
  static anyOfEveryAccount(): RevocableRoles {
    return new RevocableRoles({ any: true }, [], true);
  }

  private constructor(
    /** As the function reads it. */
    readonly spec: RevocableRolesSpec,
    /** What is wrong with it, reported by the construct that it is given to. */
    readonly problems: readonly string[],
    /** Whether somebody said that every role of every account is meant. */
    readonly isOfEveryAccount = false,
  ) {}
}

/** What is wrong if more roles are named than the function's environment holds. */
export function tooManyRolesProblems(prop: string, count: number): string[] {
  if (count <= MAX_NAMED_ROLES) return [];
  const advice = "give the roles a common path or tag, and use withPath or tagged";
  return [`${prop}: must be at most ${MAX_NAMED_ROLES} roles; received ${count}; ${advice}`];
}

/**
 * The ARN of a role, in whose name `*` stands for any text, and for whose account `*` stands for any account. `role/*` is
 * rejected: it would leave nothing to revoke.
 */
export const PROTECTED_ROLE =
  /^arn:[a-z-]+:iam::(\d{12}|\*):role\/(([\w+=,.@-]+\/)+[\w+=,.@*-]{1,64}|[\w+=,.@*-]*[\w+=,.@-][\w+=,.@*-]*)$/;
export const PROTECTED_ROLE_WORDS = `${ROLE_ARN_WORDS}, or a pattern of names such as arn:aws:iam::123456789012:role/aws-controltower-*`;

/** What is wrong if `arn` is known and not the ARN of a role. */
export function roleArnProblems(prop: string, arn: string): string[] {
  if (Token.isUnresolved(arn) || ROLE_ARN.test(arn)) return [];
  return [`${prop}: must be ${ROLE_ARN_WORDS}; received ${shown(arn)}`];
}
