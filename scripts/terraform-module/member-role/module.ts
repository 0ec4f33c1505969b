import { App, TerraformOutput, TerraformStack } from "cdktf";

import { MemberRole } from "../../../src/member-role";
import { namedArns } from "../../../src/revocation/permissions";
import { RevocableRoles } from "../../../src/revocation/revocable-roles";
import type { Block } from "../../block";
import { assembled, type TerraformModule } from "../assemble";
import { Encoded, Merged, OptionalItems, spliced, template, type Value } from "../expression";
import { NamedBlocks } from "../named-blocks";
import { choices, NOT_BOTH, PROTECTED_LOCALS, type Statement } from "../revocable-roles";
import { tagged } from "../tagged";
import { text } from "../token";
import { INPUTS } from "./inputs";

const MAIN = "member-role";

class MemberRoleStack extends TerraformStack {
  constructor() {
    super(new App(), "module");
    const role = new MemberRole(this, MAIN, {
      trust: {
        securityAccountId: text("var.security_account_id"),
        organizationId: text("var.organization_id"),
        functionRoleName: text("local.function_role_name"),
      },
      limits: {
        revocableRoles: RevocableRoles.anyOfAccount(),
        exemptTag: { key: text("var.exempt_tag.key"), value: text("var.exempt_tag.value") },
        activity: true,
        requiredBoundary: text("var.required_boundary_arn"),
      },
      roleName: text("local.role_name"),
      rolePath: text("var.role_path"),
    });
    tagged(this);
    new TerraformOutput(this, "role_arn", { value: role.roleArn, description: "The role that the function assumes." });
    new TerraformOutput(this, "role_name", { value: role.roleName, description: "The role's name." });
  }
}

/** The module that makes what {@link MemberRole} makes. */
export function memberRoleModule(): TerraformModule {
  const stack = new MemberRoleStack();
  const blocks = new NamedBlocks(stack.toTerraform() as Block, MAIN);
  const role = blocks.at(MAIN);
  decideTrust(role);
  role["lifecycle"] = { precondition: [{ condition: template(NOT_BOTH[0]), error_message: NOT_BOTH[1] }] };
  decidePermissions(blocks.at(`${MAIN}/permissions`));
  return assembled({
    stack,
    blocks,
    main: MAIN,
    inputs: INPUTS,
    locals: {
      role_name: {
        value: 'coalesce(var.role_name, "${var.prefix}-Member")',
        comment: "Names, from an input or from the prefix.",
      },
      function_role_name: { value: 'coalesce(var.function_role_name, "${var.prefix}-Revoke-*")' },
      ...PROTECTED_LOCALS,
    },
  });
}

/** Whether the function's account must belong to an organization. */
function decideTrust(role: Block): void {
  const { document } = role["assume_role_policy"] as Encoded;
  const [statement] = (document as Block)["Statement"] as Block[];
  const { StringEquals, ...always } = statement!["Condition"] as Block;
  statement!["Condition"] = new Merged(always, "var.organization_id != null", { StringEquals });
}

/** On which roles sessions are revoked, and with which boundary; which are never touched. */
function decidePermissions(permissions: Block): void {
  const { document } = permissions["policy"] as Encoded;
  const { Statement: statements, ...envelope } = document as unknown as { readonly Statement: Statement[] };
  const [anyRole, ...others] = statements as [Statement, ...Statement[]];
  const { Condition: boundary, ...withoutBoundary } = anyRole;
  const account = (anyRole.Resource as string).replace(/\*$/, "");
  const decided = others.map((statement): Value => {
    const value = statement as unknown as Value;
    switch (statement.Sid) {
      case "NeverProtectedRoles": {
        // The first two name the role itself, whose path is not known here.
        const [, , ...administrators] = statement.Resource as string[];
        const own = namedArns(account, template("local.role_name"));
        return { ...statement, Resource: [...own, ...administrators, spliced("local.protected_resources")] } as Value;
      }
      case "LookWhatWasDone":
        return new OptionalItems("var.activity", value);
      default:
        return value;
    }
  });
  const chosen = choices(withoutBoundary).map(({ condition, statement }) => {
    const Condition = { ...(statement.Condition as object), ...(boundary as object) } as Value;
    const bounded = new Merged(statement as unknown as Value, "var.required_boundary_arn != null", { Condition });
    return new OptionalItems(condition, bounded);
  });
  permissions["policy"] = new Encoded({ ...envelope, Statement: [...chosen, ...decided] });
}
