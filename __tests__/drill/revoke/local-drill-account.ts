import { setTimeout as sleep } from "node:timers/promises";

import { uniqueId } from "../../../local-aws/api/account";
import { decideForSession } from "../../../local-aws/deployment/session-access";
import type { DrillAccount, DrillSession } from "../../../drill/revoke/ports";
import type { OutcomeLine } from "../../../src/contract/outcome-line";
import type { PackagedFunction } from "../../support/packaged-function";
import { ROLE_NAME } from "../../support/finding";

const EFFECTS = {
  allowed: "allowed",
  "implicitly denied": "denied",
  "explicitly denied": "explicitly denied",
} as const;

/**
 * The account of a drill on a local AWS, with the function's real package. Its clock runs ahead of real time: nobody waits for a
 * cut-off.
 */
export class LocalDrillAccount implements DrillAccount {
  readonly operator = "arn:aws:iam::111122223333:user/operator";
  readonly harmlessCalls = ["sqs:ListQueues", "ec2:DescribeRegions"];
  /** The events that the function was handed. */
  readonly handedOver: Readonly<Record<string, unknown>>[] = [];
  /** How long IAM takes to enforce a policy that it has taken. */
  propagationSeconds = 0;
  private readonly lines: OutcomeLine[] = [];
  private readonly ended: Promise<unknown>[] = [];
  private attachedAt?: number;
  private aheadSeconds = 0;
  private sessions = 0;

  constructor(private readonly packaged: PackagedFunction) {}

  async startSession(roleArn: string, name: string): Promise<DrillSession> {
    const accessKeyId = uniqueId("ASIA", `${name} ${++this.sessions}`);
    const roleName = roleArn.split("/").at(-1)!;
    const session = { roleName, sessionName: name, accessKeyId, issuedAt: this.now() };
    const { account } = this.packaged;
    return {
      name,
      accessKeyId,
      principalId: `${account.roles.get(roleName)!.roleId}:${name}`,
      attempt: async (call) => {
        const { effect } = await decideForSession(account, session, call, "*");
        return effect === "explicitly denied" && !this.isEnforced() ? "allowed" : EFFECTS[effect];
      },
    };
  }

  async policyNames(roleName: string): Promise<string[]> {
    return [...this.packaged.account.roles.get(roleName)!.policies.keys()];
  }

  async policy(roleName: string, policyName: string): Promise<string | undefined> {
    return this.packaged.account.roles.get(roleName)!.policies.get(policyName);
  }

  async removePolicy(roleName: string, policyName: string): Promise<void> {
    this.packaged.account.roles.get(roleName)!.policies.delete(policyName);
  }

  async handOver(event: Readonly<Record<string, unknown>>): Promise<void> {
    this.handedOver.push(event);
    this.ended.push(
      this.packaged.invoke(event).then(({ stdout }) => {
        this.lines.push(...stdout.split("\n").flatMap((line) => (line.startsWith("{") ? JSON.parse(line) : [])));
      }),
    );
  }

  async outcomeOf(findingId: string): Promise<OutcomeLine | undefined> {
    return this.lines.find((line) => line.findingId === findingId);
  }

  now(): Date {
    return new Date(Date.now() + this.aheadSeconds * 1_000);
  }

  async wait(seconds: number): Promise<void> {
    const end = this.now().getTime() + seconds * 1_000;
    await sleep(5);
    // Others may have waited meanwhile.
    this.aheadSeconds += Math.max(0, end - this.now().getTime()) / 1_000;
  }

  /** Waits until the function has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.ended);
  }

  private isEnforced(): boolean {
    if (this.packaged.account.roles.get(ROLE_NAME)!.policies.size > 1) this.attachedAt ??= this.now().getTime();
    return this.now().getTime() - (this.attachedAt ?? 0) >= this.propagationSeconds * 1_000;
  }
}
