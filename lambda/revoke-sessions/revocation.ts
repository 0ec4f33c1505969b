import type { Target } from "./target";

/** One deny statement: sessions issued before the cut-off are denied, in answer to the stolen credentials it names. */
interface Answer {
  readonly cutoff: Date;
  readonly marks: readonly string[];
}

/** What a target asks for, given the policy that is attached now. */
export type Revocation =
  | { readonly kind: "answered"; readonly cutoff: Date }
  | { readonly kind: "write"; readonly cutoff: Date; readonly document: string };

/**
 * How far ahead of now a cut-off lies: what IAM's console uses. Sessions issued while the change spreads are denied too,
 * and so is the one that a session could get by assuming its own role just before it is cut.
 */
const MARGIN_SECONDS = 30;

/** No role session lives longer than 12 hours; an hour more allows for clocks and for late findings. */
const MEMORY_HOURS = 13;

/** Far below the 10,240 characters that a role's inline policies share, even where a policy per instance is attached. */
const MAX_CHARACTERS = 1_900;

/**
 * Decides what a policy must become so that it answers a target's stolen credentials.
 *
 * All of them answered already: nothing to write, however often GuardDuty repeats the finding, so that a thief who goes
 * on with dead credentials cannot have the healthy sessions cut again and again. A new one: the cut-off moves to now
 * plus a margin, never backwards.
 *
 * @param attached the document of the policy that is attached now, undefined where there is none. Statements that do
 * not deny what this function would deny are not counted.
 */
export function planRevocation(attached: string | undefined, target: Target, now: Date): Revocation {
  const answers = readAnswers(attached, target.userId);
  const answering = answers.filter((answer) => answer.marks.some((mark) => target.marks.includes(mark)));
  const unanswered = target.marks.filter((mark) => !answers.some((answer) => answer.marks.includes(mark)));
  if (unanswered.length === 0) {
    return { kind: "answered", cutoff: latest(answering.map(({ cutoff }) => cutoff)) };
  }
  const cutoff = latest([cutoffAt(now), ...answers.map((answer) => answer.cutoff)]);
  return { kind: "write", cutoff, document: writeAnswers(answers, { cutoff, marks: target.marks }, target.userId) };
}

/** The policy that would answer a target if it were attached by hand. */
export function documentByHand({ marks, userId }: Target, now: Date): string {
  return writeAnswers([], { cutoff: cutoffAt(now), marks }, userId);
}

/** Whole seconds, as IAM writes them, {@link MARGIN_SECONDS} ahead. */
function cutoffAt(now: Date): Date {
  return new Date((Math.ceil(now.getTime() / 1_000) + MARGIN_SECONDS) * 1_000);
}

/** What has to be put back after a revocation was written. */
export interface Restoration {
  readonly document: string;
  /** Whether sessions went free; false where only the memory of the stolen credentials was lost. */
  readonly weakened: boolean;
}

/**
 * Puts back a revocation that was lost or weakened after it was written, keeping what others have added meanwhile. Two
 * invocations that both read before either wrote overwrite each other: then sessions stay denied, and only the memory of
 * one's credentials is lost.
 *
 * @returns undefined where the attached policy still denies and remembers all that was revoked.
 */
export function restoreRevocation(attached: string | undefined, target: Target, cutoff: Date): Restoration | undefined {
  const answers = readAnswers(attached, target.userId);
  const denies = answers.some((answer) => answer.cutoff >= cutoff);
  const remembers = target.marks.every((mark) => answers.some((answer) => answer.marks.includes(mark)));
  if (denies && remembers) return undefined;
  const kept = latest([cutoff, ...answers.map((answer) => answer.cutoff)]);
  return { document: writeAnswers(answers, { cutoff: kept, marks: target.marks }, target.userId), weakened: !denies };
}

