import fc from "fast-check";

import type { FunctionConfiguration } from "../../../lambda/revoke-sessions/configuration";
import { type Credential, InvalidEventError } from "../../../lambda/revoke-sessions/finding";
import { logLine } from "../../../lambda/revoke-sessions/log";
import { type Handled, respond } from "../../../lambda/revoke-sessions/respond";
import { readTrust } from "../../../lambda/revoke-sessions/trust";
import { NOT_REVOKED_REASONS } from "../../../src/contract/reasons";
import { configuration } from "../../support/configuration";
import { ACCOUNT_ID, EVENT_TIME, ROLE_ID, ROLE_NAME } from "../../support/finding";
import { hostileEvents, type NamedRole } from "../../support/hostile-event";
import { titles } from "../../support/incident";
import { dependenciesOf } from "../../support/memory-aws";
import { cutoffOf, denies } from "../../support/policy";
import { onRandomCases } from "../../support/random-cases";
import { StrictAws } from "../../support/strict-aws";

const EVENTS = { quick: 500, full: 20_000 };
jest.setTimeout(120_000);

const EXEMPT = { key: "guardduty-response", value: "exempt" };
const itsOwnAccount = readTrust(
  JSON.stringify({ Statement: { Effect: "Allow", Principal: { AWS: ACCOUNT_ID }, Action: "sts:AssumeRole" } }),
);

/** The roles of the account, and whether a revocation may touch them. */
const ROLES = [
  { name: ROLE_NAME, roleId: ROLE_ID, revocable: true },
  { name: "deploy", roleId: "AROAINVENTEDDEPLOY001", path: "/teams/web/", trust: itsOwnAccount, revocable: true },
  { name: "a=b,c.d@e-f_g+h", roleId: "AROAINVENTEDODDNAME01", revocable: true },
  { name: "revoker", roleId: "AROAINVENTEDREVOKER01", revocable: false },
  { name: "ops-admin", roleId: "AROAINVENTEDADMIN0001", path: "/ops/", revocable: false },
  { name: "payroll", roleId: "AROAINVENTEDPAYROLL01", tags: [EXEMPT], revocable: false },
  {
    name: "AWSServiceRoleForThings",
    roleId: "AROAINVENTEDSERVICE01",
    path: "/aws-service-role/things/",
    revocable: false,
  },
  { name: "AWSReservedSSO_Admin_1", roleId: "AROAINVENTEDSIGNIN001", path: "/aws-reserved/sso/", revocable: false },
];

/** Roles that the account does not have: by their name, or any more. */
const STRANGERS: readonly NamedRole[] = [
  { roleName: ROLE_NAME, roleId: "AROAINVENTEDREBORN001" },
  { roleName: "gone", roleId: "AROAINVENTEDGONE00001" },
  { roleName: "Web", roleId: ROLE_ID },
  { roleName: "web*", roleId: ROLE_ID },
  { roleName: "../web", roleId: ROLE_ID },
  { roleName: "x".repeat(65), roleId: ROLE_ID },
];
const NAMED = [...ROLES.map(({ name, roleId }) => ({ roleName: name, roleId })), ...STRANGERS];

