import { type LookedUp, summarize } from "../../lambda/revoke-sessions/activity";
import type { Page, Query, Trail } from "../../lambda/revoke-sessions/look-up";
import type { Stolen } from "../../lambda/revoke-sessions/stolen";
import type { IssuedCredentials, TrailEvent } from "../../lambda/revoke-sessions/trail-event";
import { ACCOUNT_ID, accessKeyId, EVENT_TIME, INSTANCE_ID, ROLE_ID } from "./finding";

/** The finding's address. */
export const THIEFS_ADDRESS = "198.51.100.77";
/** The address of the instance itself. */
export const OWNERS_ADDRESS = "192.0.2.1";

/** What the finding of a test calls stolen. */
export const STOLEN: Stolen = {
  accessKeyIds: [accessKeyId(1)],
  principalIds: [`${ROLE_ID}:${INSTANCE_ID}`],
  addresses: [THIEFS_ADDRESS],
};

/** So many seconds after the event of a finding, or before it. */
export const at = (seconds: number): Date => new Date(EVENT_TIME.getTime() + seconds * 1_000);

let events = 0;

/** A call of the thief with the stolen key: one that reads, and succeeds. */
export function trailEvent(changed: Partial<TrailEvent> = {}): TrailEvent {
  return {
    id: `event-${++events}`,
    time: at(-300),
    source: "dynamodb.amazonaws.com",
    name: "ListTables",
    readOnly: true,
    accessKeyId: accessKeyId(1),
    principalId: `${ROLE_ID}:${INSTANCE_ID}`,
    address: THIEFS_ADDRESS,
    resources: [],
    ...changed,
  };
}

/** A call that hands out credentials. */
export const issuing = (issued: Partial<IssuedCredentials>, changed: Partial<TrailEvent> = {}): TrailEvent =>
  trailEvent({
    source: "sts.amazonaws.com",
    name: issued.ofCaller ? "GetScopedCredentials" : "AssumeRole",
    issued: { ofCaller: false, ...issued },
    ...changed,
  });

/** The start of a session of another role of the account. */
export const assuming = (roleName: string, changed: Partial<TrailEvent> = {}, accountId = ACCOUNT_ID): TrailEvent =>
  issuing(
    {
      accessKeyId: accessKeyId(90),
      principalId: `${otherRoleId(roleName)}:thief`,
      roleArn: `arn:aws:iam::${accountId}:role/team/${roleName}`,
    },
    changed,
  );

/** The unique id of another role. */
export const otherRoleId = (roleName: string): string =>
  `AROA${roleName.toUpperCase().replace(/\W/g, "").padEnd(17, "X").slice(0, 17)}`;

/** What was looked up, if CloudTrail had these events, and nobody kept it from telling them. */
export const lookedUp = (found: readonly TrailEvent[], changed: Partial<LookedUp> = {}): LookedUp => ({
  kind: "looked-up",
  regions: [{ region: "us-west-2", deliveredUntil: at(-60) }],
  ...summarize(found, STOLEN),
  ...changed,
});

/** The event history of a region, in memory, in pages of two. */
export class MemoryTrail implements Trail {
  readonly queries: Query[] = [];
  /** Runs before a query is answered; may throw or wait. */
  before: (query: Query) => unknown = () => {};

  constructor(
    private readonly events: readonly TrailEvent[],
    private readonly pageSize = 2,
  ) {}

  async lookUp(query: Query): Promise<Page> {
    this.queries.push(query);
    await this.before(query);
    const { attribute, nextToken = "0", pageSize } = query;
    const found = this.events
      .filter((event) => isBy(event, attribute))
      .sort((a, b) => b.time.getTime() - a.time.getTime());
    const size = Math.min(pageSize, this.pageSize);
    const end = Number(nextToken) + size;
    return { events: found.slice(Number(nextToken), end), nextToken: end < found.length ? String(end) : undefined };
  }
}

function isBy({ accessKeyId: key, principalId }: TrailEvent, attribute: Query["attribute"]): boolean {
  if (!attribute) return true;
  return attribute.value === (attribute.key === "AccessKeyId" ? key : principalId?.split(":")[1]);
}
