import { choiceStatements } from "../../src/revocation/permissions";
import type { Local } from "./assemble";
import { lines, replaced, spliced, template } from "./expression";

/** A statement of an IAM policy, in which expressions may stand for what Terraform knows. */
export interface Statement {
  readonly Sid: string;
  Action: unknown;
  Resource: unknown;
  readonly Condition?: unknown;
}

/** A statement that a policy has on a condition. */
export interface Choice {
  readonly condition: string;
  readonly statement: Statement;
}

/**
 * The statements that let revoke, by how roles are chosen.
 *
 * @param anyRole the statement about any role.
 */
export function choices(anyRole: Statement): Choice[] {
  if (anyRole.Sid !== "RevokeAnyRole") throw new Error("the policy must begin with the statement about any role");
  const roles = { roleArns: (path = "/") => replaced(anyRole.Resource as string, "role/*", `role${path}*`) };
  const [arns, path, tag] = ["arns", "path", "tag"].map((way) => `var.revocable_roles.${way}`);
  const [named, byPath, byTag] = choiceStatements(roles, {
    arns: [spliced(arns!)],
    path: template(path!),
    tag: { key: template(`${tag}.key`), value: template(`${tag}.value`) },
  });
  const any = ["any", "any_of_every_account"].map((way) => `var.revocable_roles.${way} != null`);
  return [
    { condition: `(${any.join(" || ")})`, statement: anyRole },
    { condition: `${arns} != null`, statement: named! },
    { condition: `${path} != null`, statement: byPath! },
    { condition: `${tag} != null`, statement: byTag! },
  ];
}

/** A name that is a pattern, below a path: the one entry of the protected roles that is not protected by its name. */
const PATTERN_BELOW_PATH = "^[^/]*/.+/[^/]*[*]";

/** What the protected roles mean in a policy, and which revocable ones they cover. */
export const PROTECTED_LOCALS: Readonly<Record<string, Local>> = {
  protected_resources: {
    value: lines(
      "flatten([",
      `  for arn in var.protected_role_arns : can(regex("${PATTERN_BELOW_PATH}", arn)) ? [arn] : [`,
      '    for path in ["", "*/"] : "${regex("^[^/]*/", arn)}${path}${basename(arn)}"',
      "  ]",
      "])",
    ),
    comment: "A role is protected by its name, whatever its path; a pattern below a path is taken as it is.",
  },
  roles_both_revocable_and_protected: {
    value: lines(
      "flatten([",
      "  for arn in coalesce(var.revocable_roles.arns, []) : [",
      "    for pattern in local.protected_resources : arn",
      '    if can(regex("^${replace(replace(pattern, "/([^*])/", "[$1]"), "*", ".*")}$", arn))',
      "  ]",
      "])",
    ),
  },
};

/** The condition that no role is both, and what to say if one is. */
export const NOT_BOTH: readonly [condition: string, message: string] = [
  "length(local.roles_both_revocable_and_protected) == 0",
  "protected_role_arns must not cover a role that revocable_roles names: remove it from one of them.",
];
