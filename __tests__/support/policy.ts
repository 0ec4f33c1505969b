/** A session of a role, as a policy sees it. */
export interface Session {
  readonly issuedAt: Date;
  /** `aws:userid`: the role's id and the session's name. */
  readonly userId: string;
}

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition: {
    readonly DateLessThan?: { readonly "aws:TokenIssueTime": string };
    readonly StringEquals?: { readonly "aws:userid": string };
  };
}

/** The statements of a policy that the function wrote. */
export function statementsOf(document: string): Statement[] {
  return (JSON.parse(document) as { Statement: Statement[] }).Statement;
}

/**
 * Whether inline policies deny a session everything. Reads what IAM reads, apart from the code that wrote it, and no form
 * that the function does not write.
 */
export function denies(documents: Iterable<string>, { issuedAt, userId }: Session): boolean {
  return [...documents]
    .flatMap(statementsOf)
    .some(({ Effect, Action, Resource, Condition: { DateLessThan, StringEquals, ...further } }) => {
      if (Effect !== "Deny" || Action !== "*" || Resource !== "*" || Object.keys(further).length > 0) return false;
      const isOlder = !DateLessThan || issuedAt.getTime() < Date.parse(DateLessThan["aws:TokenIssueTime"]);
      return isOlder && (StringEquals === undefined || StringEquals["aws:userid"] === userId);
    });
}

/** The latest cut-off of a policy. */
export function cutoffOf(document: string): Date {
  return new Date(
    Math.max(
      ...statementsOf(document).map(({ Condition }) =>
        Date.parse(Condition.DateLessThan?.["aws:TokenIssueTime"] ?? "9999-12-31T23:59:59Z"),
      ),
    ),
  );
}
