/** A session of a role, as a policy sees it. */
export interface Session {
  readonly issuedAt: Date;
  /** `aws:userid`: the role's id and the session's name. */
  readonly userId: string;
}

/** A statement of a policy, in whatever form IAM accepts. */
export type Statement = Readonly<Record<string, unknown>> & { readonly Sid?: string; readonly Effect: string };

/** The statements of a policy. */
export function statementsOf(document: string): Statement[] {
  return [(JSON.parse(document) as { Statement: Statement | Statement[] }).Statement].flat();
}

/**
 * Tells of any session whether inline policies deny it everything. Reads them as IAM does, apart from the code that writes
 * them; statements that deny less than everything do not count.
 */
export function deniedBy(documents: Iterable<string>): (session: Session) => boolean {
  const denials = [...documents].flatMap((document) => {
    // Variables are read in the newer language only.
    const variables = (JSON.parse(document) as { Version?: string }).Version === "2012-10-17";
    const statements = statementsOf(document).filter(deniesAll);
    return statements.map((statement) => (session: Session) => holds(statement, session, variables));
  });
  return (session) => denials.some((denial) => denial(session));
}

/** Whether inline policies deny a session everything. */
export const denies = (documents: Iterable<string>, session: Session): boolean => deniedBy(documents)(session);

/** Whether a statement denies everything to those for whom its conditions hold. */
export function deniesAll({ Effect, Action, Resource }: Statement): boolean {
  return Effect === "Deny" && [Action].flat().includes("*") && [Resource].flat().includes("*");
}

function holds({ Condition = {} }: Statement, session: Session, variables: boolean): boolean {
  return Object.entries(Condition as Record<string, Record<string, unknown>>).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holdsFor(operator, key, [values].flat(), session, variables)),
  );
}

/** Whether one condition holds for a call by a session; a call knows two keys here, so that all others are missing. */
function holdsFor(
  operator: string,
  key: string,
  values: readonly unknown[],
  { issuedAt, userId }: Session,
  variables: boolean,
): boolean {
  const called = new Map([
    ["aws:tokenissuetime", issuedAt.toISOString()],
    ["aws:userid", userId],
  ]);
  const actual = called.get(key.toLowerCase());
  if (operator === "Null") return values.some((value) => (String(value) === "true") === (actual === undefined));
  const [, set = "", name = "", ifExists] = /^(ForAnyValue:|ForAllValues:)?(.*?)(IfExists)?$/.exec(operator)!;
  if (actual === undefined) return ifExists !== undefined || set === "ForAllValues:" || name.includes("Not");
  const expected = values.map((value) =>
    variables ? String(value).replaceAll("${aws:userid}", userId) : String(value),
  );
  return name.includes("Not")
    ? !expected.some((value) => compare(name.replace("Not", ""), actual, value))
    : expected.some((value) => compare(name, actual, value));
}

function compare(operator: string, actual: string, expected: string): boolean {
  const date = operator.startsWith("Date") ? Date.parse(actual) - timeOf(expected) : NaN;
  switch (operator) {
    case "DateEquals":
      return date === 0;
    case "DateLessThan":
      return date < 0;
    case "DateLessThanEquals":
      return date <= 0;
    case "DateGreaterThan":
      return date > 0;
    case "DateGreaterThanEquals":
      return date >= 0;
    case "StringEquals":
      return actual === expected;
    case "StringEqualsIgnoreCase":
      return actual.toLowerCase() === expected.toLowerCase();
    case "StringLike":
      return like(expected).test(actual);
    default:
      throw new Error(`this reader of policies does not know ${operator}`);
  }
}

function like(pattern: string): RegExp {
  const texts = pattern
    .replace(/[^*?\w]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${texts}$`, "s");
}

/** A time as IAM reads it: digits alone are seconds since 1970, all else is ISO 8601, in UTC if it does not say. */
function timeOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const [, date = "", time, zone = "Z"] = /^([\d-]+)(?:T([\d:.]+)(Z|[+-].*)?)?$/i.exec(text) ?? [];
  return Date.parse(time === undefined ? date : `${date}T${time}${zone.toUpperCase()}`);
}

/** The latest cut-off of a policy that the function wrote; a lock's lies in the last year that IAM reads. */
export function cutoffOf(document: string): Date {
  const times = statementsOf(document).map(({ Condition }) => {
    const { DateLessThan } = Condition as { DateLessThan?: { "aws:TokenIssueTime": string } };
    return DateLessThan?.["aws:TokenIssueTime"] ?? "9999-12-31T23:59:59Z";
  });
  return new Date(Math.max(...times.map((time) => Date.parse(time))));
}
