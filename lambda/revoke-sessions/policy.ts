import { ENTRY_LENGTH, latestOf, type Memory, mergeMemories, readMemory, writeMemory } from "./memory";
import { asRecord } from "./record";

/** What an inline policy says about old sessions, as this function reads and writes it. */
export interface Policy {
  /** `aws:userid` of the one session that its own statement denies; undefined denies every session of the role. */
  readonly userId?: string;
  /** Its own statement: sessions issued before the cut-off, which can be for ever, are denied; undefined if there is none. */
  readonly own?: { readonly cutoff: Date; readonly memory: Memory };
  /** Further deny statements that somebody wrote into it. They are kept as they are. */
  readonly others: readonly Statement[];
  /** Which language the others are written in; IAM reads variables in the newer one only. */
  readonly version: string;
  /** Sessions issued before this time are denied, by whichever statement; undefined if none are. */
  readonly deniedBefore?: Date;
  /** Its length in characters as IAM counts them, without white space; 0 if it is not attached. */
  readonly length: number;
}

/** What is written of a policy; the rest is what was read. */
type Writable = Pick<Policy, "userId" | "own" | "others" | "version">;

type Statement = Readonly<Record<string, unknown>>;

/** The cut-off of a statement that denies every session, whenever issued. */
export const FOREVER = new Date("9999-12-31T23:59:59Z");
export const isForever = (cutoff: Date | undefined): boolean => cutoff?.getTime() === FOREVER.getTime();

/** A role's inline policies share 10,240 characters; the memory of one takes a fifth of them at most, */
const MAX_ROLE_CHARACTERS = 1_900;
/** and that of one session so few that a policy for each of twenty instances fits. */
const MAX_SESSION_CHARACTERS = 480;

const VERSION = "2012-10-17";
/** What IAM takes a policy without a version for. */
const OLDEST_VERSION = "2008-10-17";

/** No such action exists. */
const NO_ACTION = "sts:Expired";

/** What takes the place of a policy that denies no living session any more: `iam:PutRolePolicy` cannot remove it. */
export const EXPIRED_POLICY = JSON.stringify({
  Statement: { Sid: "Expired", Effect: "Deny", Action: NO_ACTION, Resource: "*" },
});

/**
 * Reads a policy as IAM reads it.
 *
 * A statement that denies everything to all sessions issued before a time is its own, whoever wrote it; of several, the
 * latest time counts, and all memories. Other deny statements are kept as they are, and what allows something is not.
 *
 * @param document undefined if the policy is not attached.
 * @param userId of the session that the policy is for; undefined if it is for the whole role.
 */
export function readPolicy(document: string | undefined, userId: string | undefined, now: Date): Policy {
  const { version, statements } = parse(document);
  const denying = statements.filter(({ Effect, Action }) => Effect === "Deny" && Action !== NO_ACTION);
  const denials = denying.map((statement) => ({ statement, denial: denialOf(statement, userId) }));
  // A deny of the whole role for ever is a person's: our own words would add nothing, and stay if it is lifted.
  const isOwn = (denial: Denial | undefined) =>
    denial !== undefined && denial.ofTarget && (denial.cutoff < FOREVER || userId !== undefined);
  const own = denials.filter(({ denial }) => isOwn(denial));
  const cutoff = latest(cutoffs(own));
  return {
    userId,
    own: cutoff && { cutoff, memory: memoryOf(own, cutoff, now) },
    others: denials.filter((denial) => !own.includes(denial)).map(({ statement }) => statement),
    version,
    deniedBefore: latest(cutoffs(denials)),
    length: document?.replace(/\s/g, "").length ?? 0,
  };
}

/**
 * Writes a policy; its memory forgets the oldest for which there is no room.
 *
 * @param room how many characters it may have in all.
 */
export function writePolicy({ userId, own, others, version }: Writable, room = Infinity): string {
  const render = (memory: Memory): string => {
    const statement = own && ownStatement(own.cutoff, memory, userId);
    const kept = others.map((other) => (other["Sid"] === statement?.Sid ? withoutSid(other) : other));
    return toJson({
      Version: kept.length === 0 ? VERSION : version,
      Statement: statement ? [statement, ...kept] : kept,
    });
  };
  const bare = render(new Map());
  if (!own) return bare;
  const limit = userId === undefined ? MAX_ROLE_CHARACTERS : MAX_SESSION_CHARACTERS;
  const alone =
    others.length === 0 ? bare : writePolicy({ userId, own: { ...own, memory: new Map() }, others: [], version });
  const entries = Math.floor(Math.min(limit - alone.length, room - bare.length) / ENTRY_LENGTH);
  return render(latestOf(own.memory, entries));
}

