import type { Configuration } from "../../../lambda/revoke-sessions/configuration";
import { parseFinding } from "../../../lambda/revoke-sessions/finding";
import { report } from "../../../lambda/revoke-sessions/mail";
import type { Incident, Plan, Refused, Revoked, Verification } from "../../../lambda/revoke-sessions/respond";
import { targetsOf } from "../../../lambda/revoke-sessions/target";
import { configuration } from "../../support/configuration";
import {
  ACCOUNT_ID,
  accessKeyId,
  FINDING_ID,
  FINDING_TYPE,
  findingEvent,
  type FindingOptions,
  INSTANCE_ID,
  instanceId,
  ROLE_ID,
  ROLE_NAME,
} from "../../support/finding";
import type { NotRevokedReason } from "../../../src/contract/reasons";

const KEY = "detail.resource.accessKeyDetails";
const CALL = "detail.service.action.awsApiCallAction";
const SUSPECT = { roleName: ROLE_NAME, roleId: ROLE_ID };
const CUTOFF = new Date("2026-03-01T12:00:40Z");
const HANDLED_AT = new Date("2026-03-01T12:00:21Z");

type Settings = Partial<Configuration>;

function handled(options: FindingOptions, settings: Settings) {
  const finding = parseFinding(findingEvent(options));
  const decided = configuration(settings);
  const plan: Plan = { ...targetsOf(finding, SUSPECT, decided.scope), roleName: ROLE_NAME };
  return { finding, configuration: decided, plan, handledAt: HANDLED_AT };
}

function revoked(options: FindingOptions = {}, changed: Partial<Revoked> = {}, settings: Settings = {}): Revoked {
  const verification: Verification = { state: "verified" };
  return { ...handled(options, settings), cutoff: CUTOFF, verification, impact: { uses: [] }, ...changed };
}

function refused(
  reason: NotRevokedReason,
  options: FindingOptions = {},
  changed: Partial<Refused> = {},
  settings: Settings = {},
): Refused {
  const refusal = { reason, explanation: "it was not to be" };
  return { ...handled(options, settings), refusal, attached: [], ...changed };
}

/** The lines of one section of a mail. */
function section({ message }: { message: string }, title: string): string[] {
  const found = message.split("\n\n").find((each) => each.startsWith(`${title}\n`));
  if (found === undefined) throw new Error(`the mail has no section ${title}:\n${message}`);
  return found.split("\n").slice(1);
}
const titles = ({ message }: { message: string }): string[] =>
  message.split("\n\n").map((each) => each.split("\n")[0]!);
const prose = (mail: { message: string }, title: string): string =>
  section(mail, title)
    .map((line) => line.trim())
    .join(" ");

describe("the subject", () => {
  test.each<[string, Incident, string]>([
    ["of a revocation", revoked(), "GuardDuty: Sessions revoked: role web, 111122223333 us-west-2"],
    [
      "of one that somebody undoes",
      revoked({}, { verification: { state: "not-kept" } }),
      "GuardDuty: Revocation NOT KEPT, act by hand: role web, 111122223333 us-west-2",
    ],
    ["of a refusal", refused("exempt-role"), "GuardDuty: NOT revoked (exempt-role): role web, 111122223333 us-west-2"],
    [
      "where no role is known",
      refused(
        "other-account",
        { type: "Recon:X/Y", set: { "detail.accountId": undefined, account: undefined } },
        { plan: undefined },
      ),
      "GuardDuty: NOT revoked (other-account): Recon:X/Y, unknown account us-west-2",
    ],
  ])("%s", (_, incident, subject) => {
    expect(report(incident).subject).toBe(subject);
  });

  test("has at most a hundred printable ASCII characters, whatever the finding says", () => {
    // GIVEN a type and a region that no subject line could carry
    const incident = refused(
      "unsupported-type",
      { type: `Bad\r\nBcc: é😀\u0000${"x".repeat(200)}`, region: "\u0007" },
      { plan: undefined },
    );
    // WHEN the mail is written THEN
    expect(report(incident).subject).toBe(
      `GuardDuty: NOT revoked (unsupported-type): Bad??Bcc: ????${"x".repeat(27)}, 111122223333 ?`,
    );
    expect(report(incident).subject).toHaveLength(100);
  });

  test("stays that short where the region is endless", () => {
    expect(report(refused("unsupported-type", { region: "r".repeat(200) })).subject).toBe(
      `GuardDuty: NOT revoked (unsupported-type): , 111122223333 ${"r".repeat(42)}`,
    );
  });
});

