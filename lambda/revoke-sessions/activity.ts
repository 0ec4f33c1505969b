import type { Stolen } from "./stolen";
import type { TrailEvent } from "./trail-event";

/** What stolen credentials were used for, as far as CloudTrail had it, or why nobody could look. */
export type KeyActivity = LookedUp | { readonly kind: "unknown"; readonly why: string };

export interface LookedUp extends Summary {
  readonly kind: "looked-up";
  /** How far each region was looked through. */
  readonly regions: readonly RegionLookUp[];
}

/** How far the events of one region were looked through. */
export interface RegionLookUp {
  readonly region: string;
  /** The time of the newest event of anybody: until then CloudTrail had delivered; undefined if there was none. */
  readonly deliveredUntil?: Date;
  /** Why not all events were seen; undefined if they were. */
  readonly shortfall?: Shortfall;
}

export type Shortfall =
  /** There are more events than are looked at. */
  | { readonly kind: "too-many" }
  /** The time for it was over. */
  | { readonly kind: "no-time" }
  /** CloudTrail throttled. */
  | { readonly kind: "throttled" }
  | { readonly kind: "not-permitted" | "failed"; readonly why: string };

/** What was done with stolen credentials, and with those made out of them. */
export interface Summary {
  readonly calls: number;
  readonly firstCall?: Date;
  readonly lastCall?: Date;
  /** From where, the finding's addresses first. */
  readonly addresses: readonly AddressCount[];
  /** What was called, most often first. */
  readonly called: readonly CallCount[];
  /** What was created or changed, that from the finding's addresses first. */
  readonly changed: readonly Change[];
  /** What was tried and denied, most often first. */
  readonly denied: readonly CallCount[];
  /** Sessions of roles that were started, those from the finding's addresses first. */
  readonly sessions: readonly StartedSession[];
  /** Access keys that were made out of the stolen sessions. */
  readonly madeKeys: readonly string[];
  /** Calls of the same sessions with other keys: their owner's, or with made keys of whose making there is no event. */
  readonly otherKeys: OtherKeys;
}

/** A call of a service. */
interface Call {
  readonly source: string;
  readonly name: string;
}

export interface CallCount extends Call {
  readonly count: number;
}

export interface AddressCount {
  readonly address: string;
  readonly count: number;
  /** Whether the finding names it. */
  readonly isThiefs: boolean;
}

export interface Change extends CallCount {
  /** What was changed, by name. */
  readonly resources: readonly string[];
}

/** A session of a role that was started with other credentials. */
export interface StartedSession {
  readonly startedAt: Date;
  /** The call that started it, such as `AssumeRole`. */
  readonly by: string;
  /** Who called, as `AROA…:session-name`. */
  readonly caller?: string;
  /** Whether it was called from an address of the finding. */
  readonly isThiefs: boolean;
  readonly roleArn?: string;
  /** As `AROA…:session-name`. */
  readonly principalId?: string;
  readonly accessKeyId?: string;
}

export interface OtherKeys {
  readonly calls: number;
  readonly accessKeyIds: readonly string[];
}

/** Error codes that say that the call was not allowed. */
const DENIED = /AccessDenied|Unauthorized|NotAuthorized|AuthorizationError|Forbidden|AuthFailure/i;

const isDenied = ({ errorCode }: TrailEvent): boolean => Boolean(errorCode?.match(DENIED));

