import { wildcard } from "./wildcard";

/**
 * Whether an entry of the protected roles covers a role.
 *
 * Role names are unique in an account. A name without `*`, or without a path, therefore means the roles of that name below any
 * path; a path with a pattern below it means what it says.
 *
 * @param entry ARN of a role, whose name may hold `*` for any text, and whose account may be `*` for any account.
 */
export function protects(entry: string, roleArn: string): boolean {
  const protectedRole = protectedRoleOf(entry);
  const [account, path] = split(roleArn);
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!wildcard(protectedRole.account).test(account)) return false;
  return protectedRole.byName
    ? wildcard(protectedRole.name).test(name)
    : wildcard(`${protectedRole.path}${protectedRole.name}`).test(path);
}

/** An entry of the protected roles in its parts. */
export interface ProtectedRole {
  /** All that stands before the path: `arn:aws:iam::123456789012:role/`. */
  readonly account: string;
  /** Empty, or ends with a slash. */
  readonly path: string;
  /** The name, or a pattern of names. */
  readonly name: string;
  /** Whether the path does not matter. */
  readonly byName: boolean;
}

export function protectedRoleOf(entry: string): ProtectedRole {
  const [account, role] = split(entry);
  const name = role.slice(role.lastIndexOf("/") + 1);
  const path = role.slice(0, role.length - name.length);
  return { account, path, name, byName: path === "" || !name.includes("*") };
}

/** An ARN before and behind its first slash. */
function split(arn: string): [account: string, role: string] {
  const start = arn.indexOf("/") + 1;
  return [arn.slice(0, start), arn.slice(start)];
}
