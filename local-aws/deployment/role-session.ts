import type { AwsAccount, Role } from "../api/account";
import type { NamedPolicy, PolicyDocument } from "../iam/policy";
import type { AccessRequest } from "../iam/simulator";

/** A session of a role: temporary credentials, and who holds them does not matter. */
export interface RoleSession {
  readonly roleName: string;
  /** EC2 names the sessions of its instances by their ids. */
  readonly sessionName: string;
  readonly accessKeyId: string;
  readonly issuedAt: Date;
  /** ARN of the function that Lambda gave it to; undefined if it is no function's. */
  readonly functionArn?: string;
}

/** Something to be done with a resource. */
export interface Use {
  /** As `iam:PutRolePolicy`. */
  readonly action: string;
  /** ARN, or `*` for an action that knows no resources. */
  readonly resource: string;
  readonly resourcePolicy?: PolicyDocument;
}

/** What a session asks for, with all that IAM decides it on now. A role that is gone may do nothing. */
export function sessionRequest(account: AwsAccount, session: RoleSession, use: Use): AccessRequest {
  const role = account.roles.get(session.roleName);
  const owner = ownerOf(use.resource, account);
  const context = {
    "aws:SecureTransport": "true",
    "aws:TokenIssueTime": session.issuedAt.toISOString(),
    "aws:userid": `${role?.roleId ?? ""}:${session.sessionName}`,
    "aws:PrincipalArn": role?.arn,
    "aws:PrincipalOrgID": account.organizationId,
    "aws:ResourceOrgID": owner?.organizationId,
    "lambda:SourceFunctionArn": session.functionArn,
    ...resourceTags(account, use.resource),
  };
  return {
    ...use,
    principal: sessionArn(account, session),
    accountId: owner?.accountId ?? account.accountId,
    context: Object.fromEntries(
      Object.entries(context).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
    identityPolicies: role ? inlinePolicies(role) : [],
    serviceControlPolicies: account.serviceControlPolicies,
  };
}

/** The account that a resource belongs to: that which its ARN names, or else the caller's. */
function ownerOf(resource: string, account: AwsAccount): Pick<AwsAccount, "accountId" | "organizationId"> {
  const accountId = resource.split(":")[4] ?? "";
  if (accountId === "" || accountId === account.accountId) return account;
  // One that is not behind the endpoint has left the organization, or never was in it.
  return account.neighbours.get(accountId) ?? { accountId };
}

function resourceTags(account: AwsAccount, resource: string): Record<string, string> {
  const role = [...account.roles.values()].find(({ arn }) => arn === resource);
  return Object.fromEntries(Object.entries(role?.tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
}

function inlinePolicies({ policies }: Role): NamedPolicy[] {
  return [...policies].map(([name, document]) => ({ name, policy: JSON.parse(document) as PolicyDocument }));
}

function sessionArn({ partition, accountId }: AwsAccount, { roleName, sessionName }: RoleSession): string {
  return `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
}
