/** A record of CloudTrail, with the fields that its look-up reads; all others are passed on as they are. */
export interface TrailRecord {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly readOnly?: boolean;
  readonly userIdentity?: {
    readonly accessKeyId?: string;
    readonly arn?: string;
    readonly userName?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** A record, what it is about, and when CloudTrail delivers it. */
export interface DeliveredEvent {
  readonly record: TrailRecord;
  /** The resources that the look-up names. */
  readonly resources: readonly { readonly type: string; readonly name: string }[];
  readonly deliveredAt: Date;
}

/** The event history of an account, in all regions. */
export class EventHistory {
  /**
   * How many look-ups a second are taken in each region; CloudTrail's quota is 2.
   *
   * @default - any number: nothing is throttled here unless somebody asks for it
   */
  lookUpsPerSecond = Infinity;

  private readonly events: DeliveredEvent[] = [];
  private readonly lookUps = new Map<string, number[]>();

  /**
   * Records a call.
   *
   * @param delivery what the look-up names, and when the event is there to be looked up: CloudTrail takes up to 15 minutes.
   * @default - it names nothing, and is there at once
   */
  record(record: TrailRecord, delivery: Partial<Omit<DeliveredEvent, "record">> = {}): void {
    this.events.push({ record, resources: [], deliveredAt: new Date(record.eventTime), ...delivery });
  }

  /** The events of a region that are delivered, the latest first. */
  delivered(region: string, now: Date): DeliveredEvent[] {
    return this.events
      .filter(({ record, deliveredAt }) => record.awsRegion === region && deliveredAt <= now)
      .sort((a, b) => Date.parse(b.record.eventTime) - Date.parse(a.record.eventTime));
  }

  /** Counts a look-up; false if there were too many in the second before. */
  admit(region: string, now: Date): boolean {
    const recent = (this.lookUps.get(region) ?? []).filter((time) => time > now.getTime() - 1_000);
    const isAdmitted = recent.length < this.lookUpsPerSecond;
    this.lookUps.set(region, isAdmitted ? [...recent, now.getTime()] : recent);
    return isAdmitted;
  }
}
