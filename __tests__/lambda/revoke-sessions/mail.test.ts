import type { End, Followed } from "../../../lambda/revoke-sessions/followed";
import type { Revoked } from "../../../lambda/revoke-sessions/incident";
import { type Mail, mailAbout } from "../../../lambda/revoke-sessions/mail";
import { notPermitted } from "../../../lambda/revoke-sessions/permission";
import { NOT_REVOKED_REASONS, type NotRevokedReason } from "../../../src/contract/reasons";
import { type FindingOptions, instanceId, ROLE_ID } from "../../support/finding";
import {
  commandsIn,
  HANDLED_AT,
  ofAnotherRole,
  prose,
  refused,
  revoked,
  ROLE,
  section,
  titles,
  trust,
} from "../../support/incident";
import { assuming, lookedUp } from "../../support/trail";

const WITHOUT_INSTANCE = { "detail.resource.instanceDetails": undefined };
const BY_HAND = "HOW TO ACT BY HAND";
const LET_BACK = "HOW TO LET THE OLD SESSIONS BACK IN";
const LIMITS = "WHAT THIS DOES NOT DO";

/** Credentials of a user. */
const USER = {
  "detail.resource.accessKeyDetails": {
    accessKeyId: "AKIAINVENTEDUSER0001",
    principalId: "AIDAINVENTEDUSER00001",
    userType: "IAMUser",
    userName: "mallory",
  },
};

/** The prose of a section. */
const proseIn = (mail: Mail, title: string): string =>
  prose(section(mail, title).filter((line) => !line.startsWith("    ")));

describe("a mail has what a person woken at night needs, in this order,", () => {
  test("about a revocation", () => {
    const mail = mailAbout(revoked());
    expect(mail.subject).toBe("GuardDuty: Sessions revoked: role web, 111122223333 us-west-2");
    expect(titles(mail)).toEqual([
      "DO NOW",
      "WHAT HAPPENED",
      "WHAT WAS DONE",
      "WHO HOLDS CREDENTIALS",
      LIMITS,
      LET_BACK,
    ]);
  });

  test("about a refusal", () => {
    expect(titles(mailAbout(refused("exempt-role")))).toEqual([
      "DO NOW",
      "WHAT HAPPENED",
      "WHAT WAS DONE",
      "WHO HOLDS CREDENTIALS",
      BY_HAND,
    ]);
  });

  test("about a refusal that revoking by hand would not help", () => {
    const withoutHolders = ["DO NOW", "WHAT HAPPENED", "WHAT WAS DONE", BY_HAND];
    expect(titles(mailAbout(refused("role-mismatch")))).toEqual(withoutHolders);
    expect(titles(mailAbout(refused("unsupported-type", {}, { plan: undefined })))).toEqual(withoutHolders);
  });

  test("about a refusal in part", () => {
    const incident = refused("not-permitted");
    const mail = mailAbout({ ...incident, attached: [incident.plan!.targets[0]] });
    expect(titles(mail).at(-1)).toBe(LET_BACK);
  });
});

