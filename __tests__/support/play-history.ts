import type { Incident } from "../../lambda/revoke-sessions/incident";
import type { Account } from "../../lambda/revoke-sessions/ports";
import { notPermitted } from "../../lambda/revoke-sessions/permission";
import { type Refusal, RefusalError } from "../../lambda/revoke-sessions/refusal";
import { respond } from "../../lambda/revoke-sessions/respond";
import type { Outcome } from "../../src/contract/outcome-line";
import { type FailureRecord, invokeAsynchronously } from "./asynchronous-invocation";
import { configuration } from "./configuration";
import { EVENT_TIME, ROLE_NAME } from "./finding";
import type { CallFault, Delivery, History, Theft } from "./history";
import { type Call, MemoryAws } from "./memory-aws";
import { denies } from "./policy";
import { VirtualTime } from "./virtual-time";

/** What became of one delivery: the result of its last attempt, or its record at the failure destination. */
export interface Fate {
  readonly delivery: Delivery;
  readonly result?: Outcome;
  readonly failure?: FailureRecord;
  /** What people were told by its attempts. */
  readonly mails: readonly Incident[];
}

/** A fault that had its effect. */
export interface Injected {
  readonly call: Call;
  readonly fault: CallFault;
}

export interface Played {
  readonly aws: MemoryAws;
  readonly fates: readonly Fate[];
  /** What went wrong, in this order. */
  readonly injected: readonly Injected[];
  readonly deletions: number;
  /** Writes that took effect when their attempt had ended, with a result or an error. */
  readonly lateWrites: number;
  /** Attempts that ended by themselves, but after the function's own deadline. */
  readonly overruns: number;
}

/** How IAM refuses a policy for which the role has no room. */
const NO_ROOM: Refusal = { reason: "policy-quota-exceeded", explanation: "no room" };
/** How it refuses what a policy denies explicitly. */
const DENIED = notPermitted(
  "User: u is not authorized to perform: x with an explicit deny in a service control policy",
);

/** A call to AWS ends within this time, retries of the SDK included, and so does a write. */
const SLOW_MILLISECONDS = 36_000;
/** What the function's own deadline leaves to one attempt. */
const ATTEMPT_MILLISECONDS = 117_000;
/** As long as IAM takes to enforce a change, whoever it denies can still act. */
const ENFORCEMENT_MILLISECONDS = 4_000;

/**
 * Plays a history against the real `respond`, with what EventBridge and Lambda do around it.
 *
 * @param concurrently false hands over the next delivery only when all attempts at the one before are over.
 */
