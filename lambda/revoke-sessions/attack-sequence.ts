import * as v from "valibot";

import { lenient, number, part, text } from "./lenient";

/** What an attack sequence says of who took part and from where: `service.detection.sequence` of a finding. */
export const AttackSequence = part({
  actors: lenient(
    v.array(
      part({
        id: text,
        user: part({ name: text, uid: text, type: text, credentialUid: text, account: part({ uid: text }) }),
        session: part({ createdTime: text, issuer: text }),
      }),
    ),
  ),
  endpoints: lenient(
    v.array(
      part({
        ip: text,
        location: part({ city: text, country: text }),
        autonomousSystem: part({ name: text, number }),
      }),
    ),
  ),
  signals: lenient(v.array(part({ name: text }))),
});
export type AttackSequence = NonNullable<v.InferOutput<typeof AttackSequence>>;

/** A role or a user, with all of its credentials that took part in a sequence. */
export interface Participant {
  readonly accountId?: string;
  readonly userType?: string;
  readonly userName?: string;
  readonly credentials: readonly [ParticipantCredential, ...ParticipantCredential[]];
}

interface ParticipantCredential {
  readonly accessKeyId?: string;
  readonly principalId?: string;
  /** When the session was started: CloudTrail's `creationDate`. */
  readonly createdTime?: string;
}

/**
 * Who took part, each role or user once, roles first.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Actor.html
 */
export function participants(sequence: AttackSequence): Participant[] {
  const groups = new Map<string, [Actor, ...Actor[]]>();
  for (const actor of actorsOf(sequence)) {
    const identity = principalId(actor)?.split(":")[0] ?? JSON.stringify(actor.user);
    const group = groups.get(identity);
    if (group) group.push(actor);
    else groups.set(identity, [actor]);
  }
  const inOrder = [...groups.values()].map(participant);
  return [...inOrder.filter(isRole), ...inOrder.filter((each) => !isRole(each))];
}

type Actor = ReturnType<typeof actorsOf>[number];

/** The actors that are roles or users: some are services or processes. */
const actorsOf = ({ actors }: AttackSequence) =>
  actors?.flatMap((actor) => (actor?.user ? [{ ...actor, user: actor.user }] : [])) ?? [];

const isRole = ({ credentials: [first] }: Participant): boolean => first.principalId?.startsWith("AROA") ?? false;

/** As `AROA…:session-name`. An actor's own id has it behind its type: `user:AssumedRole:AROA…:session-name`. */
const principalId = ({ id, user }: Actor): string | undefined =>
  user.uid ?? id?.match(/^user:\w+:(\w{16,128}(:.*)?)$/)?.[1];

function participant([first, ...others]: [Actor, ...Actor[]]): Participant {
  const { user, session } = first;
  const issuer = session?.issuer?.match(ROLE_ARN)?.groups;
  return {
    accountId: user.account?.uid ?? issuer?.["accountId"],
    userType: user.type,
    userName: issuer?.["roleName"] ?? user.name,
    credentials: [credential(first), ...others.map(credential)],
  };
}

/** A session's issuer is its role. */
const ROLE_ARN = /^arn:[\w-]+:iam::(?<accountId>\d{12}):role\/(.*\/)?(?<roleName>[^/]+)$/;

const credential = (actor: Actor): ParticipantCredential => ({
  accessKeyId: actor.user.credentialUid,
  principalId: principalId(actor),
  createdTime: actor.session?.createdTime,
});

/** From where the calls of a sequence came; the place only if it is one. */
export interface Origin {
  readonly addresses: readonly string[];
  readonly city?: string;
  readonly country?: string;
  readonly network?: string;
}

export function origin({ endpoints }: AttackSequence): Origin {
  const addresses = [...new Set(endpoints?.flatMap((endpoint) => endpoint?.ip ?? []))];
  if (endpoints?.length !== 1) return { addresses };
  const [{ location, autonomousSystem } = {}] = endpoints;
  const { name, number } = autonomousSystem ?? {};
  const network = [name, number === undefined ? undefined : `AS${number}`].filter(Boolean).join(", ");
  return { addresses, city: location?.city, country: location?.country, network: network || undefined };
}

/** What a sequence is made of: types of findings, and calls. */
export const signalsOf = ({ signals }: AttackSequence): string[] => [
  ...new Set(signals?.flatMap((signal) => signal?.name ?? [])),
];
