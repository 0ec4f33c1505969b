import { type KeyActivity, type RegionLookUp, type Shortfall, summarize } from "./activity";
import type { FunctionConfiguration } from "./configuration";
import { messageOf } from "./enforce";
import type { Finding } from "./finding";
import { iamRegionOf } from "../../src/contract/iam-region";
import { type Stolen, stolenOf, usableSince } from "./stolen";
import type { TrailEvent } from "./trail-event";

/** CloudTrail's event history of one account and region, as far as it is asked. */
export interface Trail {
  /** One page of events, the latest first. */
  lookUp(query: Query): Promise<Page>;
}

/** Which events are looked up. */
export interface Query {
  /** By whom, if not by anybody. */
  readonly attribute?: Attribute;
  readonly since?: Date;
  /** Of a page before. */
  readonly nextToken?: string;
  /** How many events a page has at most. */
  readonly pageSize: number;
}

/** What CloudTrail can look up by: one such thing at a time. */
export interface Attribute {
  readonly key: "AccessKeyId" | "Username";
  readonly value: string;
}

export interface Page {
  readonly events: readonly TrailEvent[];
  readonly nextToken?: string;
}

interface Clock {
  readonly now: () => Date;
  readonly wait: (seconds: number) => Promise<void>;
}

/**
 * CloudTrail takes two requests a second for an account and region, of everybody in the account. It is asked at once, and if it
 * throttles, again after this time,
 */
const SECONDS_AFTER_THROTTLING = 1;
/** and from then on at this distance; */
const SECONDS_BETWEEN_REQUESTS = 0.55;
/** but a region is given up if it has throttled so often. */
const MAX_TIMES_THROTTLED = 5;

/** CloudTrail's longest page. */
const PAGE_SIZE = 50;

/** More pages of a region are left to people: a busy instance's own calls fill them, or there are more keys and sessions. */
const MAX_PAGES = 20;

/**
 * Looks up what stolen credentials were used for, in the finding's region, the function's own, and that of IAM's events. It
 * never throws: what could not be seen is part of what it tells.
 *
 * @param until when everything is given up.
 * @param stolen what to look for; by default what the finding names.
 */
export async function lookUpActivity(
  trailIn: (region: string) => Trail,
  finding: Finding,
  { topicArn, partition }: Pick<FunctionConfiguration, "topicArn" | "partition">,
  clock: Clock,
  until: Date,
  stolen: Stolen = stolenOf(finding),
): Promise<KeyActivity> {
  const attributes = attributesOf(stolen);
  if (attributes.length === 0) return { kind: "unknown", why: "the finding names neither a key nor a session" };
  // The function reports in its own region.
  const regions = new Set([finding.region, topicArn.split(":")[3]!, iamRegionOf(partition)]);
  const found = await Promise.all(
    [...regions].map((region) => lookThrough(trailIn(region), region, attributes, usableSince(finding), clock, until)),
  );
  return {
    kind: "looked-up",
    regions: found.map(({ region, deliveredUntil, shortfall }) => ({ region, deliveredUntil, shortfall })),
    ...summarize(
      found.flatMap(({ events }) => events),
      stolen,
    ),
  };
}

/** By each key and, since CloudTrail files a session's calls under its name, by each session. */
function attributesOf({ accessKeyIds, principalIds }: Stolen): Attribute[] {
  const names = principalIds.flatMap((id) => id.split(":")[1] || []);
  return [
    ...accessKeyIds.map((value): Attribute => ({ key: "AccessKeyId", value })),
    ...[...new Set(names)].map((value): Attribute => ({ key: "Username", value })),
  ];
}

/** Looks through a region, page by page, each attribute in turn, so that none of them takes all the time. */
async function lookThrough(
  trail: Trail,
  region: string,
  attributes: readonly Attribute[],
  since: Date | undefined,
  clock: Clock,
  until: Date,
): Promise<RegionLookUp & { readonly events: readonly TrailEvent[] }> {
  const events: TrailEvent[] = [];
  let deliveredUntil: Date | undefined;
  let last = clock.now();
  let timesThrottled = 0;
  const end = (shortfall?: Shortfall) => ({ region, deliveredUntil, shortfall, events });
  const request = async (query: Query): Promise<Page> => {
    if (timesThrottled > 0) await clock.wait(Math.max(0, SECONDS_BETWEEN_REQUESTS - secondsBetween(last, clock.now())));
    last = clock.now();
    if (last >= until) throw new NoTimeError();
    try {
      return await trail.lookUp(query);
    } catch (error) {
      if (!isThrottling(error) || ++timesThrottled === MAX_TIMES_THROTTLED) throw error;
      await clock.wait(SECONDS_AFTER_THROTTLING);
      return request(query);
    }
  };
  try {
    // First, so that what was delivered until then is in the pages that follow.
    const newest = await request({ pageSize: 1 });
    deliveredUntil = newest.events[0]?.time;
    const queries: Query[] = attributes.map((attribute) => ({ attribute, since, pageSize: PAGE_SIZE }));
    for (let pages = 0; queries.length > 0; pages++) {
      if (pages === MAX_PAGES) return end({ kind: "too-many" });
      const query = queries.shift()!;
      const page = await request(query);
      events.push(...page.events);
      if (page.nextToken !== undefined) queries.push({ ...query, nextToken: page.nextToken });
    }
    return end();
  } catch (error) {
    return end(shortfallOf(error));
  }
}

class NoTimeError extends Error {
  override readonly name = "NoTimeError";
}

function shortfallOf(error: unknown): Shortfall {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (["NoTimeError", "AbortError", "TimeoutError"].includes(name)) return { kind: "no-time" };
  if (isThrottling(error)) return { kind: "throttled" };
  if (/AccessDenied|UnauthorizedOperation/.test(name)) return { kind: "not-permitted", why: message };
  return { kind: "failed", why: messageOf(error) };
}

const isThrottling = (error: unknown): boolean =>
  error instanceof Error && /Throttl|TooManyRequests|RequestLimitExceeded/.test(error.name);

const secondsBetween = (a: Date, b: Date): number => (b.getTime() - a.getTime()) / 1_000;
