import type { Scope } from "./environment";
import type { Outcome, VerificationState } from "./outcome-line";
import type { NotRevokedReason } from "./reasons";

/** `source` of the events about incidents. */
export const INCIDENT_SOURCE = "guardduty-credential-response";

/** `detail-type` of the events about incidents. */
export const INCIDENT_DETAIL_TYPE = "Stolen Credentials Incident";

/**
 * What a machine is told of one incident: the `detail` of an event with the source {@link INCIDENT_SOURCE} and the detail type
 * {@link INCIDENT_DETAIL_TYPE}. It is made from what the mail is made from, and goes out when the mail does, so a repeat that nobody is
 * mailed about draws none. Times are ISO 8601 in UTC.
 *
 * EventBridge may deliver an event twice, and Lambda may handle a finding twice: `finding.eventId` is the same then.
 *
 * @see docs/incident-event.md
 */
export interface IncidentEvent {
  /** Of this form. Fields may be added to a version; one that is removed or changes its meaning makes a new one. */
  readonly version: "1";
  /** `revoked` if the event is about new credentials; `already-revoked` if what the finding names was denied before. */
  readonly outcome: Outcome["outcome"];
  /** Why nothing was revoked; left out if something was. */
  readonly reason?: NotRevokedReason;
  /** The reason in words, of this case. */
  readonly explanation?: string;
  /** Whether a person has to act: stolen credentials may still work, or somebody works against the revocation. */
  readonly needsPerson: boolean;
  /** GuardDuty's severity, or the one that the deployment sets for the type: 0 to 10; left out if neither is known. */
  readonly severity?: number;
  readonly handledAt: string;
  readonly finding: IncidentFinding;
  /** The role whose credentials were stolen; left out if the finding does not name one. */
  readonly role?: IncidentRole;
  /** ARN of the role by which the response acted, or tried to, in another account; left out if it did not. */
  readonly memberRole?: string;
  /** The instances whose credentials were stolen: what has to be isolated. */
  readonly instanceIds: readonly string[];
  readonly credentials: IncidentList<IncidentCredentials>;
  /** Left out if nothing was revoked. */
  readonly revocation?: IncidentRevocation;
  /** The instances that use the role, the compromised ones among them; left out if nobody looked, or nobody could. */
  readonly roleInstances?: IncidentList<IncidentInstance>;
  /** What the credentials were used for; left out unless the deployment asks CloudTrail (`activity`). */
  readonly activity?: IncidentActivity;
  /**
   * What became of the sessions that the credentials started, and of those that these started in turn: those of one role and one name
   * are one. Left out unless the deployment follows them (`followSessions`).
   */
  readonly followed?: IncidentList<IncidentFollowedSession>;
  readonly report: IncidentReport;
}

/** A list, or the beginning of one that was too long for an event. */
export interface IncidentList<Item> {
  /** How many there are. */
  readonly total: number;
  readonly items: readonly Item[];
}

/** What GuardDuty found. */
export interface IncidentFinding {
  readonly id: string;
  readonly type: string;
  /** What tells the event that GuardDuty sent from any other, repeats of the finding included. */
  readonly eventId: string;
  /** Id of the account that the finding is about; `unknown` if it does not say it. */
  readonly account: string;
  readonly region: string;
  readonly sample: boolean;
  /** The finding in GuardDuty's console. */
  readonly console: string;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  /** How often GuardDuty has seen it. */
  readonly count?: number;
  /** The call that GuardDuty saw. */
  readonly call?: { readonly api?: string; readonly service?: string; readonly errorCode?: string };
  /** From where it came. */
  readonly from?: {
    /** Of version 4, version 6, or both with `and` between. */
    readonly ipAddress?: string;
    readonly city?: string;
    readonly country?: string;
    readonly network?: string;
    readonly account?: string;
    /** Whether the account belongs to the same organization or works with it, as far as GuardDuty knows. */
    readonly accountAffiliated?: boolean;
    /** The AWS service that made the call, if it was one. */
    readonly service?: string;
  };
}

/** The role as far as it is known. */
export interface IncidentRole {
  readonly name: string;
  /** Left out, as is the id, if IAM was not asked. */
  readonly arn?: string;
  readonly roleId?: string;
}

/** Credentials that the finding calls stolen. */
export interface IncidentCredentials {
  readonly accessKeyId?: string;
  /** As `AROA…:session-name`. */
  readonly principalId?: string;
  /** Whether they are dead: by a policy of this response, or because their role is gone. */
  readonly denied: boolean;
}

/** What was done to the role. */
export interface IncidentRevocation {
  /** The scope in force, which can be wider than the one that is configured. */
  readonly scope: Scope;
  readonly policyNames: readonly string[];
  /** Sessions issued before it are denied; the latest one of several policies, of which those that stand already may be earlier. */
  readonly cutoff: string;
  /** When IAM had taken the policy; left out if an earlier attempt wrote it, or nothing had to be written. */
  readonly writtenAt?: string;
  readonly verification: VerificationState;
  /** Whether the credentials were seen alive after a cut-off that should have ended them. */
  readonly seenAlive: boolean;
}

/** An instance that uses the role. */
export interface IncidentInstance {
  readonly instanceId: string;
  /** Its `Name` tag: whoever may tag the instance writes it. */
  readonly name?: string;
  /** As EC2 names it: `running`, `stopped`, … */
  readonly state: string;
}

/** What CloudTrail had about the stolen credentials when it was asked. Nothing found is not nothing done. */
export interface IncidentActivity {
  /** Why nobody could look; left out if somebody could. */
  readonly unknown?: string;
  readonly calls: number;
  readonly firstCall?: string;
  readonly lastCall?: string;
  readonly addresses: IncidentList<{ readonly address: string; readonly count: number; readonly inFinding: boolean }>;
  readonly called: IncidentList<IncidentCall>;
  readonly changed: IncidentList<IncidentCall & { readonly resources: readonly string[] }>;
  readonly denied: IncidentList<IncidentCall>;
  readonly sessions: IncidentList<IncidentSession>;
  /** Access keys that were made out of the stolen sessions. */
  readonly madeKeys: IncidentList<string>;
  /** Whether everything was seen that CloudTrail had delivered in the regions that were asked. */
  readonly complete: boolean;
}

/** An action of a service, and how often it was called. */
export interface IncidentCall {
  readonly service: string;
  readonly action: string;
  readonly count: number;
}

/** A session of a role that was started with the stolen credentials. */
export interface IncidentSession {
  readonly startedAt: string;
  readonly roleArn?: string;
  readonly principalId?: string;
  readonly accessKeyId?: string;
  /** Whether it was started from an address of the finding. */
  readonly inFinding: boolean;
  /** Whether it is dead: denied by a policy of this response, or over. */
  readonly denied: boolean;
}

/** A started session that was followed, the latest of its role and name. */
export interface IncidentFollowedSession extends IncidentSession {
  /** How it was started: 1 if with the stolen credentials themselves, 2 if with a session that these started. */
  readonly depth: number;
  /** Why it is not denied, or need not be; left out if it is. */
  readonly explanation?: string;
  /** The policy of its own that denies it; left out if another one does. */
  readonly policyName?: string;
  /** It is denied if issued before; left out if it is not denied. */
  readonly cutoff?: string;
}

/** What people are told. */
export interface IncidentReport {
  /** The mail's subject and text. */
  readonly subject: string;
  readonly message: string;
  /** What to do now, the most urgent first, with commands for a POSIX shell. */
  readonly steps: readonly { readonly text: string; readonly commands: readonly string[] }[];
  readonly runbook: string;
}
