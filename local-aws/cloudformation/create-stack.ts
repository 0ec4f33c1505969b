import type { AwsAccount } from "../api/account";
import type { PolicyDocument } from "../iam/policy";
import { LocalAwsError } from "../local-aws-error";

/** A template of CloudFormation, in JSON. */
export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: unknown }>>;
}

/** The properties of `AWS::IAM::Role` that the local AWS supports. */
interface RoleProperties {
  readonly RoleName: string;
  readonly Path?: string;
  readonly Description?: string;
  readonly AssumeRolePolicyDocument: PolicyDocument;
  readonly Policies?: readonly { readonly PolicyName: string; readonly PolicyDocument: PolicyDocument }[];
}

/**
 * Makes the roles of a template in an account, as a stack of CloudFormation does.
 *
 * @throws LocalAwsError about a resource, property or function of CloudFormation that the local AWS does not support, and about a
 * role that the account has already.
 */
export function createStack(account: AwsAccount, { Resources }: Template): void {
  for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
    if (Type !== "AWS::IAM::Role") throw unsupported(logicalId, `the type ${Type}`);
    refuseFunctions(Properties, logicalId);
    const {
      RoleName: name,
      Path: path,
      Description: _,
      AssumeRolePolicyDocument,
      Policies = [],
      ...others
    } = Properties as RoleProperties;
    const unknown = Object.keys(others);
    if (unknown.length > 0) throw unsupported(logicalId, `the property ${unknown.join(", ")}`);
    if (account.roles.has(name)) {
      throw new LocalAwsError(`${logicalId}: the role ${name} is in account ${account.accountId} already`);
    }
    account.addRole({
      name,
      path,
      trustPolicy: AssumeRolePolicyDocument,
      policies: Object.fromEntries(Policies.map(({ PolicyName, PolicyDocument }) => [PolicyName, PolicyDocument])),
    });
  }
}

/** What CloudFormation would evaluate is an object whose one field is called after the function. */
function refuseFunctions(value: unknown, logicalId: string): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (key === "Ref" || key.startsWith("Fn::")) throw unsupported(logicalId, `the function ${key}`);
    refuseFunctions(each, logicalId);
  }
}

const unsupported = (logicalId: string, what: string): LocalAwsError =>
  new LocalAwsError(`the template's resource ${logicalId}: ${what} is not supported by the local AWS`);
