import type { RoleUse } from "../../lambda/revoke-sessions/impact";
import type { Refusal } from "../../lambda/revoke-sessions/outcome";
import { type Mail, report } from "../../lambda/revoke-sessions/mail";
import type { Aws, Incident, Revoked } from "../../lambda/revoke-sessions/respond";
import type { Role } from "../../lambda/revoke-sessions/triage";
import { ACCOUNT_ID, ROLE_ID, ROLE_NAME } from "./finding";

/** A role with its inline policies. */
export interface MemoryRole extends Role {
  readonly policies: Map<string, string>;
}

/** A policy that was written: to which role, and what it said. */
export interface PolicyWrite {
  readonly roleName: string;
  readonly policyName: string;
  readonly document: string;
}

/** What IAM refuses for good where a role is gone, as the port answers it. */
const ROLE_GONE: Refusal = { reason: "role-not-found", explanation: "the role was deleted while it was being revoked" };

/** The port to AWS, over an account in memory: what the function does there is recorded, what goes wrong is hooked in. */
export class MemoryAws implements Aws {
  readonly roles = new Map<string, MemoryRole>();
  /** The policies that took effect, in this order. */
  readonly writes: PolicyWrite[] = [];
  /** What people were told, */
  readonly incidents: Incident[] = [];
  /** and the mails that told them. */
  readonly mails: Mail[] = [];
  /** Those of the incidents that are revocations. */
  get revoked(): Revoked[] {
    return this.incidents.filter((incident) => "cutoff" in incident);
  }
  /** The names of the calls, in this order. */
  readonly calls: (keyof Aws)[] = [];
  roleUses: readonly RoleUse[] = [];

  /** Runs before a call takes effect; may throw, wait, or change the account. */
  before: (call: keyof Aws) => unknown = () => {};
  /** Runs after a call took effect; what it throws is an answer that got lost. */
  after: (call: keyof Aws) => unknown = () => {};
  /** What IAM refuses to write. */
  refuse: (write: PolicyWrite) => Refusal | undefined = () => undefined;

  addRole({ name = ROLE_NAME, roleId = ROLE_ID, path = "/", tags = [] as Role["tags"] } = {}): MemoryRole {
    const arn = `arn:aws:iam::${ACCOUNT_ID}:role${path}${name}`;
    const role = { arn, path, roleId, tags, policies: new Map<string, string>() };
    this.roles.set(name, role);
    return role;
  }

  async getRole(roleName: string): Promise<Role | undefined> {
    return this.call("getRole", () => this.roles.get(roleName));
  }

  async getRolePolicy(roleName: string, policyName: string): Promise<string | undefined> {
    return this.call("getRolePolicy", () => this.roles.get(roleName)?.policies.get(policyName));
  }

  async putRolePolicy(roleName: string, policyName: string, document: string): Promise<Refusal | undefined> {
    return this.call("putRolePolicy", () => {
      const role = this.roles.get(roleName);
      const write = { roleName, policyName, document };
      const refusal = role ? this.refuse(write) : ROLE_GONE;
      if (refusal) return refusal;
      role?.policies.set(policyName, document);
      this.writes.push(write);
      return undefined;
    });
  }

  async findRoleUse(): Promise<readonly RoleUse[]> {
    return this.call("findRoleUse", () => this.roleUses);
  }

  async notify(incident: Incident): Promise<void> {
    return this.call("notify", () => {
      this.mails.push(report(incident));
      this.incidents.push(incident);
    });
  }

  private async call<Result>(name: keyof Aws, effect: () => Result): Promise<Result> {
    this.calls.push(name);
    await this.before(name);
    const result = effect();
    await this.after(name);
    return result;
  }
}