describe("what happened", () => {
  test("is told completely", () => {
    expect(section(report(revoked()), "WHAT HAPPENED")).toEqual([
      `  Finding      ${FINDING_TYPE}`,
      `  Id           ${FINDING_ID}`,
      "  Severity     8",
      `  Account      ${ACCOUNT_ID}`,
      "  Region       us-west-2",
      "  Role         web",
      `  Instance     ${INSTANCE_ID}`,
      `  Access keys  ${accessKeyId(1)}`,
      "  Used from    198.51.100.77 (Oslo, Norway, Invented Hosting, AS64511)",
      "  Call         ListTables on dynamodb.amazonaws.com (answered AccessDenied)",
      "  First seen   2026-03-01T11:51:00.000Z",
      "  Last seen    2026-03-01T11:56:00.000Z",
      "  Times        3",
      `  Console      https://us-west-2.console.aws.amazon.com/guardduty/home?region=us-west-2#/findings?search=id%3D${FINDING_ID}`,
    ]);
  });

  test("leaves out what the finding does not say", () => {
    const set = { "detail.service": undefined, "detail.resource": undefined, "detail.severity": undefined };
    expect(
      section(report(refused("role-unknown", { set }, { plan: undefined })), "WHAT HAPPENED").map(
        (line) => line.split(/ {2,}/)[1],
      ),
    ).toEqual(["Finding", "Id", "Account", "Region", "Console"]);
  });

  test.each<[string, FindingOptions, Settings, string]>([
    [
      "an overridden severity",
      {},
      { severityOverrides: { [FINDING_TYPE]: 9 } },
      "  Severity     9 (set by this deployment; GuardDuty says 8)",
    ],
    [
      "the account of the thief",
      { set: { [`${CALL}.remoteAccountDetails`]: { accountId: "444455556666" } } },
      {},
      "  Used from    198.51.100.77, AWS account 444455556666 (Oslo, Norway, Invented Hosting, AS64511)",
    ],
    [
      "an address without a place",
      { set: { [`${CALL}.remoteIpDetails`]: { ipAddressV4: "192.0.2.1" } } },
      {},
      "  Used from    192.0.2.1",
    ],
    [
      "a call that went through",
      { set: { [`${CALL}.errorCode`]: undefined } },
      {},
      "  Call         ListTables on dynamodb.amazonaws.com",
    ],
    [
      "a call on nobody knows what",
      { set: { [`${CALL}.serviceName`]: undefined } },
      {},
      "  Call         ListTables on an unnamed service (answered AccessDenied)",
    ],
    [
      "sessions of another role, which nobody else would",
      { recentCredentials: [{ accessKeyId: accessKeyId(2), principalId: "AROAINVENTEDOTHER0001:i-0abc" }] },
      {},
      "  Also stolen  AROAINVENTEDOTHER0001:i-0abc: of another role, which is not revoked",
    ],
    [
      "every stolen key",
      { recentCredentials: [{ accessKeyId: accessKeyId(2) }] },
      {},
      `  Access keys  ${accessKeyId(1)}, ${accessKeyId(2)}`,
    ],
  ])("tells %s", (_, options, settings, line) => {
    expect(section(report(revoked(options, {}, settings)), "WHAT HAPPENED")).toContain(line);
  });

  test("fails to call a session of the same role, or one without a principal, another's", () => {
    const recentCredentials = [
      { accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${instanceId(2)}` },
      { accessKeyId: accessKeyId(3) },
    ];
    expect(report(revoked({ recentCredentials })).message).not.toContain("Also stolen");
  });

  test("names the role and the key of a finding that no role could be taken from", () => {
    const lines = section(report(refused("not-a-role", {}, { plan: undefined })), "WHAT HAPPENED");
    expect(lines).toEqual(expect.arrayContaining(["  Role         web", `  Access keys  ${accessKeyId(1)}`]));
  });

  test.each([
    ["aws", "https://us-west-2.console.aws.amazon.com/guardduty/home?region=us-west-2#"],
    ["aws-us-gov", "https://console.amazonaws-us-gov.com/guardduty/home?region=us-west-2#"],
    ["aws-cn", "https://console.amazonaws.cn/guardduty/home?region=us-west-2#"],
  ])("links to the console of partition %s", (partition, link) => {
    expect(section(report(revoked({}, {}, { partition })), "WHAT HAPPENED").at(-1)).toContain(`Console      ${link}`);
  });
});

describe("the mail about a revocation", () => {
  test("has all that a person woken at night needs, in this order", () => {
    expect(titles(report(revoked()))).toEqual([
      "WHAT HAPPENED",
      "WHAT WAS DONE",
      "WHAT BREAKS NOW",
      "WHO USES THE ROLE",
      "WHAT THIS DOES NOT DO",
      "HOW TO UNDO IT",
    ]);
  });

  test("says what was done in scope role", () => {
    expect(section(report(revoked()), "WHAT WAS DONE")).toEqual([
      "  The inline policy RevokeOldSessions denies every session of the role that",
      "  was issued before 2026-03-01T12:00:40Z.",
      "  Verified: read back 10 s later, it was in place.",
    ]);
  });

  test("says what was done in scope session", () => {
    expect(prose(report(revoked({}, {}, { scope: "session" })), "WHAT WAS DONE")).toBe(
      `The inline policy RevokeOldSessions-${INSTANCE_ID} denies the session ${ROLE_ID}:${INSTANCE_ID} issued before ` +
        "2026-03-01T12:00:40Z. Verified: read back 10 s later, it was in place.",
    );
  });

  test("says that scope session was not enough", () => {
    expect(prose(report(revoked({ session: "deploy" }, {}, { scope: "session" })), "WHAT WAS DONE")).toMatch(
      /^This deployment revokes single sessions, but a stolen one is no instance's, or there are too many: all sessions of the role had to be revoked\. The inline policy RevokeOldSessions denies every session/,
    );
  });

  test("says nothing of the sort where scope role was asked for", () => {
    expect(prose(report(revoked({ session: "deploy" })), "WHAT WAS DONE")).toMatch(
      /^The inline policy RevokeOldSessions denies every/,
    );
  });

  test.each<[Verification, string]>([
    [{ state: "verified" }, "Verified: read back 7 s later, it was in place."],
    [
      { state: "restored" },
      "The policy was removed and restored: somebody deleted or weakened it right after it was written. Unless that was the " +
        "answer to another finding, whoever did so may still hold other credentials of this account.",
    ],
    [
      { state: "not-kept" },
      "THE POLICY COULD NOT BE KEPT: somebody removes it as fast as it is written. Act by hand: deny the role in a service " +
        "control policy, or detach all of the role's policies, and look in CloudTrail for who calls DeleteRolePolicy.",
    ],
    [
      { state: "unverified", why: "Throttling:\nRate exceeded" },
      "Not verified: reading the policy back failed (Throttling: Rate exceeded). Look at the role.",
    ],
    [
      { state: "not-kept", refusal: { reason: "policy-quota-exceeded", explanation: "there is no room" } },
      "THE POLICY COULD NOT BE KEPT: there is no room. Act by hand: deny the role in a service control policy, or detach all " +
        "of the role's policies, and look in CloudTrail for who calls DeleteRolePolicy.",
    ],
    [
      { state: "role-gone" },
      "The role is gone since, and its sessions with it. Find out in CloudTrail who deleted it (DeleteRole); a new role of that " +
        "name was left alone.",
    ],
    [{ state: "not-asked" }, "Not verified: this deployment does not read the policy back."],
  ])("says how far it is known to hold: %j", (verification, text) => {
    const mail = report(revoked({}, { verification }, { verifyAfterSeconds: 7 }));
    expect(prose(mail, "WHAT WAS DONE").endsWith(`2026-03-01T12:00:40Z. ${text}`)).toBe(true);
  });

  test("says what breaks in scope role", () => {
    expect(prose(report(revoked()), "WHAT BREAKS NOW")).toBe(
      `Everything that runs with the role, on ${INSTANCE_ID} and everywhere else, is denied every call until it gets new ` +
        "credentials. On instances: The metadata service hands out new credentials within about an hour; stopping and starting " +
        "the instance does it at once, rebooting does not. People and software that assumed the role have to assume it again.",
    );
  });

  test("says what breaks where no instance is known", () => {
    const incident = revoked({
      set: { [`${KEY}.principalId`]: ROLE_ID, "detail.resource.instanceDetails": undefined },
    });
    expect(prose(report(incident), "WHAT BREAKS NOW")).toMatch(
      /^Everything that runs with the role is denied every call until/,
    );
  });

  test("says what breaks in scope session", () => {
    const recentCredentials = [{ accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${instanceId(2)}` }];
    expect(prose(report(revoked({ recentCredentials }, {}, { scope: "session" })), "WHAT BREAKS NOW")).toBe(
      `Software on ${INSTANCE_ID}, ${instanceId(2)} is denied everything until it gets new credentials. The metadata service ` +
        "hands out new credentials within about an hour; stopping and starting the instance does it at once, rebooting does " +
        "not. Other instances with the same role go on working.",
    );
  });

  test("says what it leaves to people", () => {
    expect(prose(report(revoked()), "WHAT THIS DOES NOT DO")).toBe(
      "It does not end sessions of other roles that the thief started from this one, nor undo what was already done. What " +
        "trusts sts:GetCallerIdentity, such as a cluster that maps the role, goes on trusting the credentials until they " +
        "expire. Whoever can reach the instance can fetch new ones: isolate it, then look in CloudTrail for what the access " +
        "keys above were used for.",
    );
  });

  test("says how to undo it, for each policy", () => {
    const recentCredentials = [{ accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${instanceId(2)}` }];
    expect(section(report(revoked({ recentCredentials }, {}, { scope: "session" })), "HOW TO UNDO IT")).toEqual([
      "  Nothing has to be undone: sessions issued later are not denied. Whoever",
      "  removes the policy before 2026-03-02T00:00:40Z lets the stolen credentials",
      "  work again. To remove it:",
      `  aws iam delete-role-policy --role-name web --policy-name RevokeOldSessions-${INSTANCE_ID}`,
      `  aws iam delete-role-policy --role-name web --policy-name RevokeOldSessions-${instanceId(2)}`,
    ]);
  });

  test("keeps prose within 80 columns", () => {
    const lines = ["WHAT WAS DONE", "WHAT BREAKS NOW", "WHO USES THE ROLE", "WHAT THIS DOES NOT DO"].flatMap((title) =>
      section(report(revoked()), title),
    );
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(78);
  });

  test.each([
    [`${"a".repeat(70)} 1234`, [`  ${"a".repeat(70)} 1234.`]],
    [`${"a".repeat(70)} 12345`, [`  ${"a".repeat(70)}`, "  12345."]],
  ])("breaks prose where the next word has no room: %s", (explanation, lines) => {
    const refusal = { reason: "exempt-role" as const, explanation };
    expect(section(report(refused("exempt-role", {}, { refusal })), "WHAT WAS DONE").slice(1)).toEqual(lines);
  });
});

describe("who uses the role", () => {
  const uses = [
    { instanceId: INSTANCE_ID, name: "web\n1", state: "running" },
    { instanceId: instanceId(2), state: "running" },
    { instanceId: instanceId(3), name: "spare", state: "stopped" },
  ];

  test("is told with how each recovers", () => {
    expect(section(report(revoked({}, { impact: { uses } })), "WHO USES THE ROLE")).toEqual([
      `  ${INSTANCE_ID} "web 1" running: ROBBED: isolate it before it gets new credentials`,
      `  ${instanceId(2)} running: denied until its credentials are renewed`,
      `  ${instanceId(3)} "spare" stopped: gets new credentials when it starts`,
    ]);
  });

  test("marks every robbed instance of the finding", () => {
    const recentCredentials = [{ accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${instanceId(2)}` }];
    expect(section(report(revoked({ recentCredentials }, { impact: { uses } })), "WHO USES THE ROLE")[1]).toMatch(
      /ROBBED/,
    );
  });

  test("says that scope session spares the others", () => {
    const lines = section(report(revoked({}, { impact: { uses } }, { scope: "session" })), "WHO USES THE ROLE");
    expect(lines.map((line) => line.split(": ")[1])).toEqual(["ROBBED", "not affected", "not affected"]);
  });

  test("counts what is more than fifty", () => {
    const fleet = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ instanceId: instanceId(index), state: "running" }));
    expect(section(report(revoked({}, { impact: { uses: fleet(50) } })), "WHO USES THE ROLE")).toHaveLength(50);
    expect(section(report(revoked({}, { impact: { uses: fleet(52) } })), "WHO USES THE ROLE").slice(50)).toEqual([
      "  and 2 more",
    ]);
  });

  test("says that nobody does", () => {
    expect(prose(report(revoked({}, { impact: { uses: [] } })), "WHO USES THE ROLE")).toBe(
      "No instance of this account and region uses the role now.",
    );
  });

  test("says that it could not be found out", () => {
    expect(prose(report(revoked({}, { impact: { unknown: "AccessDenied:\tno" } })), "WHO USES THE ROLE")).toBe(
      "The instances that use the role could not be listed (AccessDenied: no). Nothing else changes.",
    );
  });
});