describe("acting by hand", () => {
  const COMMAND =
    " The command in DO NOW takes the time when it is run: sessions issued later work. Its policy has a name of its own, so it " +
    "never takes back what is denied already.";
  test.each<[NotRevokedReason, string]>([
    ["sample-finding", "Nothing has to be done."],
    [
      "archived-finding",
      `Nothing, if whoever archived the finding knows that it is no theft, or has revoked the sessions.${COMMAND}`,
    ],
    ["unsupported-type", `Find out who hands such findings to the function: its own rule does not.${COMMAND}`],
    [
      "below-severity",
      "Decide whether you know from where the credentials were used. If such findings should be handled, lower the limit, or " +
        `set a severity of your own for the type.${COMMAND}`,
    ],
    [
      "other-account",
      `Use credentials of account 111122223333. A response that is deployed there revokes by itself.${COMMAND}`,
    ],
    [
      "not-a-role",
      "Open the finding in the console, find out whose credentials these are, and end them there. For users, AWS's runbook " +
        "AWSSupport-ContainIAMPrincipal does more.",
    ],
    ["role-unknown", "Open the finding in the console, find out whose credentials these are, and revoke them there."],
    ["role-not-found", "No policy is needed: there is no role to attach it to."],
    ["role-mismatch", "Leave today's role of that name alone: none of its sessions is in the finding."],
    [
      "protected-role",
      "Decide whether the role may be cut. If the function should have done it, add the role to those that it may revoke." +
        COMMAND,
    ],
    [
      "exempt-role",
      "Decide whether the role may be cut, and look in CloudTrail (TagRole) for who exempted it, and when: it may have been the " +
        `thief.${COMMAND}`,
    ],
    [
      "unmodifiable-role",
      "For a role of IAM Identity Center: end the user's sessions there, and deny the user in a service control policy " +
        "(identitystore:userId) until the credentials expire; AWS's runbook AWSSupport-ContainIAMPrincipal does it. For a " +
        "service's own role: ask the owner of that service.",
    ],
    [
      "policy-quota-exceeded",
      "The role's inline policies are full, so the command attaches a managed policy. Make room for the function: remove an " +
        `inline policy of the role, or move it into a managed one.${COMMAND}`,
    ],
    ["notify-only", `Decide whether the role may be cut. This deployment leaves that to you, every time.${COMMAND}`],
  ])("is advised for %s", (reason, expected) => {
    expect(proseIn(mailAbout(refused(reason)), BY_HAND)).toBe(expected);
  });

  const EXEMPTED =
    "denies it, to you as well unless it exempts you: run the command as a principal whom that policy exempts. The function " +
    "stays shut out until the policy exempts its role too.";
  const ALLOWED =
    "allows it. Run the command as a principal who may put policies on roles. The function's role has lost permissions that it " +
    "was deployed with: deploy it again.";
  test.each([
    ["with an explicit deny in a service control policy", `A service control policy ${EXEMPTED}`],
    ["with an explicit deny in a permissions boundary", `A permissions boundary ${EXEMPTED}`],
    ["with an explicit deny", `A policy ${EXEMPTED}`],
    ["because no identity-based policy allows the iam:PutRolePolicy action", `No identity-based policy ${ALLOWED}`],
    ["on resource: role web", `No policy ${ALLOWED}`],
  ])("is advised for what AWS does not permit %s", (sentence, expected) => {
    const refusal = notPermitted(`User: x is not authorized to perform: iam:PutRolePolicy ${sentence}`);
    expect(proseIn(mailAbout(refused("not-permitted", {}, { refusal })), BY_HAND)).toBe(`${expected}${COMMAND}`);
  });

  test("is advised by the kind of finding, but for a sample", () => {
    const advice =
      "This deployment handles findings of this type, which does not always mean that credentials were stolen.";
    const [type, findings] = [
      "Stealth:IAMUser/CloudTrailLoggingDisabled",
      ["Stealth:IAMUser/CloudTrailLoggingDisabled"],
    ];
    const about = (reason: NotRevokedReason, set = {}) => mailAbout(refused(reason, { type, set }, {}, { findings }));
    expect(proseIn(about("exempt-role"), BY_HAND)).toContain(` the thief. ${advice} The command in DO NOW`);
    const sample = about("sample-finding", { "detail.service.additionalInfo": { sample: true } });
    expect(proseIn(sample, BY_HAND)).toBe("Nothing has to be done.");
  });

  test("needs the account of the finding", () => {
    const mail = mailAbout(refused("other-account", { accountId: "444455556666" }));
    expect(proseIn(mail, BY_HAND)).toMatch(/^Use credentials of account 444455556666\./);
    const set = { account: undefined, "detail.accountId": undefined };
    expect(proseIn(mailAbout(refused("other-account", { set })), BY_HAND)).toMatch(
      /^Use credentials of account unknown\./,
    );
  });
});

