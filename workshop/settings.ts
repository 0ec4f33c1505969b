import { checkEmails } from "../src/alerting/alert-topic";
import { DEFAULTS } from "../src/contract/defaults";
import type { ResponseMode, Scope } from "../src/contract/environment";
import { protects } from "../src/contract/protected-roles";
import { LAB_ROLE_NAME } from "./lab/lab-instance";
import { checkFormats, isPlainText, NO_TEMPLATE_WORDS } from "../src/shared/formats";
import { Problems, shown } from "../src/shared/problems";
import { MemberAccounts } from "../src/revocation/member-accounts";
import { RevocableRoles } from "../src/revocation/revocable-roles";
import { checkRevocation, isSeverity } from "../src/revocation/revocation-props";

/** What a user of the workshop may set. */
export interface WorkshopSettings {
  /** The region that everything is deployed to. */
  readonly region: string;
  /** Further regions, whose findings are forwarded to it. */
  readonly regions: readonly string[];
  /** Id of the organization in whose accounts sessions are revoked too; undefined stays in the own account. */
  readonly organizationId?: string;
  /** Ids of the accounts in which sessions are revoked too, in place of a whole organization. */
  readonly memberAccounts: readonly string[];
  readonly alertEmails: readonly string[];
  /** `create`, `lookup`, `none`, or the id of a detector. */
  readonly detector: string;
  /** `lab`, `any`, `any-of-every-account`, `path:/…/`, `tag:Key=Value`, or ARNs of roles. */
  readonly revocableRoles: string | readonly string[];
  /** ARNs of roles, whose names may be patterns. */
  readonly protectedRoles: readonly string[];
  /** Types of findings that are handled besides stolen role credentials. */
  readonly findings: readonly string[];
  readonly response: ResponseMode;
  readonly scope: Scope;
  /** The scope from the second theft of one instance on; undefined if it is the same. */
  readonly repeatScope?: Scope;
  /** Address of the runbook that mails and alarms name; undefined names this project's own. */
  readonly runbookUrl?: string;
  readonly minimumSeverity: number;
  readonly severityOverrides: Readonly<Record<string, number>>;
  /** If undefined, only findings that are handled are mailed. */
  readonly alertSeverity?: number;
  readonly verifyAfterSeconds: number;
  readonly activity: boolean;
  readonly followSessions: boolean;
  /** Whether each incident is also put on the account's default event bus. */
  readonly events: boolean;
  /** Whether it is mailed who undoes a revocation, from the region that has IAM's events. */
  readonly guard: boolean;
  /** ARN of the permissions boundary of every role that the workshop makes; undefined sets none. */
  readonly permissionsBoundaryArn?: string;
  /** The bucket that keeps Terraform's state; if undefined, a local file keeps it. */
  readonly stateBucket?: string;
  readonly stateRegion?: string;
  readonly stateKeyPrefix?: string;
}

/** Prefix of the environment variables that override settings: `GUARDDUTY_RESPONSE_ALERT_EMAILS` for `alertEmails`. */
const VARIABLE_PREFIX = "GUARDDUTY_RESPONSE_";

/** cdktf's own flags, which live in the same `context`. */
const FEATURE_FLAGS = ["excludeStackIdFromLogicalIds", "allowSepCharsInLogicalIds"];

type Kind = "text" | "list" | "text or list" | "number" | "numbers" | "flag";
const SETTINGS: Readonly<Record<keyof WorkshopSettings, Kind>> = {
  region: "text",
  regions: "list",
  organizationId: "text",
  memberAccounts: "list",
  alertEmails: "list",
  detector: "text",
  revocableRoles: "text or list",
  protectedRoles: "list",
  findings: "list",
  response: "text",
  scope: "text",
  repeatScope: "text",
  runbookUrl: "text",
  minimumSeverity: "number",
  severityOverrides: "numbers",
  alertSeverity: "number",
  verifyAfterSeconds: "number",
  activity: "flag",
  followSessions: "flag",
  events: "flag",
  guard: "flag",
  permissionsBoundaryArn: "text",
  stateBucket: "text",
  stateRegion: "text",
  stateKeyPrefix: "text",
};

const WORKSHOP_DEFAULTS: WorkshopSettings = {
  region: "us-west-2",
  regions: [],
  memberAccounts: [],
  alertEmails: [],
  detector: "create",
  revocableRoles: "lab",
  protectedRoles: [],
  findings: DEFAULTS.findings,
  response: DEFAULTS.response,
  scope: DEFAULTS.scope,
  minimumSeverity: DEFAULTS.minimumSeverity,
  severityOverrides: DEFAULTS.severityOverrides,
  verifyAfterSeconds: DEFAULTS.verifyAfterSeconds,
  activity: true,
  followSessions: DEFAULTS.followSessions,
  events: DEFAULTS.events,
  guard: true,
};