function ownStatement(cutoff: Date, memory: Memory, userId: string | undefined) {
  return {
    Sid: `Answers${writeMemory(memory)}`,
    Effect: "Deny",
    Action: "*",
    Resource: "*",
    Condition: {
      ...(cutoff < FOREVER && { DateLessThan: { "aws:TokenIssueTime": isoSeconds(cutoff) } }),
      ...(userId === undefined ? {} : { StringEquals: { "aws:userid": userId } }),
    },
  };
}

/** JSON in the characters that IAM takes; others, which somebody else can have written as escapes, become escapes again. */
const toJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

const withoutSid = ({ Sid: _, ...statement }: Statement): Statement => statement;

/** What statements remember. Nothing was covered by a later cut-off than the policy has: somebody else wrote that. */
function memoryOf(denials: readonly { readonly statement: Statement }[], cutoff: Date, now: Date): Memory {
  const memories = denials
    .flatMap(({ statement: { Sid } }) => /^Answers((?:[0-9a-z]{9})*)$/.exec(String(Sid))?.[1] ?? [])
    .map((text) => readMemory(text, now));
  return new Map([...mergeMemories(memories)].filter(([, time]) => time <= cutoff));
}

function parse(document: string | undefined): { version: string; statements: Statement[] } {
  try {
    const { Version, Statement } = asRecord(JSON.parse(String(document)));
    const statements = (Array.isArray(Statement) ? Statement : [Statement]).map(asRecord);
    return { version: typeof Version === "string" ? Version : OLDEST_VERSION, statements };
  } catch {
    // Not a policy, so it denies nothing and can be replaced.
    return { version: VERSION, statements: [] };
  }
}

interface Denial {
  /** Sessions issued before it are denied. */
  readonly cutoff: Date;
  /** Whether it denies just the sessions that the policy is for, not others of the role too. */
  readonly ofTarget: boolean;
}

/** What a deny statement means for the sessions that a policy is for; undefined if it denies less than everything. */
function denialOf(statement: Statement, userId: string | undefined): Denial | undefined {
  const { Sid: _, Effect: __, Action, Resource, Condition, ...further } = statement;
  if (!isAll(Action) || !isAll(Resource) || Object.keys(further).length > 0) return undefined;
  const { StringEquals, ...conditions } = asRecord(Condition);
  const ofTarget = userId === undefined ? StringEquals === undefined : isSession(StringEquals, userId);
  if (StringEquals !== undefined && !ofTarget) return undefined;
  const isUndated = Condition === undefined || (StringEquals !== undefined && Object.keys(conditions).length === 0);
  const times = isUndated ? [FOREVER] : timesOf(Object.entries(conditions));
  // Any of several times suffices. One that was not read may be the latest: such a statement is not replaced.
  const cutoff = latest(times);
  return cutoff && { cutoff, ofTarget: ofTarget && !times.includes(undefined) };
}

/** The times before which sessions must be issued for a condition to hold, if that is all that it asks. */
function timesOf([condition, ...others]: readonly [operator: string, keys: unknown][]): (Date | undefined)[] {
  const operator = condition?.[0].match(/^DateLessThan(Equals)?$/);
  const [key, ...otherKeys] = Object.entries(asRecord(condition?.[1]));
  if (!operator || others.length > 0 || otherKeys.length > 0) return [];
  if (key?.[0].toLowerCase() !== "aws:tokenissuetime") return [];
  const second = operator[1] ? 1_000 : 0;
  return [key[1]].flat().map((value) => readTime(value, second));
}

/**
 * A time as IAM reads it, in whole seconds: ISO 8601 in full, or digits alone as seconds since 1970. Nothing else is known
 * to be read.
 */
function readTime(value: unknown, later: number): Date | undefined {
  const text = String(value);
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text);
  const milliseconds = iso ? Date.parse(text) : /^\d+$/.test(text) ? Number(text) * 1_000 : NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  return new Date(Math.min(Math.ceil(milliseconds / 1_000) * 1_000 + later, FOREVER.getTime()));
}

/** The `aws:userid` that a document names, of one session's policy; undefined if it names none. */
export const userIdIn = (document: string): string | undefined =>
  /"aws:userid"\s*:\s*\[?\s*"([^"]+)"/i.exec(document)?.[1];

function isSession(condition: unknown, userId: string): boolean {
  const [entry, ...others] = Object.entries(asRecord(condition));
  return others.length === 0 && entry?.[0].toLowerCase() === "aws:userid" && entry[1] === userId;
}

const isAll = (value: unknown): boolean => [value].flat().includes("*");
const cutoffs = (denials: readonly { readonly denial: Denial | undefined }[]) =>
  denials.map(({ denial }) => denial?.cutoff);

/** The latest of some times; undefined if there are none. */
export function latest(times: readonly (Date | undefined)[]): Date | undefined {
  const known = times.flatMap((time) => time?.getTime() ?? []);
  return known.length === 0 ? undefined : new Date(Math.max(...known));
}

/** ISO 8601 in UTC without fractions of a second, as IAM's documentation writes times. */
export function isoSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}
