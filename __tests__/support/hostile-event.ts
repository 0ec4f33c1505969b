import fc from "fast-check";

import { accessKeyId, EVENT_TIME, findingEvent, instanceId, REGION, ROLE_ID, type StolenCredential } from "./finding";

/** A role that an event can be about: by its name and its unique id. */
export interface NamedRole {
  readonly roleName: string;
  readonly roleId: string;
}

/** EventBridge passes on no larger events. */
const MAX_EVENT_BYTES = 256 * 1_024;

/** What breaks programs: long, empty, of another type, or meant for whoever reads it next. */
const HOSTILE: readonly unknown[] = [
  "",
  " ",
  "\0",
  "a\r\nb",
  "\n\nDO NOW\n  1. Do nothing.",
  "'; aws iam delete-role --role-name admin; '",
  "$(id) `id` ${HOME} \\",
  '"}]}',
  "https://undo.example/now",
  "\u202etxt.exe \u200b",
  "\ud800",
  "🦊".repeat(200),
  "ﷺ".repeat(500),
  "x".repeat(20_000),
  "GeneratedFindingAccessKeyId",
  "constructor",
  "*",
  null,
  true,
  false,
  0,
  -1,
  1e308,
  1.5,
  [],
  [[]],
  {},
  { toString: "x" },
  ["x", null, 7],
];
/** Values that mean nothing, or harm. */
export const hostile = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.jsonValue() },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.integer({ max: 0x10_ffff, min: 0 }).map((code) => String.fromCodePoint(code)) }),
  },
);

const TYPE = "UnauthorizedAccess:IAMUser/";
const types = fc.constantFrom(
  `${TYPE}InstanceCredentialExfiltration`,
  `${TYPE}InstanceCredentialExfiltration.InsideAWS`,
  `${TYPE}ResourceCredentialExfiltration.OutsideAWS`,
  `${TYPE}instancecredentialexfiltration.OutsideAWS`,
  "Recon:IAMUser/TorIPCaller",
  `${TYPE}InstanceCredentialExfiltration${".Long".repeat(60)}`,
);

const time = fc.oneof(
  fc.integer({ min: -20 * 3_600, max: 3_600 }).map((seconds) => at(seconds).toISOString()),
  fc.constantFrom("2026-03-01T12:00Z", "2026-03-01T13:00:00+01:00", "2050", "99999", "1772362800", "yesterday", ""),
  fc.constantFrom(
    "9999-12-31T23:59:59Z",
    "0000-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-03-01",
    "+010000-01-01",
  ),
);

const at = (seconds: number): Date => new Date(EVENT_TIME.getTime() + seconds * 1_000);

const keys = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 300 }).map(accessKeyId) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("AKIAINVENTEDUSER0001", "AKIAINVENTEDUSER0002", "ASIA", "GeneratedFindingKey"),
  },
  { weight: 1, arbitrary: hostile },
);

const sessions = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 40 }).map(instanceId) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("deploy", "app-function", "", "i-", "i-0A", "botocore-session-1772362800", "a:b"),
  },
  { weight: 1, arbitrary: fc.string() },
);

/** Principals: mostly sessions of roles, also users, and what is neither. */
const principals = (roles: readonly NamedRole[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(ROLE_ID, ...roles.map(({ roleId }) => roleId)), sessions)
        .map((parts) => parts.join(":")),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(ROLE_ID, "AIDAINVENTEDUSER00001", "AROA", "aroainventedroleweb01:i-1", "1111"),
    },
    { weight: 1, arbitrary: hostile },
  );

const credentials = (roles: readonly NamedRole[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.array(fc.record({ accessKeyId: keys, principalId: principals(roles) }, { requiredKeys: [] }), {
        maxLength: 8,
      }),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.integer({ min: 10, max: 400 }), fc.integer({ min: 1, max: 40 }))
        .map(([count, instances]) =>
          Array.from({ length: count }, (_, index): StolenCredential => ({
            accessKeyId: accessKeyId(1_000 + index),
            principalId: `${ROLE_ID}:${instanceId(index % instances)}`,
          })),
        ),
    },
    { weight: 1, arbitrary: hostile },
  );

/** One change of an event: where, and what stands there then; undefined removes it. */
type Change = readonly [path: string, value: unknown];

const KEY = "detail.resource.accessKeyDetails";
const SERVICE = "detail.service";
const CALL = `${SERVICE}.action.awsApiCallAction`;

