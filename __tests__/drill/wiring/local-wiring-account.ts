import { setTimeout as sleep } from "node:timers/promises";

import type { WiringAccount } from "../../../drill/wiring/ports";
import type { LocalDeployment } from "../../../local-aws/deployment/local-deployment";
import { sampleFinding } from "../../../local-aws/guardduty/sample-finding";
import { LocalAwsError } from "../../../local-aws/local-aws-error";
import type { OutcomeLine } from "../../../src/contract/outcome-line";

/** The account of a drill of the wiring on a local AWS: its rules, its function, its topic. */
export class LocalWiringAccount implements WiringAccount {
  /** When GuardDuty passes a sample on, in seconds after it was asked for it. */
  delaySeconds = 10;
  private readonly samples = new Map<string, { readonly id: string; readonly at: number }>();
  private readonly lines: OutcomeLine[] = [];
  private aheadSeconds = 0;

  constructor(private readonly local: LocalDeployment) {}

  async createSample(type: string): Promise<boolean> {
    try {
      const event = sampleFinding(this.local.account, type, this.now());
      this.samples.set(type, { id: (event["detail"] as { id: string }).id, at: this.now().getTime() });
      const outcomes = await this.local.send(event);
      for (const delivery of outcomes.flatMap(({ deliveries }) => deliveries)) {
        if (delivery.kind !== "invoked") continue;
        const { stdout } = delivery.invoked.invocation;
        this.lines.push(...stdout.split("\n").flatMap((line) => (line.startsWith("{") ? JSON.parse(line) : [])));
      }
      return true;
    } catch (error) {
      if (error instanceof LocalAwsError) return false;
      throw error;
    }
  }

  async sampleOf(type: string): Promise<string | undefined> {
    const sample = this.samples.get(type);
    return sample && this.now().getTime() - sample.at >= this.delaySeconds * 1_000 ? sample.id : undefined;
  }

  async outcomeOf(findingId: string): Promise<OutcomeLine | undefined> {
    return this.lines.find((line) => line.findingId === findingId);
  }

  now(): Date {
    return new Date(Date.now() + this.aheadSeconds * 1_000);
  }

  async wait(seconds: number): Promise<void> {
    this.aheadSeconds += seconds;
    await sleep(0);
  }
}