describe("what a revocation leaves to people", () => {
  const RESOURCE = "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS";
  test.each<[FindingOptions, string]>([
    [{}, "Whoever can reach the instance can fetch new ones: isolate it."],
    [{ session: "orders", type: RESOURCE }, "Whoever can make the function run code can read new ones: stop it."],
    [
      { session: "0a1b2c3d4e5f60718293a4b5c6d7e8f9" },
      "Whoever can reach the task, or the one that takes its place, can fetch new ones.",
    ],
    [
      { session: "eks-c-p-5af5e7ac-5754-49ea-b28f-2c2a2eb95fbb" },
      "Whoever can reach the pod, or the one that takes its place, can fetch new ones.",
    ],
    [
      { session: "00c0ffee1122334455667788" },
      "Whoever has the certificate's private key can start new sessions: revoke the certificate.",
    ],
    [
      { session: "alice", roleName: "AWSReservedSSO_Admin" },
      "Whoever can sign in as the user can start new sessions: end the user's sessions and change the password.",
    ],
    [{ session: "deploy" }, "Whoever could start the stolen session can start another one."],
    [
      { recentCredentials: [{ principalId: `${ROLE_ID}:deploy` }, { principalId: `${ROLE_ID}:test` }] },
      "Whoever can reach the instance can fetch new ones: isolate it. Whoever could start the stolen session can start another " +
        "one.",
    ],
  ])("is told, for %j", (options, expected) => {
    const set = options.session ? WITHOUT_INSTANCE : {};
    expect(proseIn(mailAbout(revoked({ ...options, set })), LIMITS)).toBe(
      "It does not end sessions of other roles that the thief started meanwhile (AssumeRole in what DO NOW shows): revoke those " +
        "roles too. It does not undo what was done. What trusts sts:GetCallerIdentity, such as a cluster that maps the role, " +
        `goes on trusting the credentials until they expire. ${expected}`,
    );
  });
});

describe("sessions of other roles are told to be left to people", () => {
  const first = (changed: Partial<Revoked>) =>
    proseIn(mailAbout(revoked({}, changed)), LIMITS).split(" It does not undo")[0];
  const activity = lookedUp([]);

  test("with where to read of them, if CloudTrail was asked", () => {
    expect(first({ activity })).toBe(
      "It does not end sessions of other roles that the thief started meanwhile (see WHAT THE KEYS WERE USED FOR): revoke those " +
        "roles too.",
    );
  });

  test("but for those that were followed", () => {
    expect(first({ activity, following: { sessions: [], isNews: false } })).toBe(
      "It ends the sessions of other roles that CloudTrail told of and that it may revoke (see WHAT THE KEYS WERE USED FOR), and " +
        "no others.",
    );
  });
});

describe("letting the old sessions back in", () => {
  const text = (safe: string) =>
    "There is no need: the policy may stay for good. Without the policy the stolen credentials work again until they expire, so the " +
    `command does nothing before ${safe}. If it was a false alarm, run it without its first part.`;

  test("is not safe before the last of them has expired", () => {
    expect(proseIn(mailAbout(revoked()), LET_BACK)).toBe(text("2026-03-02T00:00:40Z"));
  });

  test("is as safe as that, if somebody denies new sessions too", () => {
    const mail = mailAbout(revoked({}, { cutoff: new Date("9999-12-31T23:59:59Z") }));
    expect(proseIn(mail, LET_BACK)).toBe(text("2026-03-02T00:00:21Z"));
    expect(commandsIn(mail, LET_BACK)).toEqual([
      '    [ "$(date -u +%Y%m%d%H%M%S)" -gt 20260302000021 ] && aws iam delete-role-policy --role-name web --policy-name RevokeOldSessions',
    ]);
  });
});

describe("letting an instance back in", () => {
  test("is discouraged, and as safe as for any session that was issued until then", () => {
    const mail = mailAbout(revoked({}, {}, { scope: "instance" }));
    expect(proseIn(mail, LET_BACK)).toBe(
      "The instance stays locked out until this is run. Replace it rather than let it back in: a new instance has a new id. " +
        "Without the policy the stolen credentials work again until they expire, so the command does nothing before " +
        "2026-03-02T00:00:21Z. If it was a false alarm, run it without its first part.",
    );
  });
});