/** Changes that the function has to understand. */
function meant(roles: readonly NamedRole[]): fc.Arbitrary<Change> {
  const change = <Value>(path: string, value: fc.Arbitrary<Value>) => value.map((each): Change => [path, each]);
  const embedded = fc.record(
    { recentCredentials: credentials(roles), sample: fc.constantFrom(true, "true", "no", 1) },
    { requiredKeys: [] },
  );
  return fc.oneof(
    { weight: 4, arbitrary: change(`${KEY}.userName`, fc.constantFrom(...roles.map(({ roleName }) => roleName))) },
    { weight: 4, arbitrary: change(`${KEY}.principalId`, principals(roles)) },
    { weight: 2, arbitrary: change(`${KEY}.accessKeyId`, keys) },
    {
      weight: 1,
      arbitrary: change(`${KEY}.userType`, fc.constantFrom("Role", "IAMUser", "Root", "assumedrole", "FederatedUser")),
    },
    { weight: 4, arbitrary: change(`${SERVICE}.additionalInfo.recentCredentials`, credentials(roles)) },
    {
      weight: 2,
      arbitrary: change(
        `${SERVICE}.additionalInfo.value`,
        fc.oneof(
          embedded.map((info) => JSON.stringify(info)),
          fc.json(),
        ),
      ),
    },
    { weight: 1, arbitrary: change(`${SERVICE}.additionalInfo.sample`, fc.constantFrom(true, "true", "false", 1)) },
    { weight: 1, arbitrary: change(`${SERVICE}.archived`, fc.constantFrom(true, "true")) },
    { weight: 1, arbitrary: change("detail.type", types) },
    {
      weight: 2,
      arbitrary: change("detail.severity", fc.constantFrom(undefined, 0, 6.9, 7, 8.5, 10, 11, -1, "8", 1e308)),
    },
    {
      weight: 1,
      arbitrary: change("detail.accountId", fc.constantFrom("999988887777", " 111122223333", 111_122_223_333)),
    },
    { weight: 1, arbitrary: change("detail.region", fc.constantFrom("us-gov-west-1", "cn-north-1", "mars", REGION)) },
    {
      weight: 4,
      arbitrary: fc.tuple(
        fc.constantFrom(`${SERVICE}.eventFirstSeen`, `${SERVICE}.eventLastSeen`, "time", "detail.updatedAt"),
        time,
      ),
    },
    {
      weight: 2,
      arbitrary: change(
        `${CALL}.errorCode`,
        fc.constantFrom(undefined, "AccessDenied", "Client.UnauthorizedOperation", "NoSuchBucket"),
      ),
    },
    { weight: 1, arbitrary: change(`${CALL}.api`, fc.constantFrom(undefined, "GetCallerIdentity", "AssumeRole")) },
  );
}

/** Changes that nobody would make who means well: anything, at any place. */
const broken: fc.Arbitrary<Change> = fc.tuple(
  fc.constantFrom(
    ...pathsOf(findingEvent({ recentCredentials: [{}], sample: false })),
    `${SERVICE}.additionalInfo.value`,
    `${CALL}.remoteAccountDetails`,
    `${CALL}.remoteAccountDetails.accountId`,
    `${CALL}.remoteIpDetails.ipAddressV6`,
    "detail.__proto__",
    `${KEY}.__proto__`,
    `${KEY}.UserName`,
  ),
  fc.oneof(hostile, fc.constant(undefined)),
);

/** An event, which a failing property prints by what makes it differ from a finding. */
export interface HostileEvent {
  readonly event: unknown;
  readonly [fc.toStringMethod]: () => string;
}

/**
 * Events that look like findings: some are, with everything that a finding can say, some are broken at a few places, and a few
 * are nothing of the kind.
 */
export function hostileEvents(roles: readonly NamedRole[]): fc.Arbitrary<HostileEvent> {
  const change = fc.oneof({ weight: 3, arbitrary: meant(roles) }, { weight: 1, arbitrary: broken });
  const role = fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.constantFrom(...roles) });
  const changed = fc.tuple(role, fc.array(change, { maxLength: 5 })).map(([about, changes]) => ({
    text: JSON.stringify(
      changes.reduce((event, [path, value]) => set(event, path.split("."), value), findingEvent(about)),
    ),
    shown: () => fc.stringify([about, ...changes]),
  }));
  const others = fc.json().map((text) => ({ text, shown: () => text }));
  return (
    fc
      .oneof({ weight: 40, arbitrary: changed }, { weight: 1, arbitrary: others })
      .filter(({ text }) => Buffer.byteLength(text) <= MAX_EVENT_BYTES)
      // Events come as JSON.
      .map(({ text, shown }) => ({ event: JSON.parse(text) as unknown, [fc.toStringMethod]: shown }))
  );
}

/** The paths of all fields of an object, those of its objects included. */
function pathsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, field]) => [name, ...pathsOf(field).map((path) => `${name}.${path}`)]);
}

/** A copy with another value at a path; what is no object on the way there is replaced by one. */
function set(into: unknown, [name, ...rest]: readonly string[], value: unknown): Record<string, unknown> {
  const record = isRecord(into) ? into : {};
  const field = rest.length === 0 ? value : set(record[name!], rest, value);
  // Not by assignment, which would take __proto__ for something else.
  return Object.fromEntries([...Object.entries(record).filter(([other]) => other !== name), [name!, field]]);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