function writeAnswers(earlier: readonly Answer[], latestAnswer: Answer, userId: string | undefined): string {
  const expired = latestAnswer.cutoff.getTime() - MEMORY_HOURS * 3_600_000;
  const named = new Set(latestAnswer.marks);
  let answers = [
    latestAnswer,
    ...earlier
      .filter((answer) => answer.cutoff.getTime() > expired)
      // Each mark once: IAM refuses two statements of one id, and a document that somebody edited can repeat marks.
      .map(({ cutoff, marks }) => ({ cutoff, marks: marks.filter((mark) => !named.has(mark) && named.add(mark)) }))
      .filter(({ marks }) => marks.length > 0),
  ];
  let document = render(answers, userId);
  while (document.length > MAX_CHARACTERS && answers.some(({ marks }) => marks.length > 0)) {
    answers = condense(answers);
    document = render(answers, userId);
  }
  return document;
}

/** Saves space: the two oldest statements become one, or, where there is only one left, the oldest mark is forgotten. */
function condense(answers: readonly Answer[]): Answer[] {
  const [older, oldest] = [answers.at(-2), answers.at(-1)];
  if (older && oldest) {
    return [...answers.slice(0, -2), { cutoff: older.cutoff, marks: [...older.marks, ...oldest.marks] }];
  }
  return answers.map(({ cutoff, marks }) => ({ cutoff, marks: marks.slice(0, -1) }));
}

function render(answers: readonly Answer[], userId: string | undefined): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: answers.map(({ cutoff, marks }) => ({
      Sid: `Answers${marks.join("x")}`,
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: {
        DateLessThan: { "aws:TokenIssueTime": isoSeconds(cutoff) },
        ...(userId === undefined ? {} : { StringEquals: { "aws:userid": userId } }),
      },
    })),
  });
}

/** Reads back what {@link render} wrote, and the cut-off of any equivalent statement that somebody else wrote. */
function readAnswers(document: string | undefined, userId: string | undefined): Answer[] {
  const statements = parseStatements(document).flatMap((statement): Answer[] => {
    const { Sid, Effect, Action, Resource, Condition, ...further } = statement;
    if (Effect !== "Deny" || !isAll(Action) || !isAll(Resource) || Object.keys(further).length > 0) return [];
    const { DateLessThan, StringEquals, ...others } = asRecord(Condition);
    if (Object.keys(others).length > 0) return [];
    if (!sameEntries(asRecord(StringEquals), userId === undefined ? {} : { "aws:userid": userId })) return [];
    const { "aws:TokenIssueTime": issued, ...otherDates } = asRecord(DateLessThan);
    const cutoff = typeof issued === "string" && Object.keys(otherDates).length === 0 ? utc(issued) : undefined;
    if (cutoff === undefined) return [];
    const marks = /^Answers([A-Z0-9x]+)$/.exec(typeof Sid === "string" ? Sid : "")?.[1]?.split("x") ?? [];
    return [{ cutoff, marks }];
  });
  return statements.sort((a, b) => b.cutoff.getTime() - a.cutoff.getTime());
}

function parseStatements(document: string | undefined): Record<string, unknown>[] {
  if (document === undefined) return [];
  try {
    const { Statement } = asRecord(JSON.parse(document));
    return (Array.isArray(Statement) ? Statement : [Statement]).map(asRecord);
  } catch {
    // Somebody's text that is no policy denies nothing: it is replaced.
    return [];
  }
}

const isAll = (value: unknown): boolean => value === "*" || (Array.isArray(value) && value.includes("*"));
const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const sameEntries = (a: Record<string, unknown>, b: Record<string, unknown>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.keys(b).every((key) => a[key] === b[key]);
const latest = (dates: readonly Date[]): Date => new Date(Math.max(...dates.map((date) => date.getTime())));

/** IAM reads a time without a zone as UTC, JavaScript as local time. */
function utc(time: string): Date | undefined {
  const date = new Date(/(Z|[+-]\d{2}:?\d{2})$/.test(time) ? time : `${time}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** ISO 8601 in UTC without fractions of a second, as IAM's documentation writes times. */
export function isoSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}
