import { asRecord } from "./record";

/** Who may assume a role, as its trust policy says. */
export interface Trust {
  /** Services, such as `ec2.amazonaws.com`. */
  readonly services: readonly string[];
  /** Accounts, roles, users and sessions, as the policy names them. */
  readonly principals: readonly string[];
  /** Identity providers. */
  readonly providers: readonly string[];
}

/**
 * Reads a trust policy: who is allowed to assume the role, whatever the conditions.
 *
 * @param document undefined if IAM did not say.
 */
export function readTrust(document: string | undefined): Trust {
  const principals = allowing(document).flatMap((statement) => {
    // Everybody but somebody is everybody as far as this function can tell.
    const { Principal = statement["NotPrincipal"] === undefined ? {} : "*" } = statement;
    return [typeof Principal === "string" ? { AWS: Principal } : asRecord(Principal)];
  });
  const named = (kind: string) => unique(principals.flatMap((principal) => texts(principal[kind])));
  return { services: named("Service"), principals: named("AWS"), providers: named("Federated") };
}

/**
 * Whether a session of a role may get another session of the same role by itself, as far as the trust policy tells: a
 * policy that trusts the whole account leaves it to policies that this function does not read.
 */
export function mayAssumeItself(
  { principals }: Trust,
  role: { readonly arn: string; readonly roleId: string },
): boolean {
  const [, partition, , , accountId] = role.arn.split(":");
  const name = role.arn.split("/").at(-1);
  const itself = [
    "*",
    role.arn,
    role.roleId,
    accountId,
    `arn:${partition}:iam::${accountId}:root`,
    `arn:${partition}:iam::${accountId}:role/${name}`,
  ];
  const session = `arn:${partition}:sts::${accountId}:assumed-role/${name}/`;
  return principals.some((principal) => itself.includes(principal) || principal.startsWith(session));
}

function allowing(document: string | undefined): Readonly<Record<string, unknown>>[] {
  try {
    const { Statement } = asRecord(JSON.parse(String(document)));
    return [Statement]
      .flat()
      .map(asRecord)
      .filter(({ Effect }) => Effect === "Allow");
  } catch {
    return [];
  }
}

const texts = (value: unknown): string[] => [value].flat().filter((each) => typeof each === "string");
const unique = (values: readonly string[]): string[] => [...new Set(values)];