/** Sums up what stolen credentials were used for; events of others, and those that are there twice, are left out. */
export function summarize(events: readonly TrailEvent[], stolen: Stolen): Summary {
  const all = inOrder(events);
  const madeKeys = keysMadeWith(stolen.accessKeyIds, all);
  const keys = [...stolen.accessKeyIds, ...madeKeys];
  const isOfSession = ({ principalId }: TrailEvent) => isOneOf(stolen.principalIds, principalId);
  // A finding that names no key is about all of its sessions'.
  const isStolen = (event: TrailEvent) =>
    stolen.accessKeyIds.length === 0 ? isOfSession(event) : isOneOf(keys, event.accessKeyId);
  const isThiefs = ({ address }: TrailEvent) => isOneOf(stolen.addresses, address);
  const thiefsFirst = (some: TrailEvent[]) => [...some.filter(isThiefs), ...some.filter((each) => !isThiefs(each))];

  const calls = all.filter(isStolen);
  const others = all.filter((event) => !isStolen(event) && isOfSession(event));
  const changes = calls.filter(({ readOnly, errorCode, issued }) => !readOnly && !errorCode && !issued);
  return {
    calls: calls.length,
    firstCall: calls[0]?.time,
    lastCall: calls.at(-1)?.time,
    addresses: addressesOf(calls, stolen),
    called: counted(calls),
    changed: changesOf(thiefsFirst(changes)),
    denied: counted(calls.filter(isDenied)),
    sessions: thiefsFirst(calls).flatMap((event) => startedBy(event, isThiefs(event))),
    madeKeys,
    otherKeys: { calls: others.length, accessKeyIds: unique(others.flatMap(({ accessKeyId }) => accessKeyId ?? [])) },
  };
}

/** Events in the order in which they happened, each once. */
function inOrder(events: readonly TrailEvent[]): TrailEvent[] {
  const once = new Map(events.map((event) => [event.id, event]));
  return [...once.values()].sort((a, b) => a.time.getTime() - b.time.getTime());
}

function startedBy({ time, name, principalId: caller, issued }: TrailEvent, isThiefs: boolean): StartedSession[] {
  if (!issued || issued.ofCaller) return [];
  const { roleArn, principalId, accessKeyId } = issued;
  return [{ startedAt: time, by: name, caller, isThiefs, roleArn, principalId, accessKeyId }];
}

/** The keys that were made with some keys, and with those in turn. */
function keysMadeWith(accessKeyIds: readonly string[], events: readonly TrailEvent[]): string[] {
  const keys = new Set<string | undefined>(accessKeyIds);
  const made: string[] = [];
  for (let known = -1; known !== made.length;) {
    known = made.length;
    for (const { accessKeyId, issued } of events) {
      const key = issued?.ofCaller ? issued.accessKeyId : undefined;
      if (key === undefined || keys.has(key) || !keys.has(accessKeyId)) continue;
      keys.add(key);
      made.push(key);
    }
  }
  return made;
}

function addressesOf(events: readonly TrailEvent[], { addresses }: Stolen): AddressCount[] {
  const counts = countBy(events.flatMap(({ address }) => address ?? []));
  return [...counts]
    .map(([address, count]) => ({ address, count, isThiefs: addresses.includes(address) }))
    .sort((a, b) => Number(b.isThiefs) - Number(a.isThiefs) || b.count - a.count);
}

/** Calls with how often they were made, the most frequent first. */
function counted(events: readonly TrailEvent[]): CallCount[] {
  return [...grouped(events).values()]
    .map(([{ source, name }, ...others]) => ({ source, name, count: others.length + 1 }))
    .sort((a, b) => b.count - a.count);
}

/** What was changed, call by call, in the order of the first of each. */
function changesOf(events: readonly TrailEvent[]): Change[] {
  return [...grouped(events).values()].map((group) => ({
    source: group[0].source,
    name: group[0].name,
    count: group.length,
    resources: unique(group.flatMap(({ resources }) => resources)),
  }));
}

function grouped(events: readonly TrailEvent[]): Map<string, [TrailEvent, ...TrailEvent[]]> {
  const groups = new Map<string, [TrailEvent, ...TrailEvent[]]>();
  for (const event of events) {
    const key = `${event.source} ${event.name}`;
    const group = groups.get(key);
    if (group) group.push(event);
    else groups.set(key, [event]);
  }
  return groups;
}

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** What is missing is not one of them. */
const isOneOf = (values: readonly (string | undefined)[], value: string | undefined): boolean => values.includes(value);

const unique = (values: readonly string[]): string[] => [...new Set(values)];