describe("letting the sessions of other roles back in that were revoked too", () => {
  const policy = { roleName: "deploy", policyName: "RevokeOldSessions-abc123" };
  const mailWith = (...ends: End[]): Mail => {
    const [session] = lookedUp([assuming("deploy")]).sessions;
    const sessions = ends.map((end): Followed => ({ session: session!, depth: 1, end }));
    return mailAbout(revoked({}, { following: { sessions, isNews: true } }));
  };

  test("takes a command for each policy, a little later", () => {
    // GIVEN a session that has a policy of its own, and others that have none
    const mail = mailWith(
      { kind: "denied", cutoff: HANDLED_AT, policy },
      { kind: "denied", cutoff: HANDLED_AT },
      { kind: "over", why: "it has expired" },
      { kind: "open", why: "the role is protected" },
    );
    // THEN
    expect(proseIn(mail, LET_BACK)).toMatch(/ The same for the sessions of other roles, before 2026-03-02T00:01:21Z:$/);
    expect(commandsIn(mail, LET_BACK).slice(1)).toEqual([
      '    [ "$(date -u +%Y%m%d%H%M%S)" -gt 20260302000121 ] && aws iam delete-role-policy --role-name deploy --policy-name RevokeOldSessions-abc123',
    ]);
  });

  test("is not told if none has a policy of its own", () => {
    const mail = mailWith({ kind: "denied", cutoff: HANDLED_AT }, { kind: "over", why: "it has expired" });
    expect(section(mail, LET_BACK)).toEqual(section(mailAbout(revoked()), LET_BACK));
  });
});

