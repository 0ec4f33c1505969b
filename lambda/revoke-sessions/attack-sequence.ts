import * as v from "valibot";

import { lenient, part, text } from "./lenient";

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
        autonomousSystem: part({ name: text, number: lenient(v.number()) }),
      }),
    ),
  ),
  signals: lenient(v.array(part({ name: text }))),
});
export type AttackSequence = NonNullable<v.InferOutput<typeof AttackSequence>>;
type Actor = NonNullable<NonNullable<AttackSequence["actors"]>[number]>;

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
export function participants({ actors = [] }: AttackSequence): Participant[] {
  const known = actors.flatMap((actor) => (actor?.user ? [actor] : []));
  const groups = new Map<string, [Actor, ...Actor[]]>();
  for (const actor of known) {
    const identity = principalId(actor)?.split(":")[0] ?? JSON.stringify(actor.user);
    const group = groups.get(identity);
    if (group) group.push(actor);
    else groups.set(identity, [actor]);
  }
  const inOrder = [...groups.values()].map(participant);
  return [...inOrder.filter(isRole), ...inOrder.filter((each) => !isRole(each))];
}

const isRole = ({ credentials: [first] }: Participant): boolean => first.principalId?.startsWith("AROA") ?? false;

/** As `AROA…:session-name`. An actor's own id has it behind its type: `user:AssumedRole:AROA…:session-name`. */
const principalId = ({ id, user }: Actor): string | undefined =>
  user?.uid ?? /^user:\w+:(\w{16,128}(:.*)?)$/.exec(id ?? "")?.[1];

function participant([first, ...others]: [Actor, ...Actor[]]): Participant {
  const { user, session } = first;
  const [, account, roleName] = ROLE_ARN.exec(session?.issuer ?? "") ?? [];
  return {
    accountId: user?.account?.uid ?? account,
    userType: user?.type,
    userName: roleName ?? user?.name,
    credentials: [credential(first), ...others.map(credential)],
  };
}

/** A session's issuer is its role. */
const ROLE_ARN = /^arn:[\w-]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/;

const credential = (actor: Actor): ParticipantCredential => ({
  accessKeyId: actor.user?.credentialUid,
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

export function origin({ endpoints = [] }: AttackSequence): Origin {
  const addresses = [...new Set(endpoints.flatMap((endpoint) => endpoint?.ip ?? []))];
  const [only, ...others] = endpoints;
  if (others.length > 0) return { addresses };
  const { name, number } = only?.autonomousSystem ?? {};
  const network = [name, number === undefined ? undefined : `AS${number}`].filter(Boolean).join(", ");
  return { addresses, city: only?.location?.city, country: only?.location?.country, network: network || undefined };
}

/** What a sequence is made of: types of findings, and calls. */
export const signalsOf = ({ signals = [] }: AttackSequence): string[] => [
  ...new Set(signals.flatMap((signal) => signal?.name ?? [])),
];
