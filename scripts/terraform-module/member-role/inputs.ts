import { DEFAULTS } from "../../../src/contract/defaults";
import {
  ACCOUNT_ID,
  ACCOUNT_ID_WORDS,
  ORGANIZATION_ID,
  ORGANIZATION_ID_WORDS,
} from "../../../src/revocation/member-accounts";
import { REQUIRED_BOUNDARY, TRUSTED_ROLE_NAME, TRUSTED_ROLE_NAME_WORDS } from "../../../src/revocation/member-policies";
import { ROLE_PATH, ROLE_PATH_WORDS } from "../../../src/revocation/revocable-roles";
import { FORMATS } from "../../../src/shared/formats";
import type { Input } from "../input";
import { INPUTS as OF_RESPONSE } from "../response/inputs";
import { matches, pattern } from "../validation";

const { revocable_roles, protected_role_arns, exempt_tag, tags } = OF_RESPONSE;

/** The inputs, in the order in which the README lists them: whom the role trusts, what it may be used for, how it is called. */
export const INPUTS: Readonly<Record<string, Input>> = {
  security_account_id: {
    type: "string",
    description: "Id of the account that the response is deployed in: twelve digits.",
    validation: [pattern("security_account_id", { pattern: ACCOUNT_ID, words: ACCOUNT_ID_WORDS })],
  },
  organization_id: {
    type: "string",
    description:
      "Id of the organization that the function's account must still belong to. Null is content with the account and the name of the function's role.",
    default: null,
    validation: [pattern("organization_id", { pattern: ORGANIZATION_ID, words: ORGANIZATION_ID_WORDS })],
  },
  prefix: {
    type: "string",
    description: "The response's prefix.",
    default: DEFAULTS.prefix,
    validation: [pattern("prefix", FORMATS.prefix)],
  },
  function_role_name: {
    type: "string",
    description: "Name of the function's role, in which `*` stands for any text. Null is the prefix and `-Revoke-*`.",
    default: null,
    validation: [
      pattern("function_role_name", { pattern: TRUSTED_ROLE_NAME, words: TRUSTED_ROLE_NAME_WORDS }),
      {
        condition: `!${matches("var.function_role_name", /^\*+$/)}`,
        message: "function_role_name must not be a pattern of every name.",
      },
    ],
  },
  revocable_roles: {
    ...revocable_roles,
    description:
      "Which roles of the account may be revoked, as in the response; exactly one of: `arns` (at most 20), `path` (begins and ends with a " +
      "slash), `tag` (`{ key, value }`), `any = true` or `any_of_every_account = true`, which mean the same here. There is no default.",
  },
  protected_role_arns: {
    ...protected_role_arns,
    description:
      "ARNs of roles that are never revoked, next to this one and those that administer accounts. A role is protected by its name, below " +
      "any path; `*` in a name stands for any text, for the account for any account.",
  },
  exempt_tag,
  activity: {
    type: "bool",
    description:
      "Whether the function may ask CloudTrail what stolen credentials were used for: if the response's `activity` is true.",
    default: DEFAULTS.activity,
  },
  required_boundary_arn: {
    type: "string",
    description:
      "ARN of the permissions boundary that a role must have to be revoked; `*` for the account is any account's. Null asks for none.",
    default: null,
    validation: [
      pattern("required_boundary_arn", {
        pattern: REQUIRED_BOUNDARY,
        words: "the ARN of an IAM policy, whose account may be *",
      }),
    ],
  },
  role_name: {
    type: "string",
    description: "Name of the role. Null is the prefix and `-Member`.",
    default: null,
    validation: [pattern("role_name", FORMATS.functionRoleName)],
  },
  role_path: {
    type: "string",
    description: "Path of the role: begins and ends with a slash.",
    default: DEFAULTS.memberRolePath,
    validation: [pattern("role_path", { pattern: ROLE_PATH, words: ROLE_PATH_WORDS })],
  },
  tags: { ...tags, description: "Tags of the role, next to the provider's `default_tags`." },
};
