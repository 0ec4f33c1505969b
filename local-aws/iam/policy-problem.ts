import * as v from "valibot";

const Texts = v.union([v.string(), v.array(v.string())]);
const Value = v.union([v.string(), v.number(), v.boolean()]);
const Values = v.union([Value, v.array(Value)]);

/** An operator of conditions, with what may stand before and behind its name. */
const OPERATOR =
  /^(ForAnyValue:|ForAllValues:)?((String(Not)?(Equals|EqualsIgnoreCase|Like)|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?)|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null)$/;

const Statement = v.pipe(
  v.strictObject({
    Sid: v.optional(v.string()),
    Effect: v.picklist(["Allow", "Deny"]),
    Principal: v.optional(v.unknown()),
    NotPrincipal: v.optional(v.unknown()),
    Action: v.optional(Texts),
    NotAction: v.optional(Texts),
    Resource: v.optional(Texts),
    NotResource: v.optional(Texts),
    Condition: v.optional(v.record(v.pipe(v.string(), v.regex(OPERATOR)), v.record(v.string(), Values))),
  }),
  v.check(({ Action, NotAction }) => Action === undefined || NotAction === undefined),
  v.check(({ Resource, NotResource }) => Resource === undefined || NotResource === undefined),
);
type Statement = v.InferOutput<typeof Statement>;

const Policy = v.strictObject({
  Version: v.optional(v.picklist(["2008-10-17", "2012-10-17"])),
  Id: v.optional(v.string()),
  Statement: v.union([Statement, v.pipe(v.array(Statement), v.minLength(1))]),
});

/**
 * Why IAM refuses a document as an inline policy, in IAM's words; undefined if it accepts it.
 *
 * What IAM does with some forms is not documented (a year beyond 9999, a 30 February): they are refused here, so that
 * a program that is tested against this never sends them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function policyProblem(document: string): string | undefined {
  const policy = v.safeParse(Policy, parsed(document));
  if (!policy.success) {
    return "Syntax errors in policy.";
  }
  const statements = [policy.output.Statement].flat();
  const sids = statements.flatMap(({ Sid }) => Sid || []);
  if (new Set(sids).size < sids.length) {
    return "Statement IDs (SID) in a single policy must be unique.";
  }
  return statements.map(statementProblem).find((problem) => problem !== undefined);
}

function parsed(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}

function statementProblem(statement: Statement): string | undefined {
  const { Sid = "", Condition = {} } = statement;
  const actions = listOf(statement.Action ?? statement.NotAction);
  const resources = listOf(statement.Resource ?? statement.NotResource);
  if (!/^[0-9A-Za-z]*$/.test(Sid)) {
    return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";
  }
  if (statement.Principal !== undefined || statement.NotPrincipal !== undefined) {
    return "Policy document should not specify a principal.";
  }
  if (actions.length === 0) {
    return "Policy statement must contain actions.";
  }
  if (resources.length === 0) {
    return "Policy statement must contain resources.";
  }
  return (
    dateProblem(Condition) ??
    actions.map(actionProblem).find((problem) => problem !== undefined) ??
    resources.map(resourceProblem).find((problem) => problem !== undefined)
  );
}

const listOf = (texts: string | readonly string[] | undefined): readonly string[] => [texts ?? []].flat();

function dateProblem(condition: NonNullable<Statement["Condition"]>): string | undefined {
  const dates = Object.entries(condition)
    .filter(([operator]) => /^(\w+:)?Date/.test(operator))
    .flatMap(([, keys]) => Object.values(keys).flat());
  return dates.every((date) => isDate(String(date))) ? undefined : "The policy failed legacy parsing";
}

const ISO_8601 = /^(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)?$/i;

/** Whether IAM reads a text as a date: ISO 8601, or digits alone, which are seconds since 1970. */
function isDate(text: string): boolean {
  if (/^\d+$/.test(text)) {
    return BigInt(text) < 2n ** 63n;
  }
  const [, year, month, day = "1", hour = "0", minute = "0", second = "0"] = ISO_8601.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
}

function actionProblem(action: string): string | undefined {
  const [vendor = "", ...names] = action.split(":");
  if (action === "*") {
    return undefined;
  }
  if (names.length === 0) {
    return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  }
  if (names.length > 1) {
    return "Actions/Condition can contain only one colon.";
  }
  return /^[a-zA-Z0-9.-]+$/.test(vendor) ? undefined : `Vendor ${vendor} is not valid`;
}

function resourceProblem(resource: string): string | undefined {
  return resource === "*" || /^arn:[^:]+:[^:]+:[^:]*:[^:]*:[^]+$/.test(resource)
    ? undefined
    : `Resource ${resource} must be in ARN format or "*".`;
}
