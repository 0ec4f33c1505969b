import type { KeyActivity } from "../../lambda/revoke-sessions/activity";
import type { Finding } from "../../lambda/revoke-sessions/finding";
import type { Incident, Revoked, RoleUse } from "../../lambda/revoke-sessions/incident";
import { eventAbout } from "../../lambda/revoke-sessions/incident-event";
import { type Mail, mailAbout } from "../../lambda/revoke-sessions/mail";
import type { Account, Dependencies } from "../../lambda/revoke-sessions/ports";
import { type Refusal, RefusalError } from "../../lambda/revoke-sessions/refusal";
import type { Stolen } from "../../lambda/revoke-sessions/stolen";
import type { Role } from "../../lambda/revoke-sessions/triage";
import { readTrust, type Trust } from "../../lambda/revoke-sessions/trust";
import type { IncidentEvent } from "../../src/contract/incident-event";
import { configuration } from "./configuration";
import { ACCOUNT_ID, EVENT_TIME, ROLE_ID, ROLE_NAME } from "./finding";

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

/** The calls of the function to AWS, and the mail that it sends. */
export type Call = keyof Account | "report" | "announce";

/** As the port refuses a write to a role that is gone. */
const ROLE_GONE: Refusal = { reason: "role-not-found", explanation: "the role was deleted while it was being revoked" };

/** A role that instances use, and nobody else. */
export const TRUSTS_EC2: Trust = { ...readTrust(undefined), services: ["ec2.amazonaws.com"] };

/** The port to AWS, over an account in memory: what the function does there is recorded, what goes wrong is hooked in. */
export class MemoryAws implements Account, Pick<Dependencies, "report" | "announce"> {
  readonly roles = new Map<string, MemoryRole>();
  /** The policies that took effect, in this order. */
  readonly writes: PolicyWrite[] = [];
  /** What people were told, */
  readonly incidents: Incident[] = [];
  /** and the mails that told them. */
  readonly mails: Mail[] = [];
  /** Those of the incidents that are revocations. */
  get revoked(): Revoked[] {
    return this.incidents.filter((incident) => incident.kind === "revoked");
  }
  /** The names of the calls, in this order. */
  readonly calls: Call[] = [];
  roleUses: readonly RoleUse[] = [];
  activity: KeyActivity = { kind: "unknown", why: "nobody said" };
  /** What others than the finding's credentials were used for. */
  activityOf: (stolen: Stolen) => KeyActivity = () => this.activity;

  /** Runs before a call takes effect; may throw, wait, or change the account. */
  before: (call: Call) => unknown = () => {};
  /** Runs after a call took effect; what it throws is a response that got lost. */
  after: (call: Call) => unknown = () => {};
  /** What IAM refuses to write. */
  refuse: (write: PolicyWrite) => Refusal | undefined = () => undefined;

  addRole(changed: Partial<Omit<Role, "arn">> & { readonly name?: string } = {}): MemoryRole {
    const { name = ROLE_NAME, path = "/", ...others } = changed;
    const arn = `arn:aws:iam::${ACCOUNT_ID}:role${path}${name}`;
    const role = {
      arn,
      path,
      roleId: ROLE_ID,
      tags: [],
      trust: TRUSTS_EC2,
      ...others,
      policies: new Map<string, string>(),
    };
    this.roles.set(name, role);
    return role;
  }

  async getRole(roleName: string): Promise<Role | undefined> {
    return this.call("getRole", () => this.roles.get(roleName));
  }

  async getRolePolicy(roleName: string, policyName: string): Promise<string | undefined> {
    return this.call("getRolePolicy", () => this.roles.get(roleName)?.policies.get(policyName));
  }

  async listRolePolicies(roleName: string): Promise<readonly string[]> {
    return this.call("listRolePolicies", () => [...(this.roles.get(roleName)?.policies.keys() ?? [])]);
  }

  async putRolePolicy(roleName: string, policyName: string, document: string): Promise<void> {
    return this.call("putRolePolicy", () => {
      const role = this.roles.get(roleName);
      const write = { roleName, policyName, document };
      const refusal = role ? this.refuse(write) : ROLE_GONE;
      if (refusal) throw new RefusalError(refusal);
      role?.policies.set(policyName, document);
      this.writes.push(write);
    });
  }

  async lookUpActivity(_finding?: Finding, _seconds?: number, stolen?: Stolen): Promise<KeyActivity> {
    return this.call("lookUpActivity", () => (stolen ? this.activityOf(stolen) : this.activity));
  }

  async findRoleUse(): Promise<readonly RoleUse[]> {
    return this.call("findRoleUse", () => this.roleUses);
  }

  report = async (incident: Incident, others: readonly Incident[] = []): Promise<void> =>
    this.call("report", () => {
      this.mails.push(mailAbout(incident, others));
      this.incidents.push(incident, ...others);
    });

  /** Whether the bus takes an incident's event. */
  busTakes = true;

  /** What it took. */
  readonly events: IncidentEvent[] = [];

  announce = async (incident: Incident): Promise<boolean> =>
    this.call("announce", () => {
      if (this.busTakes) this.events.push(eventAbout(incident, mailAbout(incident)));
      return this.busTakes;
    });

  private async call<Result>(name: Call, effect: () => Result): Promise<Result> {
    this.calls.push(name);
    await this.before(name);
    const result = effect();
    await this.after(name);
    return result;
  }
}

/** Everything that `respond` needs, over an account in memory; time stands still unless a test lets it go on. */
export function dependenciesOf(aws: MemoryAws, changed: Partial<Dependencies> = {}): Dependencies {
  return {
    configuration: configuration(),
    accountOf: async () => aws,
    report: aws.report,
    announce: aws.announce,
    now: () => EVENT_TIME,
    wait: async () => {},
    secondsLeft: () => 117,
    ...changed,
  };
}
