import { camelCase } from "./camel-case";

type JsonObject = Record<string, unknown>;

/** What a JSON value turned out to be: something to replay, or something else. */
export type Unwrapped =
  | { readonly kind: "event"; readonly event: JsonObject; readonly converted: boolean }
  | { readonly kind: "finding"; readonly finding: JsonObject; readonly converted: boolean }
  | { readonly kind: "other"; readonly what: string };

/**
 * The keys under which others hand a finding on, in a list, as an object or as text: Lambda's record of an event that it
 * could not handle, what the API and the CLI of GuardDuty and SQS print, events of Lambda, messages of SQS and SNS.
 */
const WRAPPERS = ["requestPayload", "Findings", "findings", "Messages", "Records", "Sns", "Body", "body", "Message"];

/** Finds the GuardDuty findings and the events in a JSON value, whatever they are wrapped in. */
export function unwrap(value: unknown): Unwrapped[] {
  if (Array.isArray(value)) {
    return value.length === 0 ? [other("an empty list")] : value.flatMap(unwrap);
  }
  if (typeof value === "string") {
    return unwrapText(value);
  }
  if (typeof value !== "object" || value === null) {
    return [other(value === null ? "null" : `a ${typeof value}`)];
  }
  const object = value as JsonObject;
  if ("detail" in object || "Detail" in object) {
    return unwrapEvent(object);
  }
  const wrapper = WRAPPERS.find((key) => key in object);
  return wrapper === undefined ? [findingOf(object)] : unwrap(object[wrapper]);
}

function unwrapText(text: string): Unwrapped[] {
  try {
    return unwrap(JSON.parse(text));
  } catch {
    return [other("a text for people, which does not carry the finding")];
  }
}

/** An event of EventBridge, or an entry for PutEvents. An event has one finding; a list of them makes as many events. */
function unwrapEvent(object: JsonObject): Unwrapped[] {
  const event = "Detail" in object ? eventOfEntry(object) : object;
  const { source, detail } = event;
  if (source !== undefined && source !== "aws.guardduty") {
    return [other(`an event of ${String(source)}, which is not GuardDuty's`)];
  }
  return unwrap(detail).map((each) =>
    each.kind === "finding"
      ? { kind: "event", event: { ...event, detail: each.finding }, converted: each.converted }
      : other(`an event whose detail is ${each.kind === "other" ? each.what : "an event itself"}`),
  );
}

const eventOfEntry = ({ Source, DetailType, Detail, Time, Resources }: JsonObject): JsonObject =>
  defined({ source: Source, "detail-type": DetailType, detail: Detail, time: Time, resources: Resources });

const defined = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** `UnauthorizedAccess:IAMUser/…`; some that others have published lack the slash. */
const FINDING_TYPE = /^[\w ]+:\S/;

/** What a finding has at least one of, besides its type. */
const FINDING_KEYS = ["id", "arn", "accountId", "severity", "schemaVersion", "resource", "service"];

function findingOf(object: JsonObject): Unwrapped {
  const finding = camelCase(object) as JsonObject;
  if (!FINDING_TYPE.test(String(finding["type"])) || !FINDING_KEYS.some((key) => key in finding)) {
    return other(describe(object));
  }
  return { kind: "finding", finding, converted: JSON.stringify(finding) !== JSON.stringify(object) };
}

/** What people have by mistake, told by a key that nothing else has. */
const MISTAKEN: readonly [key: string, what: string][] = [
  ["ProductArn", "Security Hub's copy of a finding (ASFF), not GuardDuty's own"],
  ["class_uid", "an OCSF event, not GuardDuty's own finding"],
  ["eventSource", "a record of another service, such as CloudTrail"],
  ["outcome", "a log line or a result of the function, not the finding"],
  ["FindingIds", "the ids of findings (list-findings), not the findings (get-findings)"],
  ["accessKeyId", "a part of a finding"],
  ["AccessKeyId", "a part of a finding"],
];

function describe(object: JsonObject): string {
  const keys = Object.keys(object);
  const mistaken = MISTAKEN.find(([key]) => key in object)?.[1];
  if (mistaken !== undefined) {
    return mistaken;
  }
  return keys.length === 0
    ? "an empty object"
    : `an object with ${keys.slice(0, 4).join(", ")}, but without a finding type`;
}

const other = (what: string): Unwrapped => ({ kind: "other", what });
