import { eachStatement, list, type Rule, type Statement } from "../rule";

const IDENTITY_POLICIES = ["aws_iam_role_policy"];
const RESOURCE_POLICIES = ["aws_sns_topic_policy", "aws_sqs_queue", "aws_kms_key"];
const EVERY_POLICY = [...IDENTITY_POLICIES, ...RESOURCE_POLICIES, "aws_iam_role"];

/** What IAM calls these: everything that adds, changes or removes something in IAM. */
const IAM_WRITE = /^iam:(?!Get|List|Generate|Simulate)/;

const allows = ({ Effect }: Statement): boolean => Effect === "Allow";
const services = ({ Principal }: Statement): readonly string[] =>
  typeof Principal === "object" ? list(Principal["Service"]) : [];

/** Whether a value refers to the account that Terraform deploys to, or to something that it makes there. */
const isOfThisAccount = (value: string): boolean => /\$\{(data\.aws_caller_identity|aws_\w+)\./.test(value);

/** The function's role, by its default name, in every region. */
const OWN_ROLES = /:role\/[\w-]+-Revoke-\*$/;

export const IAM_RULES: readonly Rule[] = [
  eachStatement(
    EVERY_POLICY,
    "no-wildcard-action",
    "No statement allows every action, or every action of a service.",
    (statement) => !allows(statement) || !list(statement.Action).some((action) => /^(\*|\w+:\*)$/.test(action)),
  ),
  eachStatement(
    IDENTITY_POLICIES,
    "no-wildcard-resource",
    "No role is allowed anything on every resource.",
    (statement) => !allows(statement) || !list(statement.Resource).includes("*"),
  ),
  eachStatement(
    [...RESOURCE_POLICIES, "aws_iam_role"],
    "nobody-anonymous",
    "No policy lets everybody in.",
    (statement) =>
      !allows(statement) ||
      (statement.Principal !== "*" && !Object.values(statement.Principal ?? {}).some((who) => list(who).includes("*"))),
  ),
  eachStatement(
    RESOURCE_POLICIES,
    "services-act-for-this-account-only",
    "A service is let in only for a source of this account, so that nobody else can send it.",
    (statement) =>
      !allows(statement) ||
      services(statement).length === 0 ||
      ["StringEquals", "ArnEquals", "ArnLike"].some((operator) =>
        Object.entries(statement.Condition?.[operator] ?? {}).some(
          ([key, values]) =>
            /^aws:Source(Account|Arn)$/.test(key) && list(values as string | string[]).every(isOfThisAccount),
        ),
      ),
  ),
  eachStatement(
    IDENTITY_POLICIES,
    "one-iam-write",
    "Nothing but iam:PutRolePolicy is written in IAM.",
    (statement) =>
      !allows(statement) ||
      list(statement.Action).every((action) => action === "iam:PutRolePolicy" || !IAM_WRITE.test(action)),
  ),
  eachStatement(
    IDENTITY_POLICIES,
    "role-policies-are-fenced",
    "Who may write role policies may write them on named roles, paths or tags, and is denied the function's role of every region.",
    (statement, all) =>
      !allows(statement) ||
      !list(statement.Action).includes("iam:PutRolePolicy") ||
      (!list(statement.Resource).includes("*") &&
        all.some(
          ({ Effect, Action, Resource }) =>
            Effect === "Deny" &&
            list(Action).includes("iam:PutRolePolicy") &&
            list(Resource).some((resource) => OWN_ROLES.test(resource) && isOfThisAccount(resource)),
        )),
  ),
];
