import type { Incident } from "../../lambda/revoke-sessions/incident";
import type { Account } from "../../lambda/revoke-sessions/ports";
import { respond } from "../../lambda/revoke-sessions/respond";
import type { Scope } from "../../src/contract/environment";
import type { Outcome } from "../../src/contract/outcome-line";
import { configuration } from "./configuration";
import type { Choose } from "./every-order";
import { EVENT_TIME, ROLE_NAME } from "./finding";
import type { Theft } from "./history";
import { MemoryAws } from "./memory-aws";
import { isDenied } from "./play-history";
import { denies } from "./policy";

/** Invocations of the function about one role that run at the same time, and a thief in between. */
export interface Together {
  readonly scope: Scope;
  readonly invocations: readonly Invocation[];
  /** How long a call can take to have its effect. */
  readonly slowestCallSeconds: number;
  /** A thief whose session may edit the role, and how often it deletes a policy that denies it. */
  readonly thief?: { readonly theft: Theft; readonly deletions: number };
}

export interface Invocation {
  readonly event: Record<string, unknown>;
  /** By how much its clock is ahead, in seconds. */
  readonly clockError: number;
}

/** What became of one invocation. */
export interface Ended {
  readonly outcome: Outcome;
  readonly mails: readonly Incident[];
}

export interface PlayedTogether {
  readonly aws: MemoryAws;
  /** In the order of the invocations. */
  readonly ended: readonly Ended[];
  /** Sessions that the thief started when it was free again. */
  readonly started: readonly Theft[];
}

/** Something that can happen next. */
interface Event {
  readonly name: string;
  readonly happen: () => void;
}

/** As long as IAM takes to enforce a change, whoever it denies can still act. */
const ENFORCEMENT_MILLISECONDS = 4_000;

/**
 * Plays invocations against the real `respond` in an order that somebody chooses: which call to IAM has its effect next,
 * whose wait is over, when the thief acts. Calls that read or write no policy have their effect at once: nothing depends on
 * their order.
 *
 * @returns undefined if the choices ended.
 */
export async function playTogether(together: Together, choose: Choose): Promise<PlayedTogether | undefined> {
  const aws = new MemoryAws();
  aws.addRole();
  const { policies } = aws.roles.get(ROLE_NAME)!;
  const decided = configuration({ scope: together.scope });
  const start = EVENT_TIME.getTime() + 5_000;
  const slowest = together.slowestCallSeconds * 1_000;
  let now = start;

  /** What each invocation has seen: what it does next depends on nothing else. */
  const seen = together.invocations.map((): string[] => []);
  const calls: { readonly who: number; readonly name: string; readonly since: number; readonly happen: () => void }[] =
    [];
  const sleepers: { readonly who: number; readonly until: number; readonly wake: () => void }[] = [];
  const mails = together.invocations.map((): Incident[] => []);

  const accountOf = (who: number): Account => {
    const call = <Value extends string | void | undefined>(
      name: string,
      effect: () => Promise<Value>,
    ): Promise<Value> =>
      new Promise((resolve, reject) => {
        const turn = seen[who]!.filter((each) => each.startsWith(`${name} `)).length;
        const happen = () => {
          const ends = effect();
          // Of calls that are made at once, it does not matter which one ends first.
          ends
            .then((value) => seen[who]!.push(`${name} ${turn} ${now - start} ${value}`))
            .then(() => resolve(ends), reject);
        };
        calls.push({ who, name, since: now, happen });
      });
    return {
      getRole: (...args) => aws.getRole(...args),
      findRoleUse: () => aws.findRoleUse(),
      lookUpActivity: () => aws.lookUpActivity(),
      listRolePolicies: (...args) => aws.listRolePolicies(...args),
      getRolePolicy: (role, policy) => call(`get ${policy}`, () => aws.getRolePolicy(role, policy)),
      putRolePolicy: (role, policy, document) => call(`put ${policy}`, () => aws.putRolePolicy(role, policy, document)),
    };
  };
  const ends = together.invocations.map(async ({ event, clockError }, who): Promise<Ended> => {
    const account = accountOf(who);
    const { outcome } = await respond(event, {
      configuration: decided,
      accountOf: async () => account,
      announce: async () => true,
      report: async (incident) => {
        mails[who]!.push(incident);
        await aws.report(incident);
      },
      now: () => new Date(now + clockError * 1_000),
      wait: (seconds) => new Promise((wake) => sleepers.push({ who, until: now + seconds * 1_000, wake })),
      secondsLeft: () => 117 - (now - start) / 1_000,
    });
    return { outcome, mails: mails[who]! };
  });

  const started: Theft[] = [];
  let deletionsLeft = together.thief?.deletions ?? 0;
  let deniedSince: number | undefined;

  /** Everything that can happen now; the same things always in the same order. */
  function possible(): Event[] {
    const events = calls.map((call): Event => ({
      name: `${call.who} ${call.name} ${call.since - start}`,
      happen: () => {
        calls.splice(calls.indexOf(call), 1);
        call.happen();
      },
    }));
    const next = sleepers.reduce((a, b) => (b.until < a.until ? b : a), sleepers[0]!);
    if (next && calls.every(({ since }) => since + slowest >= next.until)) {
      const happen = () => {
        sleepers.splice(sleepers.indexOf(next), 1);
        now = Math.max(now, next.until);
        seen[next.who]!.push(`awake ${now - start}`);
        next.wake();
      };
      events.push({ name: `${next.who} wakes`, happen });
    }
    const isFree = deniedSince === undefined || now - deniedSince < ENFORCEMENT_MILLISECONDS;
    if (together.thief && deletionsLeft > 0 && isFree) {
      const denying = [...policies].filter(([, document]) => denies([document], together.thief!.theft));
      for (const policyName of denying.map(([name]) => name).sort()) {
        const happen = () => {
          deletionsLeft--;
          policies.delete(policyName);
          started.push({ ...together.thief!.theft, issuedAt: new Date(now) });
        };
        events.push({ name: `deletes ${policyName}`, happen });
      }
    }
    return events.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  for (;;) {
    // Whoever was answered or woken goes on until it calls or waits again.
    await new Promise(setImmediate);
    if (together.thief) {
      deniedSince = isDenied(aws, together.thief.theft) ? (deniedSince ?? now) : undefined;
    }
    const events = possible();
    if (calls.length + sleepers.length === 0) break;
    const state = [
      now,
      deletionsLeft,
      deniedSince,
      started,
      [...policies].sort(),
      seen.map((each) => each.toSorted()),
      events.map(({ name }) => name),
    ];
    const chosen = choose(JSON.stringify(state), events.length);
    if (chosen === undefined) return undefined;
    events[chosen]!.happen();
  }
  return { aws, ended: await Promise.all(ends), started };
}