describe("the mail about a refusal", () => {
  const BY_HAND = "HOW TO ACT BY HAND";
  const document = (userId?: object) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: `Answers${accessKeyId(1)}`,
          Effect: "Deny",
          Action: "*",
          Resource: "*",
          Condition: { DateLessThan: { "aws:TokenIssueTime": "2026-03-01T12:00:51Z" }, ...userId },
        },
      ],
    });

  test("says that nothing was done, and why", () => {
    expect(titles(report(refused("exempt-role")))).toEqual(["WHAT HAPPENED", "WHAT WAS DONE", BY_HAND]);
    expect(section(report(refused("exempt-role")), "WHAT WAS DONE")).toEqual([
      "  Nothing was changed:",
      "  it was not to be.",
    ]);
  });

  test("gives the command that does it by hand", () => {
    expect(section(report(refused("exempt-role")), BY_HAND)).toEqual([
      "  To revoke every session of the role, as far as issued until now:",
      `  aws iam put-role-policy --role-name web --policy-name RevokeOldSessions --policy-document '${document()}'`,
    ]);
  });

  test("gives one command for each session in scope session, and does not promise the whole role", () => {
    const incident = refused("notify-only", {}, {}, { scope: "session" });
    const userId = { StringEquals: { "aws:userid": `${ROLE_ID}:${INSTANCE_ID}` } };
    expect(section(report(incident), BY_HAND)).toEqual([
      "  To revoke the sessions of the robbed instances, as far as issued until now:",
      `  aws iam put-role-policy --role-name web --policy-name RevokeOldSessions-${INSTANCE_ID} --policy-document '${document(userId)}'`,
    ]);
  });

  test.each<[NotRevokedReason, string]>([
    ["sample-finding", "Nothing has to be done."],
    ["role-not-found", "The role's sessions are dead with it. Find out in CloudTrail who deleted it (DeleteRole)."],
    [
      "role-mismatch",
      "The stolen sessions are dead with the role that they were of. Find out in CloudTrail who deleted it (DeleteRole), " +
        "and leave today's role of that name alone.",
    ],
    [
      "unmodifiable-role",
      "Revoke the sessions in IAM Identity Center, or ask the owner of the service whose role it is.",
    ],
  ])("fails to give a command where no policy on the role could help: %s", (reason, advice) => {
    expect(prose(report(refused(reason)), BY_HAND)).toBe(advice);
  });

  test("says whose credentials the command needs", () => {
    expect(
      section(report(refused("other-account", { accountId: "444455556666" })), BY_HAND)
        .slice(0, 2)
        .join(" ")
        .replace(/\s+/g, " "),
    ).toContain("issued until now, with credentials of account 444455556666:");
  });

  test("says how to make room where the quota is full", () => {
    expect(
      section(report(refused("policy-quota-exceeded")), BY_HAND)
        .slice(0, 3)
        .join(" "),
    ).toMatch(/^ {2}First make room: remove an inline policy .* {2}To revoke every session/);
    expect(section(report(refused("exempt-role")), BY_HAND)).toHaveLength(2);
  });

  test("says what was attached although the rest was refused, and how to undo that", () => {
    // GIVEN two robbed instances, of which IAM took one policy
    const recentCredentials = [{ accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${instanceId(2)}` }];
    const incident = refused("policy-quota-exceeded", { recentCredentials });
    const plan = { ...targetsOf(incident.finding, SUSPECT, "session"), roleName: ROLE_NAME };
    // WHEN the mail is written
    const mail = report({ ...incident, plan, attached: [plan.targets[0]] });
    // THEN it claims no more and no less, and the command is only for the rest
    expect(prose(mail, "WHAT WAS DONE")).toBe(
      `Only a part: RevokeOldSessions-${INSTANCE_ID} is attached, the rest was refused: it was not to be.`,
    );
    expect(section(mail, BY_HAND).filter((line) => line.includes("put-role-policy"))).toEqual([
      expect.stringContaining(instanceId(2)),
    ]);
    expect(section(mail, "HOW TO UNDO IT")).toEqual([
      "  Nothing has to be undone: sessions issued later are not denied. Whoever",
      "  removes the policy within 12 hours lets the stolen credentials work again.",
      "  To remove it:",
      `  aws iam delete-role-policy --role-name web --policy-name RevokeOldSessions-${INSTANCE_ID}`,
    ]);
  });

  test("switches off the long-term key of a user", () => {
    const set = { [`${KEY}.accessKeyId`]: "AKIAINVENTED00000001", [`${KEY}.userName`]: "alice" };
    expect(section(report(refused("not-a-role", { set }, { plan: undefined })), BY_HAND)).toEqual([
      "  To switch off the long-term access key:",
      "  aws iam update-access-key --user-name alice --access-key-id AKIAINVENTED00000001 --status Inactive",
    ]);
  });

  const CONSOLE = "Open the finding in the console, find out whose credentials these are, and revoke them there.";
  test.each<[string, NotRevokedReason, Record<string, unknown>]>([
    ["the credentials are temporary", "not-a-role", {}],
    ["the credentials have no key", "not-a-role", { [`${KEY}.accessKeyId`]: undefined }],
    [
      "the user has no name",
      "not-a-role",
      { [`${KEY}.accessKeyId`]: "AKIAINVENTED00000001", [`${KEY}.userName`]: undefined },
    ],
    ["the role is not named", "role-unknown", { [`${KEY}.accessKeyId`]: "AKIAINVENTED00000001" }],
  ])("sends people to the console where %s", (_, reason, set) => {
    expect(prose(report(refused(reason, { set }, { plan: undefined })), BY_HAND)).toBe(CONSOLE);
  });
});

describe("text from the event", () => {
  test.each<[string, string]>([
    ["a newline", "a\nb"],
    ["a carriage return", "a\r\nb"],
    ["a control character", "a\u0000b"],
    ["an escape sequence", "a\u001bb"],
    ["a line separator", "a\u2028b"],
    ["a text direction", "a\u202eb"],
    ["half a character", "a\ud800b"],
    ["much white space", "  a \t\t b  "],
  ])("that holds %s stays on its line", (_, text) => {
    const lines = section(
      report(refused("unsupported-type", { type: text, set: { [`${CALL}.api`]: text } }, { plan: undefined })),
      "WHAT HAPPENED",
    );
    expect(lines[0]).toBe("  Finding      a b");
    expect(lines.find((line) => line.includes("Call"))).toBe(
      "  Call         a b on dynamodb.amazonaws.com (answered AccessDenied)",
    );
  });

  test("that is endless is cut", () => {
    const value = (length: number) =>
      section(report(refused("unsupported-type", { type: "t".repeat(length) })), "WHAT HAPPENED")[0]!.slice(15);
    expect(value(300)).toBe("t".repeat(300));
    expect(value(301)).toBe(`${"t".repeat(299)}…`);
  });

  test("is cut between characters: half of one could not be sent", () => {
    const incident = refused("unsupported-type", { id: `${"i".repeat(298)}${"😀".repeat(5)}` });
    expect(section(report(incident), "WHAT HAPPENED")[1]!.slice(15)).toBe(`${"i".repeat(298)}😀…`);
  });

  test("cannot break out of the link, nor keep it from being written", () => {
    const incident = refused("unsupported-type", { id: 'x"&region=evil#\ud800', region: "eu west/1\udfff" });
    expect(section(report(incident), "WHAT HAPPENED").at(-1)).toBe(
      "  Console      https://eu%20west%2F1.console.aws.amazon.com/guardduty/home?region=eu%20west%2F1#/findings?search=id%3Dx%22%26region%3Devil%23",
    );
  });

  test.each([
    ["$(reboot)", `'$(reboot)'`],
    ["it's; reboot", `'it'\\''s; reboot'`],
    ["a\nreboot", "'a reboot'"],
    ["`reboot`", "'`reboot`'"],
    ["a_b+c=d,e.f@g-1", "a_b+c=d,e.f@g-1"],
  ])("cannot break out of a command: %j", (userName, quoted) => {
    const set = { [`${KEY}.userName`]: userName, [`${KEY}.accessKeyId`]: "AKIA;reboot" };
    expect(section(report(refused("not-a-role", { set }, { plan: undefined })), "HOW TO ACT BY HAND")[1]).toBe(
      `  aws iam update-access-key --user-name ${quoted} --access-key-id 'AKIA;reboot' --status Inactive`,
    );
  });

  test("that names no field of the mail never reaches it", () => {
    const set = {
      "detail.title": "canary",
      "detail.description": "canary",
      [`${KEY}.secretAccessKey`]: "canary",
      "detail.service.canary": "canary",
    };
    expect(report(revoked({ set })).message).not.toContain("canary");
    expect(report(refused("exempt-role", { set })).message).not.toContain("canary");
  });

  test("in the largest finding leaves a mail that SNS still takes", () => {
    // GIVEN as many robbed instances as scope session holds, and endless text wherever text is told
    const recentCredentials = Array.from({ length: 19 }, (_, index) => ({
      accessKeyId: "A".repeat(5_000) + index,
      principalId: `${ROLE_ID}:${instanceId(index + 2)}`,
    }));
    const endless = "é".repeat(100_000);
    const set = { [`${CALL}.api`]: endless, [`${CALL}.serviceName`]: endless, "detail.id": endless };
    const uses = Array.from({ length: 500 }, (_, index) => ({
      instanceId: instanceId(index),
      name: endless,
      state: "running",
    }));
    // WHEN the mails are written THEN they are below 256 KiB
    const mails = [
      revoked({ recentCredentials, set }, { impact: { uses } }, { scope: "session" }),
      refused("notify-only", { recentCredentials, set }),
    ];
    for (const mail of mails.map(report)) expect(Buffer.byteLength(mail.message)).toBeLessThan(256 * 1024);
  });
});