export async function play(history: History, concurrently: boolean): Promise<Played> {
  const time = new VirtualTime(EVENT_TIME);
  const aws = new MemoryAws();
  aws.addRole();
  const decided = configuration({ scope: history.scope });
  const faults = [...history.faults];
  const latencies = [...history.latencies];
  const clockErrors = [...history.clockErrors];
  const thief = new Thief(history, aws, time);
  const faultsOf = new Map(Object.entries(history.faultsOf ?? {}).map(([name, planned]) => [name, [...planned]]));
  const injected: Injected[] = [];
  let [lateWrites, overruns] = [0, 0];

  const attempt =
    (mails: Incident[]) =>
    async (event: unknown): Promise<Outcome> => {
      const clockError = clockErrors.shift() ?? 0;
      const deadline = time.now().getTime() + ATTEMPT_MILLISECONDS;
      const killed = new Kill();
      let ended = false;
      const call = async <Value>(name: Call, respondWith: (fault: CallFault) => Promise<Value>): Promise<Value> => {
        const fault = faultsOf.get(name)?.shift() ?? faults.shift() ?? "none";
        if (fault !== "none" && (fault !== "quota" || name === "putRolePolicy")) injected.push({ call: name, fault });
        if (fault === "killed-before") killed.happen();
        const takes = fault === "slow" ? SLOW_MILLISECONDS : (latencies.shift() ?? 0);
        const left = deadline - time.now().getTime();
        if (takes > 0) await time.sleep(Math.max(0, Math.min(takes, left)));
        await killed.unlessHappened();
        if (takes > left) throw new Error("AbortError");
        if (fault === "error") throw new Error("Throttling");
        if (fault === "denied") throw name === "report" ? new Error("AuthorizationError") : new RefusalError(DENIED);
        const response = await respondWith(fault);
        // What is on its way when an attempt is killed may arrive.
        if (name === "putRolePolicy" && ended && !killed.hasHappened) lateWrites++;
        if (fault === "killed-after") killed.happen();
        await killed.unlessHappened();
        if (fault === "lost-answer") throw new Error("socket hang up");
        if (name === "putRolePolicy") thief.noticeWrite();
        return response;
      };
      const disturbed: Account = {
        getRole: (...args) => call("getRole", () => aws.getRole(...args)),
        getRolePolicy: (...args) => call("getRolePolicy", () => aws.getRolePolicy(...args)),
        listRolePolicies: (...args) => call("listRolePolicies", () => aws.listRolePolicies(...args)),
        putRolePolicy: (...args) =>
          call("putRolePolicy", async (fault) => {
            if (fault === "quota") throw new RefusalError(NO_ROOM);
            await aws.putRolePolicy(...args);
          }),
        lookUpActivity: () => call("lookUpActivity", () => aws.lookUpActivity()),
        findRoleUse: () => call("findRoleUse", () => aws.findRoleUse()),
      };
      const handled = respond(event, {
        configuration: decided,
        accountOf: async () => disturbed,
        report: (incident) => call("report", async () => (mails.push(incident), aws.report(incident))),
        announce: aws.announce,
        secondsLeft: () => (deadline - time.now().getTime()) / 1_000,
        now: () => new Date(time.now().getTime() + clockError),
        wait: async (seconds) => {
          await time.sleep(seconds * 1_000);
          await killed.unlessHappened();
        },
      });
      try {
        return (await Promise.race([handled, killed.happened])).outcome;
      } finally {
        ended = true;
        if (time.now().getTime() > deadline) overruns++;
      }
    };

  const deliver = async (delivery: Delivery): Promise<Fate> => {
    const mails: Incident[] = [];
    const end = await invokeAsynchronously(delivery.event, attempt(mails), (milliseconds) => time.sleep(milliseconds));
    return { delivery, mails, ...end };
  };
  const until = (moment: Date) => time.sleep(Math.max(0, moment.getTime() - time.now().getTime()));
  const inOrder = [...history.deliveries].sort((a, b) => a.deliveredAt.getTime() - b.deliveredAt.getTime());
  const fates: Fate[] = [];
  const handOver = async (delivery: Delivery) => {
    await until(delivery.deliveredAt);
    fates.push(await deliver(delivery));
  };
  const everything = concurrently
    ? Promise.all(inOrder.map(handOver))
    : inOrder.reduce((earlier, delivery) => earlier.then(() => handOver(delivery)), Promise.resolve());
  if (history.roleDeletedAt) void until(history.roleDeletedAt).then(() => aws.roles.delete(ROLE_NAME));

  await time.run();
  await everything;
  return { aws, fates, injected, deletions: thief.deletions, lateWrites, overruns };
}

/** The end of an attempt from outside: whoever waits inside it waits for ever. */
class Kill {
  hasHappened = false;
  private end!: (error: Error) => void;
  /** Rejects when it happens. */
  readonly happened = new Promise<never>((_, reject) => (this.end = reject));

  happen(): void {
    this.hasHappened = true;
    this.end(new Error("Runtime.ExitError"));
  }

  async unlessHappened(): Promise<void> {
    if (this.hasHappened) await new Promise(() => {});
  }
}

/** The thief of the first theft, whose session may edit the role, for as long as IAM lets it. */
class Thief {
  deletions = 0;
  private deniedSince?: Date;
  private readonly planned: number[];

  constructor(
    private readonly history: History,
    private readonly aws: MemoryAws,
    private readonly time: VirtualTime,
  ) {
    this.planned = [...history.deletions];
  }

  noticeWrite(): void {
    const write = this.aws.writes.at(-1);
    if (!write || !isDenied(this.aws, this.history.thefts[0]!)) return;
    this.deniedSince ??= this.time.now();
    const after = this.planned.shift();
    if (after === undefined) return;
    void this.time.sleep(after).then(() => {
      if (this.deniedSince && this.time.now().getTime() - this.deniedSince.getTime() >= ENFORCEMENT_MILLISECONDS) {
        return;
      }
      if (this.aws.roles.get(write.roleName)?.policies.delete(write.policyName)) this.deletions++;
      this.deniedSince = isDenied(this.aws, this.history.thefts[0]!) ? this.deniedSince : undefined;
    });
  }
}

/** Whether the role's policies deny a stolen session now; where the role is gone, nothing is allowed any more. */
export function isDenied(aws: MemoryAws, theft: Theft): boolean {
  const role = aws.roles.get(ROLE_NAME);
  return role === undefined || denies(role.policies.values(), theft);
}
