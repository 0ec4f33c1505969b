import {
  ACCOUNT_ID,
  accessKeyId,
  EVENT_TIME,
  findingEvent,
  type FindingOptions,
  INSTANCE_ID,
  ROLE_ID,
  ROLE_NAME,
} from "./finding";

/** Who took part in an attack sequence; a session of the usual role unless a test says otherwise. */
export interface ActorOptions {
  readonly roleName?: string;
  readonly roleId?: string;
  readonly session?: string;
  readonly accessKeyId?: string;
  readonly accountId?: string;
  /** When the session was started. */
  readonly issuedAt?: Date;
}

export const ATTACK_SEQUENCE_TYPE = "AttackSequence:IAM/CompromisedCredentials";

/** When the sessions of an attack sequence were started unless a test says otherwise. */
export const ISSUED_AT = new Date(EVENT_TIME.getTime() - 50 * 60_000);

/** A role's session that took part. */
export function roleActor(options: ActorOptions = {}): object {
  const { roleName = ROLE_NAME, roleId = ROLE_ID, session = INSTANCE_ID, accountId = ACCOUNT_ID } = options;
  const { issuedAt = ISSUED_AT, accessKeyId: key = accessKeyId(1) } = options;
  const uid = `${roleId}:${session}`;
  return {
    id: `user:AssumedRole:${uid}`,
    user: { name: roleName, uid, type: "AssumedRole", credentialUid: key, account: { uid: accountId } },
    session: {
      uid: key,
      mfaStatus: "DISABLED",
      createdTime: issuedAt.toISOString(),
      issuer: `arn:aws:iam::${accountId}:role/services/${roleName}`,
    },
  };
}

/** A user, with a key of its own, who took part. */
export const userActor = (name = "mallory", key = "AKIAINVENTEDUSER0001"): object => ({
  id: "user:IAMUser:AIDAINVENTEDUSER00001",
  user: { name, uid: "AIDAINVENTEDUSER00001", type: "IAMUser", credentialUid: key, account: { uid: ACCOUNT_ID } },
});

/**
 * The event that EventBridge delivers for an attack sequence, with its actors: roles' sessions or users.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Sequence.html
 */
export function attackSequenceEvent(
  actors: readonly object[] = [roleActor()],
  options: FindingOptions = {},
): Record<string, unknown> {
  const [severity, type] = [options.severity ?? 9, options.type ?? ATTACK_SEQUENCE_TYPE];
  const sequence = {
    uid: "sequence-1",
    description: "Several signals about the same credentials.",
    actors,
    endpoints: [
      {
        id: "endpoint-1",
        ip: "198.51.100.77",
        location: { city: "Oslo", country: "Norway" },
        autonomousSystem: { name: "Invented Hosting", number: 64_511 },
      },
    ],
    signals: [
      { uid: "signal-1", type: "FINDING", name: "Discovery:IAMUser/AnomalousBehavior" },
      { uid: "signal-2", type: "CLOUD_TRAIL", name: "CreateAccessKey" },
    ],
  };
  const set = {
    "detail.title": "Potential credential compromise of AssumedRole/web indicated by a sequence of actions.",
    "detail.resource": { resourceType: "AttackSequence" },
    "detail.service.action": undefined,
    "detail.service.detection": { sequence },
    ...options.set,
  };
  return findingEvent({ ...options, type, severity, set });
}
