import { createHash } from "node:crypto";

import type { NamedPolicy, PolicyDocument } from "../iam/policy";
import { EventHistory } from "./event-history";

/** An IAM role with its inline policies. */
export interface Role {
  readonly name: string;
  readonly path: string;
  /** The unique id, `AROA…`. */
  readonly roleId: string;
  readonly arn: string;
  tags: Readonly<Record<string, string>>;
  /** Who may assume the role. */
  trustPolicy: PolicyDocument;
  /** When and in which region the role was last used, as far as IAM knows; undefined if it does not. */
  lastUsed?: { readonly date: Date; readonly region: string };
  /** Inline policies: name and document. */
  readonly policies: Map<string, string>;
}

/** A session that STS made of a role. */
export interface AssumedSession {
  readonly roleName: string;
  readonly sessionName: string;
  readonly accessKeyId: string;
  readonly issuedAt: Date;
}

export interface InstanceProfile {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly roleName: string;
}

export interface Instance {
  readonly instanceId: string;
  readonly region: string;
  readonly name?: string;
  /** As EC2 names it: `running`, `stopped`, … */
  readonly state: string;
  readonly instanceProfileArn?: string;
}

/** A message that a topic accepted, as its e-mail subscribers receive it. */
export interface Mail {
  readonly topicArn: string;
  readonly subject?: string;
  readonly message: string;
  readonly sentAt: Date;
  /** What subscriptions filter by, if it has any. */
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
}

/** An attribute of a message. */
export interface MessageAttribute {
  /** `String`, `String.Array`, `Number` or `Binary`, and maybe a label of one's own. */
  readonly type: string;
  readonly value: string;
}

/** An event that a bus took. */
export interface TakenEvent {
  readonly busArn: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly resources: readonly string[];
}

/** The id of the account if no other one is asked for: one that AWS's documentation uses. */
export const EXAMPLE_ACCOUNT = "111122223333";

const EC2_TRUST: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/**
 * The state of one AWS account in one region, as far as the endpoint shows and changes it. Tests may change anything in
 * it at any time: that is how somebody else acts in the account.
 */
export class AwsAccount {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
  readonly roles = new Map<string, Role>();
  readonly instanceProfiles: InstanceProfile[] = [];
  readonly instances: Instance[] = [];
  readonly topicArns = new Set<string>();
  readonly mails: Mail[] = [];
  /** The event buses, the account's default one among them. */
  readonly busArns: Set<string>;
  /** What the buses took, in this order. */
  readonly events: TakenEvent[] = [];
  /** Other accounts behind the same endpoint, by their ids. */
  readonly neighbours = new Map<string, AwsAccount>();
  /** Id of the organization that the account belongs to; undefined if it belongs to none. */
  organizationId?: string;
  /** The organization's service control policies that apply to the account, beside the one that allows everything. */
  readonly serviceControlPolicies: NamedPolicy[] = [];
  /** The sessions that STS made of the account's roles, by their access keys. */
  readonly sessions = new Map<string, AssumedSession>();
  /** What CloudTrail has. */
  readonly eventHistory = new EventHistory();
  private rolesCreated = 0;

  constructor({ accountId = EXAMPLE_ACCOUNT, region = "us-west-2" } = {}) {
    this.accountId = accountId;
    this.region = region;
    this.partition = partitionOf(region);
    this.busArns = new Set([`arn:${this.partition}:events:${region}:${accountId}:event-bus/default`]);
  }

  /** Creates a role, in place of one of the same name: the id then changes, unless it is given. */
  addRole(role: {
    name: string;
    path?: string;
    roleId?: string;
    tags?: Record<string, string>;
    /** @default - EC2 instances may assume the role */
    trustPolicy?: PolicyDocument;
    lastUsed?: Role["lastUsed"];
    policies?: Record<string, unknown>;
  }): Role {
    const { name, path = "/", tags = {}, trustPolicy = EC2_TRUST, lastUsed, policies = {} } = role;
    const created: Role = {
      name,
      path,
      roleId: role.roleId ?? uniqueId("AROA", `${name} ${++this.rolesCreated}`),
      arn: `arn:${this.partition}:iam::${this.accountId}:role${path}${name}`,
      tags,
      trustPolicy,
      lastUsed,
      policies: new Map(
        Object.entries(policies).map(([policyName, document]) => [policyName, JSON.stringify(document)]),
      ),
    };
    this.roles.set(name, created);
    return created;
  }

  addInstanceProfile(profile: { name: string; path?: string; roleName: string }): InstanceProfile {
    const { name, path = "/", roleName } = profile;
    const created = {
      name,
      path,
      roleName,
      arn: `arn:${this.partition}:iam::${this.accountId}:instance-profile${path}${name}`,
    };
    this.instanceProfiles.push(created);
    return created;
  }

  addInstance(instance: Omit<Instance, "state" | "region"> & Partial<Pick<Instance, "state" | "region">>): Instance {
    const created = { state: "running", region: this.region, ...instance };
    this.instances.push(created);
    return created;
  }

  /** The inline policy of a role, parsed; undefined if there is none. */
  policy(roleName: string, policyName: string): PolicyDocument | undefined {
    const document = this.roles.get(roleName)?.policies.get(policyName);
    return document === undefined ? undefined : (JSON.parse(document) as PolicyDocument);
  }
}

/** The partition a region belongs to. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** An id as IAM makes them: the prefix of its kind and seventeen letters and digits, the same for the same seed. */
export function uniqueId(prefix: "AROA" | "ASIA" | "AIPA", seed: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const digest = createHash("sha256").update(`${prefix} ${seed}`).digest();
  const length = prefix === "ASIA" ? 16 : 17;
  return prefix + Array.from(digest.subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join("");
}