describe("whatever the event, the tags and AWS say", () => {
  const endless = "é\n\n😀".repeat(400);
  const set = {
    "detail.id": endless,
    "detail.region": endless,
    "detail.accountId": endless,
    "detail.type": `${endless}/InstanceCredentialExfiltration`,
    "detail.resource.accessKeyDetails.userName": endless,
    "detail.service.eventFirstSeen": endless,
    "detail.service.action.awsApiCallAction.api": endless,
    "detail.service.action.awsApiCallAction.serviceName": endless,
    "detail.service.action.awsApiCallAction.errorCode": endless,
    "detail.service.action.awsApiCallAction.remoteIpDetails.city.cityName": endless,
    "detail.service.action.awsApiCallAction.remoteAccountDetails": { accountId: endless, awsServiceName: endless },
  };
  const uses = Array.from({ length: 500 }, (_, index) => ({
    instanceId: instanceId(index),
    name: endless,
    state: endless,
  }));
  const principals = Array.from({ length: 200 }, () => endless);
  const own = (count: number, session: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => ({
      accessKeyId: `${"A".repeat(500)}${index}`,
      principalId: `${ROLE_ID}:${session(index)}`,
    }));
  const others = Array.from({ length: 1_000 }, (_, index) => ({
    ...ofAnotherRole(index),
    accessKeyId: `${endless}${index}`,
  }));
  const refusal = notPermitted(`${endless} with an explicit deny in a service control policy`);
  const role = { ...ROLE, trust: trust({ services: principals, providers: principals, principals }) };
  const impact = { kind: "listed", uses } as const;

  test.each<[string, () => Mail]>([
    [
      "a revocation of twenty sessions",
      () =>
        mailAbout(
          revoked(
            { recentCredentials: [...own(19, (id) => instanceId(id + 600)), ...others], set: {} },
            { role, impact },
            { scope: "session" },
          ),
        ),
    ],
    [
      "a revocation of three thousand credentials",
      () =>
        mailAbout(
          revoked({ recentCredentials: [...own(2_000, (id) => `${endless}${id}`), ...others], set }, { role, impact }),
        ),
    ],
    [
      "one that is not kept",
      () =>
        mailAbout(
          revoked(
            { recentCredentials: own(2_000, instanceId), set },
            { role, impact, verification: { state: "not-kept", refusal } },
          ),
        ),
    ],
    [
      "a refusal of twenty sessions",
      () =>
        mailAbout(
          refused(
            "not-permitted",
            { recentCredentials: [...own(19, (id) => instanceId(id + 600)), ...others] },
            { refusal },
            { scope: "session" },
          ),
        ),
    ],
    [
      "a refusal of three thousand credentials",
      () =>
        mailAbout(
          refused(
            "not-permitted",
            { recentCredentials: [...own(2_000, (id) => `${endless}${id}`), ...others], set },
            { refusal },
          ),
        ),
    ],
    [
      "a refusal without a role",
      () => mailAbout(refused("not-a-role", { recentCredentials: others, set }, { plan: undefined })),
    ],
  ])("%s is mailed in time, in less than 64 KiB, and in no section but its own", (_, write) => {
    // WHEN
    const start = performance.now();
    const mail = write();
    const milliseconds = performance.now() - start;
    // THEN
    expect(Buffer.byteLength(mail.message)).toBeLessThan(64 * 1024);
    expect(mail.subject).toMatch(/^[ -~]{1,99}$/);
    expect(titles(mail).filter((title) => !/^[A-Z ]+$/.test(title))).toEqual([]);
    expect(mail.message).not.toMatch(/[^\P{C}\n]/u);
    expect(milliseconds).toBeLessThan(10_000);
  });

  test("what names no field of the mail never reaches it", () => {
    const canaries = {
      "detail.title": "canary",
      "detail.description": "canary",
      "detail.resource.accessKeyDetails.secretAccessKey": "canary",
      "detail.service.canary": "canary",
    };
    expect(mailAbout(revoked({ set: canaries })).message).not.toContain("canary");
    expect(mailAbout(refused("exempt-role", { set: canaries })).message).not.toContain("canary");
  });

  test("prose stays within 80 columns", () => {
    // GIVEN the mails, without commands, facts and lists, which are as long as they are
    const prose = [mailAbout(revoked()), mailAbout(refused("exempt-role"))]
      .flatMap(({ message }) => message.split("\n"))
      .filter((line) => !line.startsWith("      ") && !/^ {2}[A-Z][a-z ]{0,11} {2,}/.test(line));
    // THEN
    expect(prose.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe("a mail about several roles of one finding", () => {
  const user = refused("not-a-role", { set: USER }, { plan: undefined });
  const mailAboutThree = () => mailAbout(refused("exempt-role"), [revoked(), user]);

  test("says what became of each, and in the subject of the worst", () => {
    const mail = mailAboutThree();
    expect(mail.subject).toBe("GuardDuty: NOT revoked (exempt-role): role web and 2 more, 111122223333 us-west-2");
    expect(section(mail, "ONE FINDING, 3 PRINCIPALS")).toEqual([
      "1. role web: NOT revoked (exempt-role)",
      "2. role web: Sessions revoked",
      "3. mallory: NOT revoked (not-a-role)",
    ]);
  });

  test("tells all about each, as its own mail would", () => {
    const mail = mailAboutThree();
    const own = mailAbout(revoked());
    for (const title of titles(own)) expect(section(mail, `${title} (2. role web)`)).toEqual(section(own, title));
    expect(section(mail, "DO NOW (3. mallory)")).toEqual(section(mailAbout(user), "DO NOW"));
    expect(titles(mail)).toHaveLength(1 + 5 + 6 + 4);
  });

  test("is below what SNS takes, of as many roles as one finding is told of, and cuts no word of the place", () => {
    const long = revoked({ roleName: "r".repeat(64) });
    const { subject, message } = mailAbout(long, [long, long, long, long]);
    expect(subject).toBe(`GuardDuty: Sessions revoked: role ${"r".repeat(27)}... and 4 more, 111122223333 us-west-2`);
    expect(Buffer.byteLength(message)).toBeLessThan(256 * 1_024);
  });
});

describe("a member account that does not let the function act", () => {
  const memberRole = "arn:aws:iam::111122223333:role/guardduty-response/GuardDuty-Response-Member";

  test("is told what to look at, one thing after the other, each with its command", () => {
    const mail = mailAbout(refused("member-role-refused", {}, { memberRole }));
    const lines = section(mail, BY_HAND);
    expect(prose(lines)).toMatch(
      /^Find out why, in the order below\. Once that is mended, GuardDuty's next update .* usual\. The command /,
    );
    expect(lines.filter((line) => /^\d\. /.test(line)).map((line) => line.slice(0, 30))).toEqual([
      "1. Does the role exist in acco",
      "2. Does it trust the function'",
      "3. Does a service control poli",
      "4. Is account 111122223333 act",
    ]);
    expect(commandsIn(mail, BY_HAND).map((line) => line.trim())).toEqual([
      "aws cloudformation list-stack-instances --stack-set-name GuardDuty-Response-Member --stack-instance-account 111122223333",
      "aws iam get-role --role-name GuardDuty-Response-Member --query Role.AssumeRolePolicyDocument",
      "aws organizations describe-account --account-id 111122223333",
    ]);
  });

  test("which no other refusal is", () => {
    const others = NOT_REVOKED_REASONS.filter((reason) => reason !== "member-role-refused");
    for (const reason of others) expect(commandsIn(mailAbout(refused(reason)), BY_HAND)).toEqual([]);
  });
});