/**
 * The settings of the `context` of cdktf.json, overridden by those of environment variables.
 *
 * @param context the `context` of cdktf.json; null stands for the default.
 * @param environment such as `process.env`. Lists are separated by commas, `severityOverrides` is JSON.
 * @throws Error that names every setting that is unknown, malformed or contradicts another one.
 */
export function readSettings(
  context: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): WorkshopSettings {
  const problems = new Problems();
  const given = { ...fromContext(context, problems), ...fromEnvironment(environment, problems) };
  const settings = { ...WORKSHOP_DEFAULTS, ...given } as WorkshopSettings;
  check(settings, problems);
  if (problems.messages.length > 0) {
    throw new Error(
      `invalid settings in cdktf.json ("context") or in ${VARIABLE_PREFIX}… variables:\n  - ` +
        problems.messages.join("\n  - "),
    );
  }
  return settings;
}

function fromContext(context: Readonly<Record<string, unknown>>, problems: Problems): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(context)) {
    if (FEATURE_FLAGS.includes(key)) continue;
    if (!isSetting(key)) {
      problems.add(`${key}: must be one of ${Object.keys(SETTINGS).join(", ")}`);
    } else if (value !== null) {
      if (isUsable(key, value, value, SETTINGS[key], problems)) settings[key] = value;
    }
  }
  return settings;
}

function fromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  problems: Problems,
): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(VARIABLE_PREFIX) || text === undefined || text === "") continue;
    const key = Object.keys(SETTINGS).find((setting) => variableOf(setting) === variable);
    if (!key || !isSetting(key)) {
      problems.add(`${variable}: must be one of ${Object.keys(SETTINGS).map(variableOf).join(", ")}`);
      continue;
    }
    const value = fromText(text, SETTINGS[key]);
    if (isUsable(variable, text, value, SETTINGS[key], problems)) settings[key] = value;
  }
  return settings;
}

/** Adds a problem unless a setting's value, read from what was given, is of its kind and has no template of Terraform. */
function isUsable(name: string, given: unknown, value: unknown, kind: Kind, problems: Problems): boolean {
  // First of all: cdktf takes a template for a token, and tokens pass every check.
  if (!isPlainText(JSON.stringify(given))) {
    problems.add(`${name}: must be ${NO_TEMPLATE_WORDS}; received ${shown(given)}`);
    return false;
  }
  const isValid = isKind(value, kind);
  problems.check(name, given, () => isValid, KINDS[kind]);
  return isValid;
}

const KINDS: Readonly<Record<Kind, string>> = {
  text: "a text",
  list: "a list of texts (in a variable, separated by commas)",
  "text or list": "a text or a list of texts",
  number: "a number",
  numbers: "an object of numbers (in a variable, as JSON)",
  flag: "true or false",
};

const isSetting = (key: string): key is keyof WorkshopSettings => Object.hasOwn(SETTINGS, key);
const variableOf = (key: string): string =>
  VARIABLE_PREFIX + key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

function isKind(value: unknown, kind: Kind): boolean {
  const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "list":
      return isList;
    case "text or list":
      return typeof value === "string" || isList;
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "flag":
      return typeof value === "boolean";
    case "numbers":
      return (
        typeof value === "object" && value !== null && Object.values(value).every((item) => isKind(item, "number"))
      );
  }
}

function fromText(text: string, kind: Kind): unknown {
  const items = text.split(",").map((item) => item.trim());
  switch (kind) {
    case "text":
      return text;
    case "list":
      return items.filter((item) => item !== "");
    case "text or list":
      return text.startsWith("arn:") ? items : text;
    case "number":
      return text.trim() === "" ? NaN : Number(text);
    case "flag":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "numbers":
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
  }
}

/** The texts that say which roles may be revoked; whether path, tag and ARN are valid is the construct's to judge. */
const ROLES_SETTING = /^(lab|any|any-of-every-account|path:.*|tag:[^=]+=.*|arn:.*)$/;