const settings: fc.Arbitrary<Partial<FunctionConfiguration>> = fc.record({
  scope: fc.constantFrom("role", "session", "instance"),
  repeatScope: fc.constantFrom(undefined, "role", "session", "instance"),
  response: fc.constantFrom(...Array<"revoke">(9).fill("revoke"), "notify-only" as const),
  minimumSeverity: fc.constantFrom(7, 7, 7, 7, 7, 10),
  verifyAfterSeconds: fc.constantFrom(0, 10, 30),
  revocableRoles: fc.constantFrom(
    { any: true as const },
    { any: true as const },
    { any: true as const },
    { path: "/teams/" },
    { arns: [`arn:aws:iam::${ACCOUNT_ID}:role/${ROLE_NAME}`] },
  ),
  protectedRoles: fc.constant(["revoker", "ops-*"].map((name) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`)),
  exemptTag: fc.constant(EXEMPT),
  eventBusArn: fc.constant(`arn:aws:events:us-west-2:${ACCOUNT_ID}:event-bus/default`),
});

/** The titles that a mail can have; a text of an event must not look like another one. */
const TITLES = [
  "DO NOW",
  "WHAT HAPPENED",
  "WHAT WAS DONE",
  "WHO HOLDS CREDENTIALS",
  "WHAT THIS DOES NOT DO",
  "HOW TO LET THE OLD SESSIONS BACK IN",
  "HOW TO ACT BY HAND",
];

/** How many events ended in which way. */
const ends: Record<string, number> = {};
afterAll(() => console.info(`events: ${JSON.stringify(ends)}`));

/** When the stolen sessions were issued. */
const LONG_AGO = new Date(EVENT_TIME.getTime() - 6 * 3_600_000);
const before = (end: Date, seconds: number): Date => new Date(end.getTime() - seconds * 1_000);

test("every event ends refused as invalid, or with one outcome and one mail, and only sessions of the finding's role are denied", async () => {
  await onRandomCases(fc.tuple(hostileEvents(NAMED), settings), EVENTS, async ([{ event }, changed]) => {
    // GIVEN an account
    const aws = new StrictAws();
    ROLES.forEach((role) => aws.addRole(role));
    const decided = configuration(changed);
    let now = before(EVENT_TIME, -5);
    const dependencies = dependenciesOf(aws, {
      configuration: decided,
      now: () => now,
      wait: async (seconds) => void (now = before(now, -seconds)),
    });

    // WHEN any event arrives
    const handled = await handling(respond(event, dependencies));
    const end = endOf(handled);
    ends[end] = (ends[end] ?? 0) + 1;

    // THEN it is thrown back if it is no finding, without any call
    if (handled === undefined) {
      expect([isFinding(event), aws.calls]).toEqual([false, []]);
      return;
    }
    expect(isFinding(event)).toBe(true);
    // and else it ends with one mail, one event that a bus takes, and one line
    expect([aws.mails.length, aws.events.length]).toEqual([1, 1]);
    isFitToSend(aws, handled, now);
    isTrue(event, aws, handled);

    if (handled.outcome.outcome === "not-revoked") return;

    // and WHEN it is repeated
    now = before(now, -900);
    const written = aws.writes.length;
    const { outcome } = (await handling(respond(repeated(event), dependencies)))!;
    // THEN nothing is written again, and nobody is told again
    expect(outcome).toMatchObject({ outcome: "already-revoked", cutoff: handled.outcome.cutoff });
    expect([aws.writes.length, aws.mails.length, aws.events.length]).toEqual([written, 1, 1]);
  });
});

function endOf(handled: Handled | undefined): string {
  if (handled === undefined) return "invalid";
  const { outcome } = handled;
  return outcome.outcome === "not-revoked" ? outcome.reason : `${outcome.outcome}, ${outcome.scope}`;
}

/** What became of an event; undefined if it was refused as invalid. */
async function handling(handled: Promise<Handled>): Promise<Handled | undefined> {
  try {
    return await handled;
  } catch (error) {
    if (error instanceof InvalidEventError) return undefined;
    throw error;
  }
}

/** Mail and log line can be sent and read. */
function isFitToSend({ mails: [mail] }: StrictAws, { outcome, incident }: Handled, now: Date): void {
  expect(Buffer.byteLength(mail!.message)).toBeLessThan(64 * 1_024);
  expect(Buffer.from(mail!.message).toString()).toBe(mail!.message);
  expect(titles(mail!).filter((title) => !TITLES.includes(title))).toEqual([]);
  const line = logLine(outcome, incident, now);
  expect(line).not.toMatch(/[\r\n]/);
  expect(Buffer.byteLength(line)).toBeLessThan(256 * 1_024);
}

/** What is said was done, and nothing else was. */
function isTrue(event: unknown, aws: StrictAws, { outcome, incident }: Handled): void {
  const roleName = textAt(event, "detail.resource.accessKeyDetails.userName");
  const roleId = textAt(event, "detail.resource.accessKeyDetails.principalId")?.split(":")[0];
  const role = ROLES.find(({ name }) => name === roleName);
  if (outcome.outcome === "not-revoked") {
    expect(NOT_REVOKED_REASONS).toContain(outcome.reason);
    expect(aws.writes).toEqual([]);
    return;
  }
  expect(role).toMatchObject({ revocable: true, roleId });
  expect(aws.writes.filter((write) => write.roleName !== roleName || write.document.length >= 2_000)).toEqual([]);
  expect(aws.writes.length).toBeGreaterThan(0);

  // Every session of the role that the finding names is denied; those issued later are not, unless they are locked out.
  const policies = [...aws.roles.get(roleName!)!.policies.values()];
  const cutoff = new Date(Math.max(...policies.map((document) => cutoffOf(document).getTime())));
  const stolen = credentialsIn(event);
  const others = stolen.filter((each) => isAnothers(each, roleId!));
  const own = stolen.filter((each) => !others.includes(each));
  const userIds = own.flatMap(({ principalId }) => principalId ?? []);
  expect(userIds.filter((userId) => !denies(policies, { userId, issuedAt: LONG_AGO }))).toEqual([]);
  const deniedLater = userIds.filter((userId) => denies(policies, { userId, issuedAt: cutoff }));
  expect(deniedLater).toEqual(outcome.scope === "instance" ? userIds : []);
  if (outcome.scope === "role") expect(denies(policies, { userId: `${roleId}:x`, issuedAt: LONG_AGO })).toBe(true);

  // What belongs to others is not called revoked, and somebody is told.
  const ownKeys = own.map(({ accessKeyId }) => accessKeyId);
  const othersKeys = others.flatMap(({ accessKeyId }) => accessKeyId ?? []).filter((key) => !ownKeys.includes(key));
  expect(othersKeys.filter((key) => outcome.accessKeyIds?.includes(key))).toEqual([]);
  expect(aws.mails[0]!.subject.includes("NOT ALL")).toBe(others.length > 0);
  expect(outcome.needsPerson).toBe(others.length > 0);
  expect(incident).toMatchObject({ kind: "revoked" });
}

/** Whether a credential is not a session's of the role: a user's key, or anybody else's. */
function isAnothers({ accessKeyId, principalId }: Credential, roleId: string): boolean {
  if (accessKeyId?.startsWith("AKIA")) return true;
  return principalId !== undefined && principalId !== roleId && !principalId.startsWith(`${roleId}:`);
}

/** Whether an event is one finding in EventBridge's envelope: all that must be there is the type. */
const isFinding = (event: unknown): boolean => typeof at(event, "detail.type") === "string" && !Array.isArray(event);

/** The same finding, reported again by another event. */
function repeated(event: unknown): unknown {
  return { ...(event as object), id: "another event" };
}

/** The credentials that an event calls stolen, read without the function's help. */
function credentialsIn(event: unknown): Credential[] {
  const info = at(event, "detail.service.additionalInfo");
  const lists = [at(info, "recentCredentials"), at(embedded(at(info, "value")), "recentCredentials")];
  return [at(event, "detail.resource.accessKeyDetails"), ...lists.flatMap((list) => (Array.isArray(list) ? list : []))]
    .map((each) => ({ accessKeyId: textAt(each, "accessKeyId"), principalId: textAt(each, "principalId") }))
    .filter(({ accessKeyId, principalId }) => (accessKeyId ?? principalId) !== undefined);
}

function embedded(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

/** A field of an event; undefined if it is not there. */
function at(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (record, name) =>
        typeof record === "object" && record !== null && Object.hasOwn(record, name)
          ? (record as Record<string, unknown>)[name]
          : undefined,
      value,
    );
}

/** A text that says something. */
function textAt(value: unknown, path: string): string | undefined {
  const text = at(value, path);
  return typeof text === "string" && /\S/.test(text) ? text : undefined;
}
