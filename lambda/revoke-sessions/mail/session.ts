import { type Finding, principalRoleId, sessionInstance } from "../finding";
import type { Role } from "../triage";
import { printable } from "./text";

/** What STS takes. */
const MAX_NAME_CHARACTERS = 64;

/** What holds the credentials of a session: it decides how a leak is stopped, and what brings new credentials. */
export type Holder = "instance" | "function" | "task" | "pod" | "server" | "user" | "other";

/** A session that was stolen. */
export interface Session {
  /** The session's name, by which CloudTrail files what it does. */
  readonly name: string;
  readonly holder: Holder;
}

const HOLDERS: Readonly<Record<Holder, string>> = {
  instance: "EC2 instance",
  function: "Lambda function",
  task: "ECS task",
  pod: "EKS pod",
  server: "IAM Roles Anywhere, certificate number",
  user: "IAM Identity Center, user",
  other: "session",
};

/** What holds a session, by its name. */
export const sessionName = ({ name, holder }: Session): string => `${HOLDERS[holder]} ${name}`;

/** The stolen sessions of the role that a finding is about. */
export function stolenSessions(finding: Finding, role?: Role): Session[] {
  const roleId = principalRoleId(finding.credentials[0].principalId);
  const names = finding.credentials.flatMap(({ principalId }) =>
    roleId !== undefined && principalRoleId(principalId) === roleId ? principalId!.slice(roleId.length + 1) : [],
  );
  // GuardDuty knows the instance even if the session does not tell.
  const { type, instanceId } = finding;
  if (instanceId && isInstance(instanceId) && type.includes("/InstanceCredentialExfiltration")) {
    names.unshift(instanceId);
  }
  const unique = new Set(names.map((name) => printable(name, MAX_NAME_CHARACTERS)).filter(Boolean));
  return [...unique].map((name) => ({ name, holder: holderOf(name, finding, role) }));
}

const isInstance = (name: string): boolean => sessionInstance(`AROA0:${name}`) !== undefined;

/** The services whose sessions belong to one holder, by what a trust policy calls them. */
const SERVICES: Readonly<Record<string, Holder>> = {
  "ec2.amazonaws.com": "instance",
  "lambda.amazonaws.com": "function",
  "edgelambda.amazonaws.com": "function",
  "ecs-tasks.amazonaws.com": "task",
  "pods.eks.amazonaws.com": "pod",
  "rolesanywhere.amazonaws.com": "server",
};

/** What holds the credentials that a service gets for a role. */
export const serviceHolder = (service: string): Holder => SERVICES[service.replace(/\.cn$/, "")] ?? "other";

/** What holds the credentials that the users of an identity provider get for a role. */
export function providerHolder(provider: string): Holder {
  if (provider.includes("oidc.eks.")) return "pod";
  return provider.includes("AWSSSO") ? "user" : "other";
}

/** Every holder that a role's trust policy admits. */
export function trustedHolders({ services, providers, principals }: Role["trust"]): Holder[] {
  const holders = [...services.map(serviceHolder), ...providers.map(providerHolder)];
  return [...new Set(principals.length > 0 ? [...holders, "other" as const] : holders)];
}

/** Holders whose sessions have no shape of their own: known only if nothing else may use the role. */
const SHAPELESS: readonly Holder[] = ["function", "pod", "server"];

/** Whoever gets a session gives it its name; where two kinds of names look alike, it counts who may use the role. */
function holderOf(name: string, { type, userName }: Finding, role: Role | undefined): Holder {
  if (isInstance(name)) return "instance";
  if (/^eks-.+-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(name)) return "pod";
  if (userName?.startsWith("AWSReservedSSO_")) return "user";
  const trusted = role ? trustedHolders(role.trust) : [];
  const isServer = trusted.includes("server") && !trusted.includes("task");
  if (/^[\da-f]{32}$/.test(name) && !isServer) return "task";
  if (type.includes("/ResourceCredentialExfiltration")) return "function";
  // The serial number of a certificate.
  if (/^[\da-f]{16,40}$/i.test(name)) return "server";
  const [only, ...others] = trusted;
  return only && others.length === 0 && SHAPELESS.includes(only) ? only : "other";
}