/** Notes what the constructs would find too, and what only the settings together can say. */
function check(settings: WorkshopSettings, problems: Problems): void {
  const matches = (pattern: RegExp) => (value: string) => pattern.test(value);
  const { region, regions, alertEmails, detector, revocableRoles, protectedRoles, alertSeverity } = settings;
  const { runbookUrl, permissionsBoundaryArn } = settings;
  const isRegion = matches(/^[a-z]{2,3}(-[a-z]+)+-\d{1,2}$/);
  problems.check("region", region, isRegion, "the name of a region such as us-west-2");
  for (const [index, further] of regions.entries()) {
    const isFirst = (name: string) => name !== region && regions.indexOf(name) === index;
    problems.check(`regions[${index}]`, further, isRegion, "the name of a region such as us-west-2");
    problems.check(`regions[${index}]`, further, isFirst, `another region than ${region}, and named once`);
  }
  checkEmails(alertEmails, problems);
  problems.check(
    "detector",
    detector,
    matches(/^(create|lookup|none|[0-9a-f]{32})$/),
    "create, lookup, none or the id of a detector",
  );
  if (typeof revocableRoles === "string") {
    problems.check(
      "revocableRoles",
      revocableRoles,
      matches(ROLES_SETTING),
      "lab, any, any-of-every-account, path:/…/, tag:Key=Value or a list of role ARNs",
    );
  }
  const { stateBucket, stateRegion, stateKeyPrefix } = settings;
  problems.check("stateBucket", stateBucket, matches(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/), "the name of an S3 bucket");
  problems.check("stateRegion", stateRegion, isRegion, "the name of a region such as us-west-2");
  if (stateBucket === undefined && stateRegion !== undefined) {
    problems.add("stateRegion: must be left out if there is no stateBucket; set stateBucket or remove stateRegion");
  }
  if (stateBucket === undefined && stateKeyPrefix !== undefined) {
    problems.add(
      "stateKeyPrefix: must be left out if there is no stateBucket; set stateBucket or remove stateKeyPrefix",
    );
  }
  problems.check("alertSeverity", alertSeverity, isSeverity, "a number from 0 to 10");
  checkFormats({ runbookUrl, permissionsBoundaryArn }, problems);
  if (
    revocableRoles === "lab" &&
    protectedRoles.some((entry) => protects(entry, `${entry.split("/")[0]}/${LAB_ROLE_NAME}`))
  ) {
    problems.add(
      `protectedRoles: must not hold the lab's role ${LAB_ROLE_NAME}, which revocableRoles names; remove it from one of them`,
    );
  }
  const judged = typeof revocableRoles !== "string" || (revocableRoles !== "lab" && ROLES_SETTING.test(revocableRoles));
  const roles = judged ? toRevocableRoles(revocableRoles) : RevocableRoles.anyOfEveryAccount();
  checkMembers(settings, problems);
  checkRevocation({ ...settings, revocableRoles: roles, members: toMembers(settings) }, problems);
}

function checkMembers({ organizationId, memberAccounts, revocableRoles }: WorkshopSettings, problems: Problems): void {
  if (organizationId !== undefined && memberAccounts.length > 0) {
    problems.add(
      "memberAccounts: must be left out if organizationId is set, which means every account of it; remove one of them",
    );
  }
  if (revocableRoles === "lab" && (organizationId !== undefined || memberAccounts.length > 0)) {
    problems.add(
      'revocableRoles: must name roles of other accounts if organizationId or memberAccounts is set; received "lab", a role of the own ' +
        "account; choose roles by path or tag, or give the ARN of a member's lab role",
    );
  }
}

/** The other accounts that are acted in; undefined if there are none. */
export function toMembers({ organizationId, memberAccounts }: WorkshopSettings): MemberAccounts | undefined {
  if (organizationId !== undefined) return MemberAccounts.ofOrganization(organizationId);
  return memberAccounts.length > 0 ? MemberAccounts.named(memberAccounts) : undefined;
}

/** The roles that a setting other than `lab` stands for: the lab's role is known to the stacks only. */
export function toRevocableRoles(setting: string | readonly string[]): RevocableRoles {
  if (typeof setting !== "string") return RevocableRoles.named(...setting);
  if (setting === "any") return RevocableRoles.anyOfAccount();
  if (setting === "any-of-every-account") return RevocableRoles.anyOfEveryAccount();
  if (setting.startsWith("path:")) return RevocableRoles.withPath(setting.slice("path:".length));
  if (setting.startsWith("tag:")) {
    const [key = "", ...value] = setting.slice("tag:".length).split("=");
    return RevocableRoles.tagged(key, value.join("="));
  }
  return RevocableRoles.named(setting);
}
